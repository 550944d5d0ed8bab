"""Whether what runs behind the web server still does: read from what it leaves in the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError

from mail.models import Delivery, Heartbeat

MOST_SILENCE = timedelta(minutes=5)
MOST_PENDING = timedelta(minutes=15)
TICKS = "beat"


@dataclass(frozen=True, slots=True)
class Health:
    """What was found; healthy where there is no reason to worry."""

    reasons: list[str]
    database: bool
    heartbeats: dict[str, float]
    """Seconds since each job last ran."""
    oldest_pending: float | None
    """Seconds that the oldest mail has been ready to be sent."""
    n_uncertain: int | None
    """Mails of which nobody knows whether they arrived; a person has to look."""

    def members(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "healthy": not self.reasons,
            "reasons": self.reasons,
            "database": "ok" if self.database else "unreachable",
            "heartbeats": self.heartbeats,
            "mail": {
                "oldest_pending_seconds": self.oldest_pending,
                "n_uncertain": self.n_uncertain,
            },
        }


def read_health(as_of: datetime) -> Health:
    """Look at heartbeats and the outbox."""
    try:
        beats = dict(Heartbeat.objects.order_by("job").values_list("job", "beaten_at"))
        ready_at = (
            Delivery.objects.ready(as_of).order_by("not_before", "pk").values_list("not_before")
        )
        oldest = ready_at.first()
        n_uncertain = Delivery.objects.filter(state=Delivery.State.UNCERTAIN).count()
    except DatabaseError:
        return Health(["The database does not answer."], False, {}, None, None)
    ages = {job: as_of - beaten_at for job, beaten_at in beats.items()}
    waiting = as_of - oldest[0] if oldest else None
    return Health(
        reasons=_reasons(ages, waiting),
        database=True,
        heartbeats={job: _seconds(age) for job, age in ages.items()},
        oldest_pending=None if waiting is None else _seconds(waiting),
        n_uncertain=n_uncertain,
    )


def _reasons(ages: dict[str, timedelta], waiting: timedelta | None) -> list[str]:
    reasons = [
        f'The job "{job}" last ran {age.total_seconds() / 60:.0f} minutes ago.'
        for job, age in ages.items()
        # Where the sweeps run without Celery nothing ticks, and nothing is wrong.
        if job != TICKS and age > MOST_SILENCE
    ]
    if not ages:
        reasons.append("No scheduled job has run yet: start a worker and beat, or run the sweep.")
    if waiting is not None and waiting > MOST_PENDING:
        reasons.append(f"A mail has waited for {waiting.total_seconds() / 60:.0f} minutes.")
    return reasons


def _seconds(age: timedelta) -> float:
    return round(max(age.total_seconds(), 0.0), 1)
