"""Keys: who sends one that does not work learns it, and one that works acts for its user."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, OperationalError
from django.test import Client

import api.keys
from forecasts.models import ApiKey, Role, Scope
from forecasts.services.api_keys import revoke_api_key
from tests.api.keys import bearing, make_key
from tests.api.worlds import NOW
from tests.factories import make_user
from tests.queries import counted_queries

ROWS = "/api/v1/rows/"
pytestmark = pytest.mark.django_db
own_endpoints = pytest.mark.urls("tests.api.endpoints")


def leave(key: ApiKey) -> None:
    key.user.is_active = False
    key.user.save()


def expire(key: ApiKey) -> None:
    key.expires_at = NOW
    key.save()


def revoke(key: ApiKey) -> None:
    revoke_api_key(api_key=key, by=make_user(is_superuser=True), as_of=NOW)


@pytest.mark.parametrize("path", ["experts/", "nothing/", "health/", "docs/", ""])
@pytest.mark.parametrize("end", [leave, expire, revoke])
def test_key_that_ended_is_refused_even_for_reading(
    reader: Client, end: Callable[[ApiKey], None], path: str
) -> None:
    key, token = make_key(Scope.FORECASTS)
    end(key)

    response = reader.get(f"/api/v1/{path}", headers=bearing(token))

    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/problem+json"
    challenge = 'Bearer realm="Hindcast", error="invalid_token"'
    assert response.headers["WWW-Authenticate"] == challenge
    assert token not in response.content.decode()


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer hc_00000000_" + "A" * 43,
        "Bearer xx_00000000_" + "A" * 43,
        "Bearer hc_00000000_" + "A" * 10_000,
        "Bearer hc_00000000_" + "é" * 43,
        "Bearer a b c",
        "Bearer \x00",
        "Token hc_00000000_" + "A" * 43,
        "Basic dXNlcjpwYXNz",
        "hc_00000000_" + "A" * 43,
        ", ,",
        "\xff\xfe",
    ],
)
def test_header_without_a_working_key_is_refused(reader: Client, header: str) -> None:
    response = reader.get("/api/v1/experts/", headers={"authorization": header})

    assert (response.status_code, response.json()["status"]) == (401, 401)


@pytest.mark.parametrize("change", [str.upper, lambda token: token[:-1], lambda token: token + "A"])
def test_token_that_is_nearly_right_is_wrong(reader: Client, change: Callable[[str], str]) -> None:
    token = make_key()[1]

    assert reader.get("/api/v1/", headers=bearing(change(token))).status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER  "])
def test_reading_with_a_key_is_as_without(reader: Client, scheme: str) -> None:
    token = make_key()[1]

    mine = reader.get("/api/v1/experts/", headers={"authorization": f"{scheme}{token}"})
    plain = reader.get("/api/v1/experts/")

    assert (mine.status_code, mine.content) == (200, plain.content)
    assert mine.headers["ETag"] == plain.headers["ETag"]
    assert not mine.cookies
    assert "Authorization" not in mine.headers.get("Vary", "")


def test_wrong_key_costs_one_query_and_no_key_none(reader: Client) -> None:
    wrong = bearing("hc_00000000_" + "A" * 43)

    with counted_queries() as with_wrong_key:
        reader.get("/api/v1/", headers=wrong)
    with counted_queries() as without_key:
        reader.get("/api/v1/")

    assert (len(with_wrong_key), len(without_key)) == (1, 0)


def test_use_is_noted_once_a_minute(reader: Client) -> None:
    key, token = make_key()
    seen = []

    for seconds in (0, 59, 60, 61):
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            reader.get("/api/v1/", headers=bearing(token))
        key.refresh_from_db()
        seen.append(key.last_used_at)

    assert seen == [NOW, NOW, NOW + timedelta(seconds=60), NOW + timedelta(seconds=60)]


def test_use_that_cannot_be_noted_does_not_hinder_reading(
    reader: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    key, token = make_key()

    def refuse(**_: Any) -> None:
        raise DatabaseError("attempt to write a readonly database")

    monkeypatch.setattr(api.keys, "note_use", refuse)

    assert reader.get("/api/v1/", headers=bearing(token)).status_code == 200
    assert key.prefix in caplog.text


def test_key_that_cannot_be_looked_up_is_neither_right_nor_wrong(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_key()[1]

    def hang(**_: Any) -> None:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(api.keys, "find_api_key", hang)

    assert reader.get("/api/v1/", headers=bearing(token)).status_code == 503


def send(reader: Client, token: str | None = None) -> Any:
    headers = bearing(token) if token else {}
    rows = [{"quote": "surely"}]
    return reader.post(ROWS, json.dumps(rows), content_type="application/json", headers=headers)


@own_endpoints
def test_key_with_the_scope_writes_for_its_user(reader: Client) -> None:
    token = make_key(Scope.FORECASTS, user=make_user(Role.CODER, username="ada"), name="Robot")[1]

    response = send(reader, token)

    assert (response.status_code, response.json()) == (200, {"user": "ada", "key": "Robot"})


@own_endpoints
def test_key_without_the_scope_is_told_which_one(reader: Client) -> None:
    token = make_key(Scope.SOURCES, Scope.QUESTIONS)[1]

    response = send(reader, token)

    assert response.status_code == 403
    assert "forecasts:write" in response.json()["detail"]
    assert response.headers["WWW-Authenticate"] == (
        'Bearer realm="Hindcast", error="insufficient_scope", scope="forecasts:write"'
    )


@own_endpoints
def test_writing_without_a_key_asks_for_one(reader: Client) -> None:
    response = send(reader)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="Hindcast"'
    assert response.headers["Content-Type"] == "application/problem+json"


@own_endpoints
def test_log_in_of_the_desk_is_no_key(reader: Client) -> None:
    reader.force_login(make_user(Role.CODER, is_superuser=True))

    assert send(reader).status_code == 401


@own_endpoints
def test_everybody_reads_what_only_keys_write(reader: Client) -> None:
    assert reader.get(ROWS).json() == {"user": "None"}


@own_endpoints
def test_other_sites_may_write_where_keys_may(reader: Client) -> None:
    response = reader.options(ROWS)

    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS, POST"
    allowed = response.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Authorization", "Idempotency-Key", "Content-Type"} <= set(allowed)
