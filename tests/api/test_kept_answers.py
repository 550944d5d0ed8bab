"""Answers that are kept: exact, bounded, told apart by all they depend on."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test import Client
from django.utils.http import http_date
from pytest_django import Settings

from api import limits
from api.answers import MIB, Answer, Kept, kept, known
from api.states import database_state
from forecasts.models import Expert, Topic
from tests.api.keys import bearing, make_key
from tests.api.worlds import NOW
from tests.factories import make_expert
from tests.queries import counted_queries
from tests.sites import database_url
from tools.environments import ROOT
from tools.servers import redis_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _kept(monkeypatch: pytest.MonkeyPatch, settings: Settings, _nothing_is_kept: None) -> None:
    kept.clear()
    known.clear()
    monkeypatch.setattr("api.answers.database_state", database_state)
    settings.API_KEPT_MIB = 32


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


def get(reader: Client, path: str = "topics/", **headers: str) -> Any:
    return reader.get(f"/api/v1/{path}", headers=headers)


def slugs(response: Any) -> list[str]:
    return [row["slug"] for row in response.json()["results"]]


def make_topic(name: str) -> Topic:
    return Topic.objects.create(slug=name, name=name)


def is_kept(response: Any) -> bool:
    return "Age" in response.headers


def test_second_reader_gets_the_same_without_a_query_for_rows(reader: Client) -> None:
    make_topic("weather")
    first = get(reader)

    with counted_queries() as queries:
        again = get(reader)

    assert len(queries) == (1 if connection.vendor == "postgresql" else 0)
    assert again.content == first.content
    for name in ("ETag", "Content-Type", "Cache-Control", "Vary", "Content-Length"):
        assert again.headers[name] == first.headers[name]
    assert (is_kept(first), is_kept(again)) == (False, True)
    assert first.headers["X-Request-Id"] != again.headers["X-Request-Id"]


def test_write_between_two_reads_is_always_seen(reader: Client) -> None:
    seen = []
    for number in range(20):
        make_topic(f"topic-{number:02}")
        seen += [len(slugs(get(reader))), len(slugs(get(reader)))]

    assert seen == [n for number in range(1, 21) for n in (number, number)]


def test_what_is_rolled_back_changes_no_answer(reader: Client) -> None:
    get(reader)
    with transaction.atomic():
        make_topic("never")
        transaction.set_rollback(True)

    assert slugs(get(reader)) == []


def test_inside_a_transaction_nothing_is_kept(reader: Client) -> None:
    with transaction.atomic():
        make_topic("mine")
        inside = slugs(get(reader))
        transaction.set_rollback(True)

    assert inside == ["mine"]
    assert slugs(get(reader)) == []
    assert not is_kept(get(reader, "experts/"))


WRITER = """
import sys
import django
django.setup()
from forecasts.models import Topic
for line in sys.stdin:
    name = line.strip()
    Topic.objects.create(slug=name, name=name)
    print(name, flush=True)
