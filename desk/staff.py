"""Who is signed in, and what time it is where they are."""

from typing import cast
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from forecasts.models import User


def staff_of(request: HttpRequest) -> User:
    """The member of staff behind a request that the desk has let in."""
    return cast("User", request.user)


def zone_of(request: HttpRequest) -> ZoneInfo:
    """Their time zone; before they have logged in, UTC."""
    return ZoneInfo(getattr(request.user, "time_zone", "UTC"))
