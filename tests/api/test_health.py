"""Health: what is late is named, with 503."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client

from api.health import JOBS
from forecasts.models import Export
from mail.models import Delivery, Heartbeat
from tests.api.worlds import NOW
from tests.factories import make_user
from worker.sweeps import SWEEPS

DAY = 24 * 60


def beat(job: str, *, seconds: int) -> None:
    Heartbeat.objects.create(job=job, beaten_at=NOW - timedelta(seconds=seconds))


def beat_all(*, without: str = "") -> None:
    for job in JOBS:
        if job != without:
            beat(job, seconds=10)


def put_in_outbox(state: str, *, minutes: int) -> None:
    Delivery.objects.create(
        key=f"{state}:{minutes}",
        kind="prompt",
        user=make_user(),
        subject="s",
        text="t",
        html="h",
        state=state,
        not_before=NOW - timedelta(minutes=minutes),
        sent_at=NOW - timedelta(minutes=minutes) if state == "sent" else None,
        created_at=NOW,
    )


def health(reader: Client) -> tuple[int, Any]:
    response = reader.get("/api/v1/health/")
    return response.status_code, response.json()


def export(moment: datetime) -> None:
    Export.objects.create(
        day=moment.date(),
        name="x",
        file="x",
        media_type="text/csv",
        size=1,
        sha256="0" * 64,
        made_at=moment,
    )


def test_healthy(reader: Client, db: None) -> None:
    beat("beat", seconds=3000)
    beat_all(without="sweep_scores")
    beat("sweep_scores", seconds=299)
    put_in_outbox("pending", minutes=2)
    put_in_outbox("uncertain", minutes=500)
    put_in_outbox("failed", minutes=3 * DAY)
    put_in_outbox("failed", minutes=6 * DAY)
    put_in_outbox("failed", minutes=8 * DAY)
    export(NOW)

    assert health(reader) == (
        200,
        {
            "healthy": True,
            "reasons": [],
            "warnings": [
                "2 mails failed in the last 7 days.",
                "1 mail may or may not have arrived: look at Deliveries in the admin.",
            ],
            "database": "ok",
            "heartbeats": {
                "beat": 3000.0,
                "send_mail": 10.0,
                "sweep_copies": 10.0,
                "sweep_digests": 10.0,
                "sweep_disputes": 10.0,
                "sweep_exports": 10.0,
                "sweep_prompts": 10.0,
                "sweep_scores": 299.0,
                "sweep_webhooks": 10.0,
            },
            "mail": {"oldest_pending_seconds": 120.0, "n_uncertain": 1, "n_failed": 2},
            "copies": {"oldest_waiting_seconds": None},
        },
    )


def test_jobs_that_are_judged_are_those_that_are_swept() -> None:
    assert tuple(SWEEPS) == JOBS


@pytest.mark.parametrize("jobs", [(), ("beat",)], ids=["nothing", "beat alone"])
def test_nothing_has_run_yet(reader: Client, db: None, jobs: tuple[str, ...]) -> None:
    for job in jobs:
        beat(job, seconds=10)

    status, body = health(reader)

    assert (status, body["healthy"], body["status"]) == (503, False, 503)
    assert body["reasons"] == [
        "No scheduled job has run yet: start a worker and beat, or run the sweep."
    ]


@pytest.mark.parametrize("job", JOBS)
def test_silent_job_is_named(reader: Client, db: None, job: str) -> None:
    beat_all(without=job)
    # The files of a day may take their time.
    minutes = 121 if job == "sweep_exports" else 20
    beat(job, seconds=minutes * 60)

    status, body = health(reader)

    assert (status, body["reasons"]) == (503, [f'The job "{job}" last ran {minutes} minutes ago.'])


@pytest.mark.parametrize("job", JOBS)
def test_job_that_never_ran_while_others_did_is_named(reader: Client, db: None, job: str) -> None:
    beat_all(without=job)

    status, body = health(reader)

    assert (status, body["reasons"]) == (503, [f'The job "{job}" has never run.'])


def test_mail_that_does_not_leave(reader: Client, db: None) -> None:
    beat_all()
    put_in_outbox("pending", minutes=16)

    assert health(reader)[1]["reasons"] == ["A mail has waited for 16 minutes."]


@pytest.mark.parametrize(
    ("hour", "days_ago", "warnings"),
    [
        (1, 1, []),
        (2, 0, []),
        (2, 1, ["There is no export of 2026-06-01: look at the worker's log."]),
    ],
)
def test_export_that_was_not_made_is_a_warning(
    reader: Client, db: None, hour: int, days_ago: int, warnings: list[str]
) -> None:
    now = NOW.replace(hour=hour)
    export(now - timedelta(days=days_ago))
    with time_machine.travel(now, tick=False):
        for job in JOBS:
            Heartbeat.objects.create(job=job, beaten_at=now)

        status, body = health(reader)

    assert (status, body["warnings"]) == (200, warnings)


def test_more_mail_that_fails_than_leaves(reader: Client, db: None) -> None:
    beat_all()
    put_in_outbox("failed", minutes=10)
    put_in_outbox("failed", minutes=20)
    put_in_outbox("sent", minutes=30)
    before = health(reader)
    put_in_outbox("sent", minutes=40)
    after = health(reader)

    assert (before[0], before[1]["reasons"]) == (
        503,
        ["More mails failed than were sent in the last day: 2 to 1."],
    )
    assert (after[0], after[1]["mail"]["n_failed"]) == (200, 2)


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
