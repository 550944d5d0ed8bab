"""Template tags that every door and mail shares."""