"""


def test_write_of_another_process_is_seen(
    reader: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url())
    monkeypatch.setenv("SECRET_KEY", settings.SECRET_KEY)
    command = [sys.executable, "-c", WRITER]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}

    with subprocess.Popen(command, **pipes) as writer:
        assert writer.stdin
        assert writer.stdout
        seen = [slugs(get(reader))]
        for number in range(9):
            writer.stdin.write(f"other-{number}\n")
            writer.stdin.flush()
            writer.stdout.readline()
            seen += [slugs(get(reader)), slugs(get(reader))]

    names = [f"other-{number}" for number in range(9)]
    assert seen == [[], *(names[: n + 1] for n in range(9) for _ in range(2))]


def test_no_reader_gets_less_than_was_committed_before_they_asked() -> None:
    """Writers begin and end in another order than each other, some turn back, readers go on."""
    done: list[str] = []
    barrier = Barrier(6)

    def write(seed: int) -> None:
        draw = Random(seed)
        barrier.wait()
        for number in range(12):
            name = f"w{seed}-{number}"
            with transaction.atomic():
                make_topic(name)
                if connection.vendor == "postgresql":
                    connection.cursor().execute("SELECT pg_sleep(%s)", [draw.random() / 30])
                if is_undone := draw.random() < 0.3:
                    transaction.set_rollback(True)
            if not is_undone:
                done.append(name)
        connections.close_all()

    def read(seed: int) -> int:
        reader, missing = Client(headers={"host": "testserver"}), 0
        barrier.wait()
        for _ in range(60):
            known = set(done)
            missing += len(known - set(slugs(get(reader, "topics/?limit=200"))))
        connections.close_all()
        return missing

    with ThreadPoolExecutor(6) as pool:
        writing = [pool.submit(write, seed) for seed in range(4)]
        reading = [pool.submit(read, seed) for seed in range(2)]
        [writer.result() for writer in writing]
        missing = sum(one.result() for one in reading)

    assert done
    assert missing == 0


def test_state_differs_after_each_commit_and_stays_without_one() -> None:
    states = [database_state()]
    for number in range(5):
        make_topic(f"topic-{number}")
        states += [database_state(), database_state()]

    assert None not in states
    assert [states[n] == states[n + 1] for n in range(10)] == [False, True] * 5


def test_answer_made_while_something_is_committed_is_not_kept(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.views.sources.Topic.objects.annotate", writing_topics)
    during = get(reader)
    monkeypatch.undo()

    after = get(reader)

    assert slugs(during) == []
    assert slugs(after) == ["meanwhile"]
    assert not is_kept(after)


def writing_topics(**_: Any) -> Any:
    """The topics as they are, of which there is one more as soon as they have been read."""
    found = Topic.objects.none()
    make_topic("meanwhile")
    return found


def test_deadlines_pass_and_answers_grow_old(reader: Client) -> None:
    get(reader)
    ages = []
    for seconds in (0, 12.5, 29.9, 30):
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            ages.append(get(reader).headers.get("Age"))
    with time_machine.travel(NOW - timedelta(hours=1), tick=False):
        ages.append(get(reader).headers.get("Age"))

    assert ages == ["0", "12", "29", None, None]


def test_forms_and_hosts_do_not_get_each_others_answers(reader: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "other.test"]
    make_topic("weather")
    asked: list[tuple[str, dict[str, str]]] = [
        ("topics/", {}),
        ("topics/", {"accept": "text/csv"}),
        ("topics/", {"accept": "application/jsonl"}),
        ("topics/?format=csv", {}),
        ("topics/?limit=1", {}),
        ("", {"host": "testserver"}),
        ("", {"host": "other.test"}),
    ]

    fresh = [get(reader, path, **headers) for path, headers in asked]
    again = [get(reader, path, **headers) for path, headers in asked]

    assert [is_kept(one) for one in fresh] == [False] * len(asked)
    assert [is_kept(one) for one in again] == [True] * len(asked)
    for one, other in zip(fresh, again, strict=True):
        assert other.content == one.content
        assert other.headers["Content-Type"] == one.headers["Content-Type"]
    assert len({one.content for one in fresh}) >= 5
    assert b"other.test" in again[-1].content
    assert b"other.test" not in again[-2].content


def test_zipped_and_plain_answers_are_kept_apart(reader: Client) -> None:
    for number in range(30):
        make_topic(f"topic-{number}")
    zipped = [get(reader, **{"accept-encoding": "gzip"}) for _ in range(2)]
    plain = [get(reader) for _ in range(2)]

    assert [one.headers.get("Content-Encoding") for one in (*zipped, *plain)] == [
        *("gzip", "gzip"),
        *(None, None),
    ]
    assert [is_kept(one) for one in (*zipped, *plain)] == [False, True, False, True]


@pytest.mark.parametrize("has_key", [False, True])
def test_who_asks_makes_no_difference(reader: Client, *, has_key: bool) -> None:
    headers = bearing(make_key()[1]) if has_key else {}
    get(reader, **headers)  # notes the use of the key

    first, again = get(reader, **headers), get(reader)

    assert is_kept(again)
    assert again.content == first.content


def test_head_gets_what_get_left(reader: Client) -> None:
    got = get(reader)

    head = reader.head("/api/v1/topics/")

    assert (head.status_code, head.content, is_kept(head)) == (200, b"", True)
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    "path", ["experts/nobody/", "topics/?nothing=1", "nothing/", "health/", "ledger/", "docs/"]
)
def test_errors_health_and_streams_are_not_kept(reader: Client, path: str) -> None:
    statuses = {get(reader, path).status_code for _ in range(2)}

    assert len(statuses) == 1
    assert kept.size == 0
    assert not is_kept(get(reader, path))


def test_who_has_the_answer_gets_304_before_anything_is_read(reader: Client) -> None:
    make_topic("weather")
    tag = get(reader).headers["ETag"]

    with counted_queries() as queries:
        again = get(reader, **{"if-none-match": tag})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["Cache-Control"] == "public, max-age=30"
    assert len(queries) <= 1


def test_answer_to_whoever_has_it_is_kept_for_others(reader: Client) -> None:
    tag = get(reader).headers["ETag"]
    kept.clear()
    known.clear()

    nothing_new = get(reader, **{"if-none-match": tag})
    other = get(reader)

    assert (nothing_new.status_code, other.status_code, is_kept(other)) == (304, 200, True)


def test_nothing_is_kept_where_no_room_is_given(reader: Client, settings: Settings) -> None:
    settings.API_KEPT_MIB = 0

    answers = [get(reader) for _ in range(2)]

    assert [is_kept(one) for one in answers] == [False, False]
    assert kept.size == 0


def test_whoever_has_what_is_not_kept_costs_no_answer(reader: Client, settings: Settings) -> None:
    settings.API_KEPT_MIB = 0
    first = get(reader)
    headers = {"if-none-match": first.headers["ETag"]}

    with counted_queries() as queries:
        same = get(reader, **headers)
    make_topic("new")
    other = get(reader, **headers)

    assert (same.status_code, other.status_code) == (304, 200)
    assert same.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert len(queries) == (1 if connection.vendor == "postgresql" else 0)
    assert slugs(other) == ["new"]


def test_memory_is_bounded_and_what_was_used_last_stays() -> None:
    store, most = Kept(), MIB
    answer = Answer(b"x" * 50_000, {"ETag": "1"}, "state", NOW)

    for number in range(200):
        store.keep(("path", str(number)), answer, most)
        store.find(("path", "0"), "state", NOW)
        assert store.size <= most
    store.keep(("huge",), Answer(b"x" * most, {}, "state", NOW), most)

    assert store.find(("path", "0"), "state", NOW) == answer
    assert store.find(("path", "199"), "state", NOW) == answer
    assert store.find(("path", "1"), "state", NOW) is None
    assert store.find(("huge",), "state", NOW) is None
    assert store.find(("path", "0"), "another state", NOW) is None


@pytest.mark.once  # there is no file elsewhere
def test_file_put_in_the_place_of_another_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "one.sqlite3"
    states = []
    original = connection.settings_dict["NAME"]
    try:
        connection.settings_dict["NAME"] = str(path)
        for _ in range(3):
            path.unlink(missing_ok=True)
            with sqlite3.connect(path) as made:
                made.execute("CREATE TABLE one (number)")
            made.close()
            states.append(database_state())
    finally:
        connection.settings_dict["NAME"] = original

    assert len(set(states)) == 3


@pytest.fixture
def counting(settings: Settings, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Redis, with as much time as a busy machine takes."""
    settings.REDIS_URL = redis_url
    monkeypatch.setattr(limits, "SECONDS_TO_ANSWER", 20.0)
    limits.counter.cache_clear()
    yield
    limits.counter.cache_clear()


