"""What `make fuzz` calls a fault."""

import gzip
import json
from http.client import HTTPMessage

import pytest

from tests.fuzz.attacks import Attack
from tests.fuzz.summaries import Line, table
from tests.fuzz.verdicts import faults
from tests.fuzz.wires import Reply, written

pytestmark = pytest.mark.once
ID = {"X-Request-Id": "0123456789"}
PROBLEM = {**ID, "Content-Type": "application/problem+json"}
HTML = {"Content-Type": "text/html"}


def reply(status: int, headers: dict[str, str], body: bytes = b"") -> Reply:
    message = HTTPMessage()
    for name, value in headers.items():
        message[name] = value
    return Reply(status, message, body, 0.1)


def told(status: int) -> bytes:
    return json.dumps({"status": status, "request_id": ID["X-Request-Id"]}).encode()


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (reply(200, ID), []),
        (reply(404, PROBLEM, told(404)), []),
        (reply(404, {**PROBLEM, "Content-Encoding": "gzip"}, gzip.compress(told(404))), []),
        (reply(500, PROBLEM, told(500)), ["status 500"]),
        (reply(404, PROBLEM, told(400)), ["no status as it was"]),
        (reply(404, PROBLEM, b"<h1>"), ["no status as it was", "no request_id as it was"]),
        (reply(404, {**ID, **HTML}), ["status 404 as text/html"]),
        (reply(400, HTML), ["status 400 without a request id"]),
        (reply(200, {**ID, "Set-Cookie": "a=b"}), ["a cookie"]),
        (reply(0, {}, b"closed"), ["no answer: closed"]),
    ],
)
def test_answer_to_a_hostile_request_is_an_answer_or_a_problem(
    given: Reply, found: list[str]
) -> None:
    assert list(faults(Attack("GET", "/"), given)) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (reply(400, HTML), []),
        (reply(0, {}), []),
        (reply(200, HTML), ["status 200 without a request id"]),
        (reply(502, HTML), ["status 502", "status 502 without a request id"]),
        (reply(500, PROBLEM, told(500)), ["status 500"]),
    ],
)
def test_web_server_may_refuse_what_breaks_the_rules_of_http(
    given: Reply, found: list[str]
) -> None:
    assert list(faults(Attack("GET", "/", is_broken=True), given)) == found


def test_request_is_sent_as_it_is_with_what_it_has_not_got() -> None:
    attack = Attack("POST", "/a?%00", (("Accept", "\xff"),), b"{}")

    assert written(attack, 80, "key") == (
        b"POST /a?%00 HTTP/1.1\r\nAccept: \xff\r\nConnection: close\r\nHost: 127.0.0.1:80\r\n"
        b"Authorization: Bearer key\r\nContent-Length: 2\r\n\r\n{}"
    )


def test_table_adds_up() -> None:
    first, second = Line("GET /a"), Line("GET /b", faults=["it broke"])
    for line, status, seconds in ((first, 200, 0.1), (first, 404, 0.3), (second, 200, 0.2)):
        line.note(status, seconds)

    assert table([first, second]).splitlines() == [
        "             requests  slowest, ms  faults  statuses",
        "GET /a              2          300       0  200 x 1, 404 x 1",
        "GET /b              1          200       1  200 x 1",
        "all of them         3          300       1  200 x 2, 404 x 1",
    ]
