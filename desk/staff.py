"""Who is signed in."""

from typing import cast

from django.http import HttpRequest

from forecasts.models import Role, User


def staff_of(request: HttpRequest) -> User:
    """The member of staff behind a request that the desk has let in."""
    return cast("User", request.user)


def is_onlooker(user: User) -> bool:
    """Whether somebody administers and decides nothing, so that nothing can sway them."""
    return user.is_superuser and not user.has_role(*Role)
