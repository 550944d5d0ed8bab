"""Every answer has an id, which its problem and the log repeat."""

import logging
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from django.test import Client

from api.request_ids import current_request_id
from config.logs import AddressFilter, RequestFilter
from config.settings import LOGGING
from tests.api.keys import bearing, make_key

PATHS = ("", "experts/", "nothing/", "docs/", "schema/", "health/", "experts/?nothing=1")


def written_by(log: StringIO) -> logging.Handler:
    """A handler as the settings make it."""
    handler = logging.StreamHandler(log)
    form = LOGGING["formatters"]["line"]  # type: ignore[index]
    handler.setFormatter(logging.Formatter(form["format"], style=form["style"]))
    for found in (AddressFilter(), RequestFilter()):
        handler.addFilter(found)
    return handler


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the log says, as production writes it."""
    lines, root = StringIO(), logging.getLogger()
    handler = written_by(lines)
    root.addHandler(handler)
    yield lines
    root.removeHandler(handler)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get", "head", "options", "post"])
def test_every_answer_has_an_id_of_its_own(
    reader: Client, db: None, method: str, path: str
) -> None:
    ids = {getattr(reader, method)(f"/api/v1/{path}").headers["X-Request-Id"] for _ in range(2)}

    assert len(ids) == 2
    assert all(re.fullmatch(r"[0-9a-f]{32}", found) for found in ids)


@pytest.mark.parametrize("given", ["a" * 8, "Trace_01-" + "x" * 55])
def test_id_that_is_fit_to_be_repeated_is_kept(reader: Client, given: str) -> None:
    response = reader.get("/api/v1/nothing/", headers={"x-request-id": given})

    assert response.headers["X-Request-Id"] == given
    assert response.json()["request_id"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "a b c d e f", "a\nSet-Cookie: x=1", "é" * 10, "<script>alert"]
)
def test_other_ids_are_replaced(reader: Client, given: str) -> None:
    response = reader.get("/api/v1/", headers={"x-request-id": given})

    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-Id"])


@pytest.mark.urls("tests.api.endpoints")
def test_log_lines_of_a_request_carry_its_id(reader: Client, log: StringIO) -> None:
    reader.raise_request_exception = False

    body = reader.get("/api/v1/fails/", headers={"x-request-id": "failing-1"}).json()
    logging.getLogger("other").warning("later")

    *_, failure, later = [line for line in log.getvalue().splitlines() if line.startswith("20")]
    said = " ERROR django.request [failing-1] Internal Server Error: /api/v1/fails/"
    assert failure.endswith(said)
    assert later.endswith(" WARNING other later")
    assert (body["status"], body["request_id"]) == (500, "failing-1")
    assert "secret" not in str(body)
    assert current_request_id() == ""


def test_log_holds_no_key(reader: Client, db: None, log: StringIO) -> None:
    key, token = make_key()
    reader.get("/api/v1/nothing/", headers=bearing(token))
    reader.get(f"/api/v1/{token}/", headers=bearing(token[:-1]))
    logging.getLogger("other").warning("asked for %s", f"/api/v1/?key={token}&limit=1")

    lines = log.getvalue()

    assert lines.count("WARNING") == 3
    assert token not in lines
    assert token[12:40] not in lines
    assert f"/api/v1/?key={key.prefix}_…&limit=1" in lines


def test_pages_outside_the_api_have_no_id(reader: Client, db: None) -> None:
    assert "X-Request-Id" not in reader.get("/nothing/").headers
