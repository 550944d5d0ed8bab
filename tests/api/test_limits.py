"""Limits: exact, told in headers, counted for who asks, and in nobody's way where Redis is."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings
from redis import Redis

from api import limits
from api.limits import Policy, count
from tests.api.keys import bearing, make_key
from tests.api.worlds import NOW, World
from tests.api.writing import SOURCE, make_writer, send
from tests.webservers import raw_server
from tools.environments import ROOT
from tools.servers import redis_server

WRONG = bearing("hc_00000000_" + "A" * 43)
FREE = ("health/", "schema/", "docs/")


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url.replace("redis+socket", "unix")) as client:
        client.flushall()
        yield client


@pytest.fixture(autouse=True)
def _own_limits() -> None:
    """Other processes count the same here, and `redis` is empty."""


@pytest.fixture(autouse=True)
def _few(settings: Settings, redis_url: str, redis: Redis) -> None:
    settings.REDIS_URL, settings.API_PER_MINUTE = redis_url, 3


def ask(reader: Client, path: str = "", **more: Any) -> int:
    return int(reader.get(f"/api/v1/{path}", **more).status_code)


def left(response: Any) -> str:
    return str(response.headers["RateLimit"])


def test_answers_say_what_is_left_and_refusals_when_to_come_back(reader: Client) -> None:
    with time_machine.travel(NOW + timedelta(seconds=12.5), tick=False):
        answers = [reader.get("/api/v1/") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"anonymous";q=3;w=60'}
    assert [left(answer) for answer in answers] == [
        f'"anonymous";r={rest};t=48' for rest in (2, 1, 0, 0, 0)
    ]
    refusal = answers[-1]
    assert refusal.headers["Retry-After"] == "48"
    assert refusal.headers["Content-Type"] == "application/problem+json"
    assert refusal.headers["Access-Control-Allow-Origin"] == "*"
    assert refusal.headers["Cache-Control"] == "no-store"
    body = refusal.json()
    assert body["type"] == "urn:hindcast:problem:limit-reached"
    assert body["detail"] == (
        "That is more than 3 requests a minute from your network. Try again in 48 s."
    )


def test_next_minute_has_all_of_it_again(reader: Client) -> None:
    statuses = [ask(reader) for _ in range(4)]
    with time_machine.travel(NOW + timedelta(seconds=60), tick=False):
        statuses += [ask(reader) for _ in range(4)]

    assert statuses == [200, 200, 200, 429] * 2


def test_errors_are_counted_as_answers_are(reader: Client, db: None) -> None:
    paths = ("nothing/", "experts/?nothing=1", "experts/nobody/", "experts/")

    assert [ask(reader, path) for path in paths] == [404, 400, 404, 429]


def test_unchanged_answer_costs_nothing(reader: Client, world: World) -> None:
    first = reader.get("/api/v1/experts/")
    known = {"if-none-match": first.headers["ETag"]}

    again = [reader.get("/api/v1/experts/", headers=known) for _ in range(5)]

    assert {answer.status_code for answer in again} == {304}
    assert {left(answer) for answer in [first, *again]} == {'"anonymous";r=2;t=60'}


def test_options_and_what_describes_the_service_cost_nothing(reader: Client, db: None) -> None:
    for _ in range(4):
        ask(reader)

    answers = [reader.get(f"/api/v1/{path}") for path in FREE]
    answers += [reader.options("/api/v1/experts/")]

    assert [answer.status_code for answer in answers] == [503, 200, 200, 204]
    assert {left(answer) for answer in answers} == {'"anonymous";r=0;t=60'}


def test_pages_outside_the_api_are_not_counted(reader: Client, db: None, redis: Redis) -> None:
    response = reader.get("/nothing/")

    assert "RateLimit-Policy" not in response.headers
    assert redis.dbsize() == 0


@pytest.mark.parametrize(
    ("meta", "is_behind"),
    [
        ({"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": "10.0.0.{n}"}, False),
        ({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "10.0.0.{n}, 192.0.2.7"}, True),
        ({"REMOTE_ADDR": "192.0.2.7", "HTTP_X_REAL_IP": "10.0.0.{n}"}, False),
        ({"REMOTE_ADDR": "192.0.2.7", "HTTP_FORWARDED": "for=10.0.0.{n}"}, True),
        ({"REMOTE_ADDR": "2001:db8::{n}"}, False),
    ],
)
def test_headers_of_the_visitor_make_no_other_network(
    reader: Client, settings: Settings, meta: dict[str, str], is_behind: bool
) -> None:
    settings.BEHIND_PROXY = is_behind

    statuses = [
        ask(reader, **{name: value.format(n=n) for name, value in meta.items()}) for n in range(5)
    ]

    assert statuses == [200, 200, 200, 429, 429]


def test_networks_do_not_pay_for_each_other(reader: Client, settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    networks = ("192.0.2.7", "192.0.2.8", "2001:db8:0:1::1", "2001:db8:0:2::1") * 3

    assert {ask(reader, HTTP_X_FORWARDED_FOR=network) for network in networks} == {200}


def test_key_has_a_budget_of_its_own_wherever_it_comes_from(reader: Client, db: None) -> None:
    mine, other = (bearing(make_key(per_minute=5)[1]) for _ in range(2))
    for _ in range(4):
        ask(reader)

    answers = [reader.get("/api/v1/", headers=mine, REMOTE_ADDR=f"192.0.2.{n}") for n in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[0].headers["RateLimit-Policy"] == '"key";q=5;w=60'
    assert left(answers[0]) == '"key";r=4;t=60'
    assert "with this key" in answers[-1].json()["detail"]
    assert ask(reader, headers=other) == 200


def test_list_that_is_written_is_one_request_however_long(reader: Client, db: None) -> None:
    _, token = make_writer(per_minute=3)
    rows = [{**SOURCE, "url": f"https://paper.example/{n}"} for n in range(100)]

    answers = [send(reader, token, f"sources/{query}", rows) for query in ("?dry_run=true", "")]

    assert [answer.status_code for answer in answers] == [200, 201]
    assert [left(answer) for answer in answers] == ['"key";r=2;t=60', '"key";r=1;t=60']


@pytest.mark.parametrize("path", ["", "health/"])
def test_wrong_key_counts_against_its_network(reader: Client, db: None, path: str) -> None:
    statuses = [ask(reader, path, headers=WRONG) for _ in range(4)]

    assert statuses == [401, 401, 401, 429]
    assert ask(reader) == 429


def test_nothing_that_is_kept_names_anybody_or_stays(redis: Redis, reader: Client) -> None:
    ask(reader, REMOTE_ADDR="192.0.2.7")
    with time_machine.travel(NOW + timedelta(seconds=60), tick=False):
        ask(reader, REMOTE_ADDR="192.0.2.7")

    keys: Any = redis.keys("*")

    assert len(set(keys)) == 2
    assert all(re.fullmatch(rb"hindcast:limit:[0-9a-f]{64}", key) for key in keys)
    assert all(0 < int(redis.ttl(key)) <= 120 for key in keys)  # type: ignore[arg-type]


def test_what_is_given_back_never_makes_more_than_there_was(redis: Redis) -> None:
    policy = Policy("test", 2, "somebody")

    given = [count(policy, cost, NOW) for cost in (-1, 1, -1, -1, 1, 1, 1)]

    assert [(one.used, one.is_granted) for one in given if one] == [
        *[(0, True), (1, True), (0, True), (0, True)],
        *[(1, True), (2, True), (2, False)],
    ]


def test_connection_that_broke_is_made_anew(redis: Redis) -> None:
    policy = Policy("test", 9, "somebody")
    count(policy, 1, NOW)
    redis.client_kill_filter(_type="normal", skipme=True)

    found = count(policy, 1, NOW)

    assert found is not None
    assert found.used == 2


TAKER = """
import sys
from datetime import datetime
import django
django.setup()
from api.limits import Policy, count
policy, now = Policy("race", 200, "somebody"), datetime.fromisoformat(sys.argv[1])
count(policy, 0, now)
print("ready", flush=True)
sys.stdin.readline()
n = 0
for turn in range(300):
    granted = count(policy, 1, now).is_granted
    n += granted
    if granted and turn % 7 == 0:
        n -= 1
        count(policy, -1, now)
