"""How answers behave on the wire: caching, methods, other sites, no cookies."""

import pytest
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from mail.models import Heartbeat
from tests.api.worlds import World

pytestmark = pytest.mark.once

PATHS = (
    "",
    "experts/",
    "experts/ada/",
    "experts/ada/scores/",
    "experts/ada/scores/?as_of=2026-03-01T00:00:00Z",
    "experts/ada/scores/?topic=weather",
    "experts/ada/forecasts/",
    "questions/",
    "questions/flood/",
    "sources/",
    "topics/",
    "lexicons/",
    "lexicons/kent/?version=1964",
    "leaderboard/",
    "leaderboard/?ranking=calibration&coding=stated",
    "unscorable-statements/",
    "ledger/",
    "ledger/?after=1",
    "ledger/head/",
    "exports/",
    "schema/",
)

# tests/api/test_writes.py asks what others may do there.
WRITTEN = {"questions/", "sources/"}


@pytest.mark.parametrize("path", PATHS)
def test_unchanged_answer_is_not_sent_again(reader: Client, world: World, path: str) -> None:
    first = reader.get(f"/api/v1/{path}")
    again = reader.get(f"/api/v1/{path}", headers={"if-none-match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    seconds = 86_400 if "as_of" in path else 30
    assert first.headers["Cache-Control"] == f"public, max-age={seconds}"
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", PATHS)
def test_zipped_answer_can_be_revalidated(reader: Client, world: World, path: str) -> None:
    zipped = {"accept-encoding": "gzip"}
    tag = reader.get(f"/api/v1/{path}", headers=zipped).headers["ETag"]

    again = reader.get(f"/api/v1/{path}", headers={**zipped, "if-none-match": tag})

    assert again.status_code == 304


@pytest.mark.parametrize("path", [*PATHS, "health/", "docs/", "nothing/"])
def test_reading_sets_no_cookie_and_depends_on_none(
    reader: Client, world: World, path: str
) -> None:
    response = reader.get(f"/api/v1/{path}")

    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.parametrize("path", PATHS)
def test_head_answers_as_get_without_a_body(reader: Client, world: World, path: str) -> None:
    got, head = reader.get(f"/api/v1/{path}"), reader.head(f"/api/v1/{path}")

    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Content-Type", "Cache-Control"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize("path", sorted({*PATHS, "health/"} - WRITTEN))
def test_options_tells_other_sites_what_they_may(reader: Client, world: World, path: str) -> None:
    response = reader.options(f"/api/v1/{path}")

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    allowed = response.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Authorization", "If-None-Match", "X-Request-Id"} <= set(allowed)
    assert not {"Idempotency-Key", "Content-Type"} & set(allowed)


@pytest.mark.parametrize("path", ["experts/", "nothing/", "docs/"])
def test_other_sites_read_the_headers_that_programs_need(
    reader: Client, db: None, path: str
) -> None:
    response = reader.get(f"/api/v1/{path}")

    exposed = set(response.headers["Access-Control-Expose-Headers"].split(", "))
    assert exposed >= {
        *("Deprecation", "ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After"),
        *("Sunset", "X-Request-Id"),
    }


def test_address_without_its_slash_is_redirected(reader: Client, world: World) -> None:
    response = reader.get("/api/v1/experts?limit=1")

    assert (response.status_code, response.headers["Location"]) == (301, "/api/v1/experts/?limit=1")


def test_health_is_never_kept(reader: Client, db: None) -> None:
    Heartbeat.objects.create(job="beat", beaten_at=timezone.now())

    response = reader.get("/api/v1/health/")

    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


def test_docs_page_is_made_of_own_files_only(reader: Client, db: None) -> None:
    response = reader.get("/api/v1/docs/")

    page = response.content.decode()
    assert "<script>" not in page
    assert "<style" not in page
    assert 'src="http' not in page
    policy = {
        name: set(sources)
        for name, *sources in map(str.split, response.headers["Content-Security-Policy"].split(";"))
    }
    assert policy["script-src"] == {"'self'"}
    assert policy["style-src"] == {"'self'", "'unsafe-inline'"}
    assert policy["default-src"] == {"'none'"}


@pytest.mark.parametrize("path", ["experts/", "health/", "docs/", "nothing/"])
def test_session_that_has_ended_is_not_looked_at(reader: Client, world: World, path: str) -> None:
    response = reader.get(f"/api/v1/{path}", headers={"cookie": "session=gone; csrf=x"})

    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.parametrize(
    "path", ["experts/?nothing=1", "questions/?format=xml", "experts/nobody/", "exports/?limit="]
)
@pytest.mark.parametrize("method", ["TRACE", "DELETE", "PUT"])
def test_method_that_there_is_not_is_refused_before_all_else(
    reader: Client, db: None, path: str, method: str
) -> None:
    response = reader.generic(method, f"/api/v1/{path}")

    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_schema_is_made_once_for_each_form(
    reader: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms = ({"accept": "*/*"}, {"accept": "application/vnd.oai.openapi"})
    first = [reader.get("/api/v1/schema/", headers=form) for form in forms]
    monkeypatch.delattr(SchemaGenerator, "get_schema")

    again = [reader.get("/api/v1/schema/", headers=form) for form in forms]

    assert [one.content for one in again] == [one.content for one in first]
    assert [(one.headers["Content-Type"], one.headers["Content-Disposition"]) for one in again] == [
        ("application/json", 'inline; filename="Hindcast.json"'),
        ("application/vnd.oai.openapi; charset=utf-8", 'inline; filename="Hindcast.yaml"'),
    ]


def test_schema_can_be_had_as_yaml(reader: Client, db: None) -> None:
    wanted = {"accept": "application/vnd.oai.openapi"}
    response = reader.get("/api/v1/schema/", headers=wanted)

    assert response.content.startswith(b"openapi: 3.1.0")
