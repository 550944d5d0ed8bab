"""Whether what runs behind the web server still does: read from what it leaves in the database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import Count, Q

from forecasts.models import EvidenceCopy, Export
from mail.models import Delivery, Heartbeat

MOST_SILENCE = timedelta(minutes=5)
MOST_PENDING = timedelta(minutes=15)
RECENTLY = timedelta(days=7)
LATELY = timedelta(days=1)
EXPORTS = "sweep_exports"
# That one job may take so long, and the files of a day so long to appear.
LONGEST = {EXPORTS: timedelta(hours=2)}
EXPORTED_WITHIN = timedelta(hours=2)
# Beat is none of them: where the sweeps run without Celery nothing ticks, and nothing is wrong.
JOBS = (
    *("sweep_scores", "sweep_prompts", "sweep_digests", "sweep_disputes", "send_mail"),
    *("sweep_copies", "sweep_webhooks"),
    EXPORTS,
)
NOTHING_RAN = "No scheduled job has run yet: start a worker and beat, or run the sweep."


@dataclass(frozen=True, slots=True)
class Outbox:
    """Mail on its way, and what did not get there."""

    oldest_pending: timedelta | None = None
    """How long the oldest mail has been ready to be sent."""
    n_uncertain: int | None = None
    """Mails of which nobody knows whether they arrived; a person has to look."""
    n_failed: int | None = None
    """Mails of the last 7 days that cannot be sent."""
    n_failed_lately: int = 0
    n_sent_lately: int = 0

    def members(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "oldest_pending_seconds": _seconds_or_none(self.oldest_pending),
            "n_uncertain": self.n_uncertain,
            "n_failed": self.n_failed,
        }


@dataclass(frozen=True, slots=True)
class Health:
    """What was found; healthy where there is no reason to worry."""

    reasons: list[str]
    warnings: list[str]
    """What somebody should look at, though everything runs."""
    database: bool
    heartbeats: dict[str, float]
    """Seconds since the last run of each job began."""
    outbox: Outbox
    oldest_copy: timedelta | None = None
    """How long the oldest linked page has been ready to be fetched. Strangers' servers decide
    about that, so it is no reason to worry."""

    def members(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "healthy": not self.reasons,
            "reasons": self.reasons,
            "warnings": self.warnings,
            "database": "ok" if self.database else "unreachable",
            "heartbeats": self.heartbeats,
            "mail": self.outbox.members(),
            "copies": {"oldest_waiting_seconds": _seconds_or_none(self.oldest_copy)},
        }


def read_health(as_of: datetime) -> Health:
    """Look at heartbeats and the outbox."""
    try:
        beats = dict(Heartbeat.objects.order_by("job").values_list("job", "beaten_at"))
        outbox = _outbox(as_of)
        missing = _missing_export(as_of) if EXPORTS in beats else []
        waiting = EvidenceCopy.objects.ready(as_of).order_by("not_before", "pk").first()
    except DatabaseError:
        return Health(["The database does not answer."], [], False, {}, Outbox())
    ages = {job: as_of - beaten_at for job, beaten_at in beats.items()}
    return Health(
        reasons=[*_silences(ages), *_stoppages(outbox)],
        warnings=[*_warnings(outbox), *missing],
        database=True,
        heartbeats={job: _seconds(age) for job, age in ages.items()},
        outbox=outbox,
        oldest_copy=as_of - waiting.not_before if waiting else None,
    )


def _outbox(as_of: datetime) -> Outbox:
    ready = Delivery.objects.ready(as_of).order_by("not_before", "pk").values_list("not_before")
    oldest = ready.first()
    # A mail that failed keeps the time of its last attempt.
    failed = Q(state=Delivery.State.FAILED)
    sent = Q(state=Delivery.State.SENT)
    counts = Delivery.objects.aggregate(
        n_uncertain=Count("pk", filter=Q(state=Delivery.State.UNCERTAIN)),
        n_failed=Count("pk", filter=failed & Q(not_before__gte=as_of - RECENTLY)),
        n_failed_lately=Count("pk", filter=failed & Q(not_before__gte=as_of - LATELY)),
        n_sent_lately=Count("pk", filter=sent & Q(sent_at__gte=as_of - LATELY)),
    )
    return Outbox(oldest_pending=as_of - oldest[0] if oldest else None, **counts)


def _silences(ages: dict[str, timedelta]) -> list[str]:
    if not any(job in ages for job in JOBS):
        return [NOTHING_RAN]
    never = [f'The job "{job}" has never run.' for job in JOBS if job not in ages]
    late = [
        f'The job "{job}" last ran {ages[job].total_seconds() / 60:.0f} minutes ago.'
        for job in JOBS
        if job in ages and ages[job] > LONGEST.get(job, MOST_SILENCE)
    ]
    return never + late


def _stoppages(outbox: Outbox) -> list[str]:
    reasons, waiting = [], outbox.oldest_pending
    if waiting is not None and waiting > MOST_PENDING:
        reasons.append(f"A mail has waited for {waiting.total_seconds() / 60:.0f} minutes.")
    failed, sent = outbox.n_failed_lately, outbox.n_sent_lately
    if failed > sent:
        reasons.append(f"More mails failed than were sent in the last day: {failed} to {sent}.")
    return reasons


def _warnings(outbox: Outbox) -> list[str]:
    found = (
        (outbox.n_failed, "failed in the last 7 days"),
        (outbox.n_uncertain, "may or may not have arrived: look at Deliveries in the admin"),
    )
    return [f"{n} mail{'' if n == 1 else 's'} {what}." for n, what in found if n]


def _missing_export(as_of: datetime) -> list[str]:
    moment = as_of.astimezone(UTC)
    is_early = moment.hour * timedelta(hours=1) < EXPORTED_WITHIN
    if is_early or Export.objects.filter(day=moment.date()).exists():
        return []
    return [f"There is no export of {moment.date()}: look at the worker's log."]


def _seconds(age: timedelta) -> float:
    return round(max(age.total_seconds(), 0.0), 1)


def _seconds_or_none(age: timedelta | None) -> float | None:
    return None if age is None else _seconds(age)
