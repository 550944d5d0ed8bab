"""Who is signed in."""

from typing import cast

from django.db.models import prefetch_related_objects
from django.http import HttpRequest

from forecasts.models import Role, User


def staff_of(request: HttpRequest) -> User:
    """The member of staff behind a request that the desk has let in."""
    user = cast("User", request.user)
    # Every page asks for roles, most of them several times.
    prefetch_related_objects([user], "groups")
    return user


def is_onlooker(user: User) -> bool:
    """Whether somebody administers and decides nothing, so that nothing can sway them."""
    return user.is_superuser and not user.has_role(*Role)