def wait_a_second() -> None:
    """Redis reads its own clock."""
    subprocess.run(["sleep", "1.1"], check=True)


@pytest.mark.usefixtures("counting")
def test_last_modified_is_later_for_each_other_answer(reader: Client) -> None:
    answers = []
    for number in range(3):
        make_expert(slug=f"one-{number}", name="One")
        kept.clear()
        wait_a_second()
        answers += [get(reader, "experts/"), get(reader, "experts/")]
    modified = [one.headers["Last-Modified"] for one in answers]

    assert modified[0::2] == modified[1::2]
    assert len(set(modified)) == 3
    for number, one in enumerate(modified):
        again = get(reader, "experts/", **{"if-modified-since": one})
        assert again.status_code == (304 if number >= 4 else 200)


@pytest.mark.usefixtures("counting")
def test_two_answers_of_one_second_do_not_share_it(reader: Client) -> None:
    given: list[tuple[str, str]] = []
    for number in range(30):
        Expert.objects.create(slug=f"one-{number}", name="One", recorded_at=NOW)
        response = get(reader, "experts/?limit=200")
        if "Last-Modified" in response.headers:
            given.append((response.headers["Last-Modified"], response.headers["ETag"]))

    assert given
    assert len({moment for moment, _ in given}) == len(given)


@pytest.mark.usefixtures("counting")
def test_same_answer_keeps_its_moment_though_it_is_made_anew(reader: Client) -> None:
    # An address of its own: what other tests were answered may lie ahead of the clock.
    address = "topics/?limit=31"
    make_topic("weather")
    first = get(reader, address).headers["Last-Modified"]
    wait_a_second()
    make_expert()
    kept.clear()

    again = get(reader, address)

    assert again.headers["Last-Modified"] == first
    assert not is_kept(again)


def test_without_redis_no_moment_is_told(reader: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/9"

    response = get(reader, **{"if-modified-since": http_date(4_000_000_000)})

    assert response.status_code == 200
    assert "Last-Modified" not in response.headers
    assert json.loads(response.content)["results"] == []


@pytest.mark.usefixtures("counting")
def test_kept_304_takes_nothing_but_needs_that_something_is_left(
    reader: Client, settings: Settings
) -> None:
    settings.API_PER_MINUTE = 2
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        tag = get(reader).headers["ETag"]
        known = [get(reader, **{"if-none-match": tag}) for _ in range(4)]
        last = get(reader)
        refused = get(reader, **{"if-none-match": tag})

    assert [one.status_code for one in (*known, last, refused)] == [304] * 4 + [200, 429]
    assert {one.headers["RateLimit"] for one in known} == {'"anonymous";r=1;t=60'}
    assert last.headers["RateLimit"] == '"anonymous";r=0;t=60'
