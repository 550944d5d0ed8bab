"""Addresses that go into mails: always of the configured site, never of a request's host."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse


def site_link(name: str, *args: object) -> str:
    """The absolute address of a named page."""
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def site_host() -> str:
    """The site's name, of which Message-IDs and list ids are made."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"
