"""As the rest of the pages writes them: Django's own would say "noon" and "midnight"."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
