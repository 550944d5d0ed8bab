"""The bell: it starts a sweep after the commit, and never stands in anybody's way."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from forecasts.bell import ring, something_is_due
from tests.factories import make_forecast
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


@pytest.mark.django_db(transaction=True)
def test_recording_a_forecast_rings(heard: list[str]) -> None:
    make_forecast()

    assert heard


def test_message_carries_no_data_and_is_not_retried(published: list[dict[str, Any]]) -> None:
    ringing.start_sweep(sender=None)

    assert published == [{"retry": False, "expires": 60}]


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
