"""Every error is a problem that says what is wrong, where, and what would be right."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from api.views.experts import ExpertsView
from tests.api.worlds import World


def problem(response: Any, status: int) -> Any:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    body = response.json()
    assert body["status"] == status
    assert body["instance"] == response.request["PATH_INFO"]
    assert body["request_id"] == response.headers["X-Request-Id"]
    return body


def test_unknown_slug(reader: Client, world: World) -> None:
    response = reader.get("/api/v1/experts/adam/", headers={"x-request-id": "test-request"})

    body = problem(response, 404)

    assert body == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": 'There is no expert "adam".',
        "instance": "/api/v1/experts/adam/",
        "request_id": "test-request",
    }


@pytest.mark.parametrize(
    "path",
    ["/api/v1/nothing/", "/api/v1/experts/a%00b/", "/api/", "/api/v2/", "/api/v1/experts/%FF/"],
)
def test_unknown_address(reader: Client, path: str) -> None:
    response = reader.get(path)

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["experts/", "schema/", "docs/", "health/"])
def test_writing_is_not_allowed(reader: Client, method: str, path: str) -> None:
    response = getattr(reader, method)(
        f"/api/v1/{path}", data="{}", content_type="application/json"
    )

    problem(response, 405)
    assert "GET" in response.headers["Allow"]


def test_other_formats_are_not_acceptable(reader: Client, world: World) -> None:
    problem(reader.get("/api/v1/experts/", headers={"accept": "text/html"}), 406)


def test_unforeseen_error_is_logged_and_told(
    reader: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(view: ExpertsView) -> None:
        raise RuntimeError("the secret detail")

    monkeypatch.setattr(ExpertsView, "get_queryset", fail)
    reader.raise_request_exception = False

    body = problem(reader.get("/api/v1/experts/"), 500)

    assert "secret" not in str(body)
    assert "the secret detail" in caplog.text


def test_database_that_gives_no_answer_is_unavailable(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled(view: ExpertsView) -> None:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(ExpertsView, "get_queryset", cancelled)

    body = problem(reader.get("/api/v1/experts/"), 503)

    assert body["detail"] == "The database gave no answer in time. Ask for less, or later."


@pytest.mark.parametrize(
    ("query", "parameter", "suggestion"),
    [
        ("questions/?statsu=due", "statsu", "status"),
        ("questions/?status=dew", "status", "due"),
        ("questions/?topic=wether", "topic", "weather"),
        ("questions/?expert=adda", "expert", "ada"),
        ("questions/?ordering=deadlin", "ordering", "deadline"),
        ("experts/?kind=persn", "kind", "person"),
        ("experts/ada/forecasts/?basis=state", "basis", "stated"),
        ("experts/ada/forecasts/?include=supersedet", "include", "superseded"),
        ("leaderboard/?population=sinthetic", "population", "synthetic"),
        ("leaderboard/?ranking=calibrated", "ranking", "calibration"),
        ("leaderboard/?topic=wether", "topic", "weather"),
        ("experts/ada/scores/?coding=infered", "coding", "inferred"),
        ("experts/ada/scores/?knownuntil=2026-01-01", "knownuntil", "known_until"),
        ("experts/ada/scores/?asof=2026-01-01", "asof", "as_of"),
    ],
)
def test_wrong_parameter_is_named_with_the_nearest_right_one(
    reader: Client, world: World, query: str, parameter: str, suggestion: str
) -> None:
    body = problem(reader.get(f"/api/v1/{query}"), 400)

    assert body["type"] == "urn:hindcast:problem:invalid-parameters"
    assert [(error["parameter"], error["suggestion"]) for error in body["errors"]] == [
        (parameter, suggestion)
    ]
    assert suggestion in body["detail"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("questions/?deadline_after=soon", "deadline_after"),
        ("questions/?deadline_after=2026-01-01T00:00:00", "deadline_after"),
        ("questions/?deadline_after=1000-01-01", "deadline_after"),
        ("questions/?deadline_before=0001-01-01T00:00:00%2B23:59", "deadline_before"),
        ("questions/?deadline_before=9999-12-31T23:59:59-23:59", "deadline_before"),
        ("questions/?topic=%00", "topic"),
        ("questions/?synthetic=perhaps", "synthetic"),
        ("questions/?synthetic=", "synthetic"),
        ("questions/?topic=%20", "topic"),
        ("questions/?updated_since=", "updated_since"),
        ("experts/ada/scores/?topic=", "topic"),
        ("questions/?limit=0", "limit"),
        ("questions/?limit=201", "limit"),
        ("questions/?limit=1e9", "limit"),
        ("questions/?limit=%D9%A3", "limit"),
        ("questions/?limit=" + "9" * 500, "limit"),
        ("questions/?limit=1&limit=2", "limit"),
        ("questions/?cursor=", "cursor"),
        ("questions/?cursor=nonsense", "cursor"),
        ("questions/?format=xml", "format"),
        ("experts/ada/?expand=all", "expand"),
        ("experts/ada/scores/?as_of=2026-06-02", "as_of"),
        ("experts/ada/scores/?as_of=yesterday", "as_of"),
        ("experts/ada/scores/?as_of=", "as_of"),
        ("leaderboard/?cursor=nonsense", "cursor"),
        ("health/?cache=no", "cache"),
    ],
)
def test_wrong_value_is_named(reader: Client, world: World, query: str, parameter: str) -> None:
    body = problem(reader.get(f"/api/v1/{query}"), 400)

    assert [error["parameter"] for error in body["errors"]] == [parameter]


def test_every_wrong_parameter_is_named_at_once(reader: Client, world: World) -> None:
    body = problem(reader.get("/api/v1/questions/?status=x&topic=y"), 400)

    assert {error["parameter"] for error in body["errors"]} == {"status", "topic"}


def test_pages_outside_the_api_keep_their_own_errors(reader: Client, db: None) -> None:
    response = reader.get("/nothing/")

    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")
    assert "Access-Control-Allow-Origin" not in response.headers
