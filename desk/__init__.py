"""Door: the Django admin, where coders, reviewers and leads work."""
