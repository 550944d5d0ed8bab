"""The bell: it starts a sweep after the commit, and never stands in anybody's way."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError
from redis import Redis

from forecasts.bell import ring, something_is_due
from tests.factories import make_forecast
from tools.servers import redis_server
from worker import ringing

APPLY = "worker.ringing.look_now.apply_async"


@pytest.fixture
def heard() -> Iterator[list[str]]:
    rings: list[str] = []

    def hear(**_: Any) -> None:
        rings.append("ding")

    something_is_due.connect(hear)
    yield rings
    something_is_due.disconnect(hear)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(ringing, "_quiet_until", 0.0)
    monkeypatch.setattr(APPLY, lambda **options: calls.append(options))
    return calls


@pytest.mark.django_db(transaction=True)
def test_bell_rings_once_and_only_after_the_commit(heard: list[str]) -> None:
    with transaction.atomic():
        for _ in range(3):
            ring()
        assert heard == []

    assert heard == ["ding"]


@pytest.mark.django_db(transaction=True)
def test_bell_is_silent_when_nothing_was_committed(heard: list[str]) -> None:
    with transaction.atomic():
        ring()
        transaction.set_rollback(True)

    assert heard == []


def test_bell_of_any_thread_reaches_the_broker() -> None:
    code = (
        "import django; django.setup();"
        "from threading import Thread; from forecasts.bell import _tell;"
        "thread = Thread(target=_tell); thread.start(); thread.join()"
    )

    with redis_server() as url:
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "REDIS_URL": url}, check=True
        )
        queue = Redis(unix_socket_path=url.removeprefix("redis+socket://"))
        n_messages = queue.llen("celery")

    assert n_messages == 1


@pytest.mark.django_db(transaction=True)
def test_recording_a_forecast_rings(heard: list[str]) -> None:
    make_forecast()

    assert heard


def test_message_carries_no_data_and_is_not_retried(published: list[dict[str, Any]]) -> None:
    ringing.start_sweep(sender=None)

    (options,) = published
    del options["connection"]
    assert options == {"retry": False, "expires": 60}


def test_dead_broker_is_left_alone_for_a_while(
    published: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = []

    def fail(**_: Any) -> None:
        attempts.append(1)
        raise OperationalError("no broker")

    monkeypatch.setattr(APPLY, fail)
    for _ in range(5):
        ringing.start_sweep(sender=None)

    assert len(attempts) == 1


def test_broker_that_swallows_everything_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"
        monkeypatch.setattr("worker.ringing.app.conf.broker_write_url", address)
        monkeypatch.setattr(ringing, "_quiet_until", 0.0)
        started = time.monotonic()
        ringing.start_sweep(sender=None)
        first = time.monotonic() - started
        ringing.start_sweep(sender=None)
        second = time.monotonic() - started - first

    # The first finds out within its timeouts of a second each; the others are spared.
    assert second < first / 10
    assert ringing._quiet_until > started + ringing.PAUSE_AFTER_FAILURE