print(n, flush=True)
"""


def test_processes_together_get_exactly_the_limit(
    settings: Settings, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("SECRET_KEY", settings.SECRET_KEY)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")
    command = [sys.executable, "-c", TAKER, NOW.isoformat()]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    takers = [subprocess.Popen(command, **pipes) for _ in range(4)]

    ready = [taker.stdout.readline() for taker in takers if taker.stdout]
    for taker in takers:
        assert taker.stdin
        taker.stdin.write("go\n")
        taker.stdin.flush()
    taken = [int(taker.communicate(timeout=60)[0]) for taker in takers]

    assert ready == ["ready\n"] * 4
    assert sum(taken) == 200
    assert count(Policy("race", 200, "somebody"), 0, NOW) == limits.Budget(
        Policy("race", 200, "somebody"), 200, 60, is_granted=True
    )


def test_without_redis_everybody_reads_on(
    reader: Client, settings: Settings, caplog: pytest.LogCaptureFixture, db: None
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/7"

    answers = [reader.get("/api/v1/experts/") for _ in range(20)]

    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].headers["RateLimit-Policy"] == '"anonymous";q=3;w=60'
    assert "RateLimit" not in answers[0].headers
    assert caplog.text.count("requests are not counted") == 1


def swallow(connection: socket.socket, is_over: Event) -> None:
    is_over.wait(5)


def test_redis_that_never_answers_is_asked_once(
    reader: Client, settings: Settings, db: None
) -> None:
    with time_machine.travel(datetime.now().astimezone(), tick=True), raw_server(swallow) as url:
        settings.REDIS_URL = url.replace("http", "redis").rstrip("/")
        started = time.perf_counter()
        statuses = {ask(reader) for _ in range(50)}
        seconds = time.perf_counter() - started

    assert statuses == {200}
    assert seconds < 2


def test_redis_that_comes_back_is_asked_again(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    counter = limits.Counter(redis_url)
    broken = limits.Counter("redis://127.0.0.1:1/0")
    whole, counter._script = counter._script, broken._script
    monkeypatch.setattr(limits, "PAUSE_AFTER_FAILURE", 0.0)

    away = [counter.count("back", 2, 1) for _ in range(2)]
    counter._script = whole
    back = [counter.count("back", 2, 1) for _ in range(3)]

    assert away == [None, None]
    assert back == [(1, 1), (2, 1), (2, 0)]
    assert caplog.text.count("requests are not counted") == 1
    assert caplog.text.count("requests are counted again") == 1
