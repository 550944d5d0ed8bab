"""Keys to the API: made, used and revoked."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q

from forecasts.exceptions import AlreadyRevokedError, NotAdministratorError
from forecasts.models import ApiKey, Scope, User
from forecasts.models.fields import LATEST, LineField
from forecasts.selectors.api_keys import hash_of
from forecasts.services.saving import atomic_or_busy

TOKEN_BYTES = 32
PREFIX_BYTES = 4
MOST_PER_MINUTE = 100_000
NOTED_AT_MOST_EVERY = timedelta(minutes=1)
NAME = LineField(max_length=100)
INACTIVE = "A key acts for somebody, so its user has to be active."
NO_END = "A key ends in the future, before the year 2200, or never."
NO_LIMIT = f"From 1 to {MOST_PER_MINUTE} requests a minute."


@atomic_or_busy()
def make_api_key(
    *,
    user: User,
    name: str,
    scopes: Collection[Scope],
    expires_at: datetime | None = None,
    per_minute: int = 600,
    by: User,
    as_of: datetime,
) -> tuple[ApiKey, str]:
    """A key with which a program acts for the user, and its token, which nothing keeps.

    What the user's roles do not allow, the key does not either, whatever its scopes. Raises
    NotAdministratorError, and ValidationError by field.
    """
    _require_administrator(by)
    if not user.is_active:
        raise ValidationError({"user": INACTIVE})
    if expires_at is not None and not as_of < expires_at <= LATEST:
        raise ValidationError({"expires_at": NO_END})
    if not 1 <= per_minute <= MOST_PER_MINUTE:
        raise ValidationError({"per_minute": NO_LIMIT})
    prefix = f"hc_{secrets.token_hex(PREFIX_BYTES)}"
    token = f"{prefix}_{secrets.token_urlsafe(TOKEN_BYTES)}"
    key = ApiKey(
        user=user,
        name=_line(name),
        prefix=prefix,
        key_hash=hash_of(token),
        # In one order, each once, and nothing that is no scope.
        scopes=sorted({Scope(scope).value for scope in scopes}),
        per_minute=per_minute,
        made_at=as_of,
        expires_at=expires_at,
    )
    key.save()
    return key, token


@atomic_or_busy()
def revoke_api_key(*, api_key: ApiKey, by: User, as_of: datetime) -> ApiKey:
    """Let a key work no more, from the next request on.

    Raises NotAdministratorError, AlreadyRevokedError.
    """
    _require_administrator(by)
    standing = ApiKey.objects.filter(pk=api_key.pk, revoked_at=None)
    if not standing.update(revoked_at=max(as_of, api_key.made_at)):
        raise AlreadyRevokedError
    api_key.refresh_from_db()
    return api_key


@atomic_or_busy()
def note_use(*, api_key: ApiKey, as_of: datetime) -> None:
    """Remember that the key was used, at most once a minute."""
    before = as_of - NOTED_AT_MOST_EVERY
    if api_key.last_used_at is not None and api_key.last_used_at > before:
        return
    stale = ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=before))
    stale.filter(pk=api_key.pk).update(last_used_at=as_of)


def _require_administrator(user: User) -> None:
    if not (user.is_active and user.is_superuser):
        raise NotAdministratorError


def _line(name: str) -> str:
    try:
        return str(NAME.clean(name, None))
    except ValidationError as error:
        raise ValidationError({"name": error.error_list}) from error
