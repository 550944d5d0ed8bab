"""Who is signed in."""

from typing import cast

from django.http import HttpRequest

from forecasts.models import User


def staff_of(request: HttpRequest) -> User:
    """The member of staff behind a request that the desk has let in."""
    return cast("User", request.user)
