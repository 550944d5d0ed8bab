"""Keys are made by administrators, kept as hashes, and found while they work."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from forecasts.exceptions import AlreadyRevokedError, NotAdministratorError
from forecasts.models import ApiKey, Role, Scope, User
from forecasts.selectors.api_keys import TOKEN, find_api_key, hash_of
from forecasts.services.api_keys import make_api_key, note_use, revoke_api_key
from tests.factories import AFTER, START, make_user

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def boss() -> User:
    return make_user(is_superuser=True)


def make(by: User, **more: Any) -> tuple[ApiKey, str]:
    asked = {"user": by, "name": "Robot", "scopes": [Scope.SOURCES], "as_of": START, **more}
    return make_api_key(**asked, by=by)


def found(token: str, as_of: datetime = AFTER) -> ApiKey | None:
    return find_api_key(token=token, as_of=as_of)


def test_token_is_long_told_by_its_prefix_and_not_kept(boss: User) -> None:
    key, token = make(boss)

    kept = ApiKey.objects.values().get()
    assert TOKEN.fullmatch(token)
    assert token.startswith(f"{key.prefix}_")
    assert kept["key_hash"] == hash_of(token)
    assert token[12:] not in str(kept)
    assert make(boss)[1] != token


def test_scopes_are_kept_once_each_and_only_known_ones(boss: User) -> None:
    key, _ = make(boss, scopes=["questions:write", Scope.EVIDENCE, Scope.QUESTIONS])

    assert ApiKey.objects.get().scopes == key.scopes == ["evidence:write", "questions:write"]
    with pytest.raises(ValueError, match="everything"):
        make(boss, scopes=["everything"])


def test_key_ends_when_it_is_said_to(boss: User) -> None:
    token = make(boss, expires_at=AFTER)[1]

    assert found(token, AFTER - SECOND) is not None
    assert found(token, AFTER) is None


def test_revoked_key_works_no_more_and_is_revoked_once(boss: User) -> None:
    key, token = make(boss)

    revoke_api_key(api_key=key, by=boss, as_of=AFTER)

    assert found(token) is None
    with pytest.raises(AlreadyRevokedError):
        revoke_api_key(api_key=key, by=boss, as_of=AFTER + SECOND)
    assert ApiKey.objects.get().revoked_at == AFTER


def test_key_ends_with_its_user(boss: User) -> None:
    user = make_user(Role.CODER)
    token = make(boss, user=user)[1]

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert found(token) is None
    user.refresh_from_db()
    with pytest.raises(ValidationError, match="has to be active"):
        make(boss, user=user)


@pytest.mark.parametrize("role", Role)
def test_only_administrators_make_and_revoke(boss: User, role: Role) -> None:
    key = make(boss)[0]
    other = make_user(role)

    with pytest.raises(NotAdministratorError):
        make(other)
    with pytest.raises(NotAdministratorError):
        revoke_api_key(api_key=key, by=other, as_of=AFTER)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"expires_at": START}, "expires_at"),
        ({"expires_at": START + timedelta(days=100_000)}, "expires_at"),
        ({"per_minute": 0}, "per_minute"),
        ({"per_minute": 100_001}, "per_minute"),
    ],
)
def test_what_cannot_be_is_refused_by_field(boss: User, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        make(boss, **wrong)

    assert set(refused.value.message_dict) == {field}
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("token", ["", "hc_", "é" * 55, "hc_00000000_" + "A" * 43, "x" * 10_000])
def test_other_tokens_are_no_key(boss: User, token: str) -> None:
    make(boss)

    assert found(token) is None


def test_older_note_never_replaces_a_newer_one(boss: User) -> None:
    key, _ = make(boss)
    stale = ApiKey.objects.get()

    note_use(api_key=key, as_of=AFTER)
    note_use(api_key=stale, as_of=AFTER - SECOND)

    assert ApiKey.objects.get().last_used_at == AFTER
