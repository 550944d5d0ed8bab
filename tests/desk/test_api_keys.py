"""Administrators make keys to the API, which are shown once, and revoke them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from forecasts.models import ApiKey, Role, Scope, User
from forecasts.selectors.api_keys import find_api_key, hash_of
from forecasts.services.api_keys import make_api_key
from tests.desk.conftest import sign_in
from tests.factories import AFTER, START, make_user

pytestmark = pytest.mark.django_db
ADD = "/admin/forecasts/apikey/add/"
TOKEN = re.compile(r"hc_[0-9a-f]{8}_[\w-]{43}")


def typed(whose: User, **more: Any) -> dict[str, Any]:
    return {"name": "A robot", "user": whose.pk, "per_minute": 600, **more}


def make(by: User, user: User) -> ApiKey:
    return make_api_key(user=user, name="A robot", scopes=[], by=by, as_of=START)[0]


def test_key_is_shown_once_and_works(administrator: User, coder: User) -> None:
    client = sign_in(administrator)
    scopes = [Scope.FORECASTS, Scope.SOURCES]

    page = client.post(
        ADD,
        typed(coder, scopes=scopes, per_minute=30, expires_at="2026-12-31T12:00"),
    )

    [token] = TOKEN.findall(page.content.decode())
    key = find_api_key(token=token, as_of=AFTER)
    assert key is not None
    assert (key.name, key.user, key.per_minute, key.prefix) == ("A robot", coder, 30, token[:11])
    assert key.scopes == ["forecasts:write", "sources:write"]
    assert (key.made_at, key.expires_at) == (AFTER, datetime(2026, 12, 31, 12, tzinfo=UTC))
    assert "no-store" in page.headers["Cache-Control"]
    for path in ("", f"{key.pk}/change/", f"{key.pk}/history/"):
        shown = client.get(f"/admin/forecasts/apikey/{path}").content.decode()
        assert "A robot" in shown
        assert token[12:] not in shown
        assert hash_of(token) not in shown
    assert token[12:] not in str(list(LogEntry.objects.values()))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "a\u202eb"}, "U+202E cannot be stored"),
        ({"name": "a" * 101}, "at most 100"),
        ({"scopes": ["everything"]}, "everything is not one of the available choices"),
        ({"per_minute": 0}, "greater than or equal to 1"),
        ({"per_minute": 10**9}, "less than or equal to 100000"),
        ({"expires_at": "2026-01-01T00:00"}, "A key ends in the future"),
        ({"user": ""}, "This field is required."),
    ],
)
def test_key_that_cannot_be_made_is_explained(
    administrator: User, coder: User, wrong: dict[str, Any], said: str
) -> None:
    page = sign_in(administrator).post(ADD, typed(coder, **wrong))

    assert page.status_code == 200
    assert said in page.content.decode()
    assert not ApiKey.objects.exists()


def test_nobody_who_left_is_offered(administrator: User) -> None:
    gone = make_user(Role.CODER, username="gone", is_active=False)
    client = sign_in(administrator)

    assert "gone" not in client.get(ADD).content.decode()
    assert "Select a valid choice" in client.post(ADD, typed(gone)).content.decode()
    assert not ApiKey.objects.exists()


def test_key_is_revoked_after_a_question(administrator: User, coder: User) -> None:
    key = make(administrator, coder)
    client = sign_in(administrator)
    url = reverse("admin:forecasts_apikey_revoke", args=[key.pk])

    asked = client.get(url).content.decode()
    assert "It was never used." in asked
    assert ApiKey.objects.get().revoked_at is None
    client.post(url)

    assert ApiKey.objects.get().revoked_at == AFTER
    assert "revoked" in client.get("/admin/forecasts/apikey/").content.decode()
    assert LogEntry.objects.get().change_message == "Revoked."


def test_key_that_was_revoked_meanwhile_says_so(administrator: User, coder: User) -> None:
    key = make(administrator, coder)
    ApiKey.objects.update(revoked_at=START + timedelta(days=1))

    page = sign_in(administrator).post(reverse("admin:forecasts_apikey_revoke", args=[key.pk]))

    assert page.status_code == 409
    assert "This key was revoked meanwhile" in page.content.decode()
    assert ApiKey.objects.get().revoked_at == START + timedelta(days=1)


@pytest.mark.parametrize("role", Role)
def test_others_neither_make_nor_revoke_keys(administrator: User, coder: User, role: Role) -> None:
    key = make(administrator, coder)
    client = sign_in(make_user(role))
    url = reverse("admin:forecasts_apikey_revoke", args=[key.pk])

    statuses = [client.post(ADD, typed(coder)).status_code, client.post(url).status_code]

    assert statuses == [403, 403]
    assert ApiKey.objects.get().revoked_at is None


def test_states_are_told_apart(administrator: User, coder: User, client: Client) -> None:
    for name, change in (
        ("one", {}),
        ("two", {"expires_at": AFTER}),
        ("three", {"revoked_at": AFTER}),
        ("four", {"user": make_user(is_active=False)}),
    ):
        key = make(administrator, coder)
        ApiKey.objects.filter(pk=key.pk).update(name=name, **change)

    page = sign_in(administrator).get("/admin/forecasts/apikey/").content.decode()

    states = re.findall(r'<td class="field-state">([^<]+)<', page)
    assert states == ["off: its user has left", "revoked", "expired", "works"]
