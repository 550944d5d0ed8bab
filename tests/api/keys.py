"""Keys for tests."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.utils import timezone

from forecasts.models import ApiKey, Role, Scope, User
from forecasts.services.api_keys import make_api_key
from tests.factories import make_user

MADE_BEFORE = timedelta(hours=1)


def make_key(
    *scopes: Scope, user: User | None = None, roles: Collection[Role] = (Role.CODER,), **more: Any
) -> tuple[ApiKey, str]:
    """A key that works, and its token."""
    return make_api_key(
        user=user or make_user(*roles),
        scopes=scopes,
        by=make_user(is_superuser=True),
        **{"name": "A test", "as_of": timezone.now() - MADE_BEFORE, **more},
    )


def bearing(token: str) -> dict[str, str]:
    """The header that carries it."""
    return {"authorization": f"Bearer {token}"}
