"""Health: what is late is named, with 503."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from mail.models import Delivery, Heartbeat
from tests.api.worlds import NOW
from tests.factories import make_user


def beat(job: str, *, seconds: int) -> None:
    Heartbeat.objects.create(job=job, beaten_at=NOW - timedelta(seconds=seconds))


def put_in_outbox(state: str, *, minutes: int) -> None:
    Delivery.objects.create(
        key=f"{state}:{minutes}",
        kind="prompt",
        user=make_user(),
        subject="s",
        text="t",
        html="h",
        message_id="m",
        state=state,
        not_before=NOW - timedelta(minutes=minutes),
        created_at=NOW,
    )


def health(reader: Client) -> tuple[int, Any]:
    response = reader.get("/api/v1/health/")
    return response.status_code, response.json()


def test_healthy(reader: Client, db: None) -> None:
    beat("beat", seconds=10)
    beat("sweep_scores", seconds=299)
    put_in_outbox("pending", minutes=2)
    put_in_outbox("uncertain", minutes=500)

    assert health(reader) == (
        200,
        {
            "healthy": True,
            "reasons": [],
            "database": "ok",
            "heartbeats": {"beat": 10.0, "sweep_scores": 299.0},
            "mail": {"oldest_pending_seconds": 120.0, "n_uncertain": 1},
        },
    )


def test_nothing_has_run_yet(reader: Client, db: None) -> None:
    status, body = health(reader)

    assert (status, body["healthy"], body["status"]) == (503, False, 503)
    assert body["reasons"] == [
        "No scheduled job has run yet: start a worker and beat, or run the sweep."
    ]


def test_silent_job_is_named(reader: Client, db: None) -> None:
    beat("beat", seconds=10)
    beat("sweep_prompts", seconds=20 * 60)

    status, body = health(reader)

    assert (status, body["reasons"]) == (503, ['The job "sweep_prompts" last ran 20 minutes ago.'])


def test_mail_that_does_not_leave(reader: Client, db: None) -> None:
    beat("beat", seconds=10)
    put_in_outbox("pending", minutes=16)

    assert health(reader)[1]["reasons"] == ["A mail has waited for 16 minutes."]


def test_database_that_does_not_answer(
    reader: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise DatabaseError

    monkeypatch.setattr(Heartbeat.objects, "order_by", fail)

    status, body = health(reader)

    assert (status, body["database"], body["reasons"]) == (
        503,
        "unreachable",
        ["The database does not answer."],
    )
