"""Door: scheduled work, run by Celery or by hand."""
