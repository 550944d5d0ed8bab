"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, object]:
    """Where the site lives, and whether it is a demo."""
    return {"SITE_URL": settings.SITE_URL, "DEMO": settings.DEMO}
