"""The checks that wait for a reviewer, for their calendar."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from forecasts.models import Assignment, User
from mail.models import Prompt


@dataclass(frozen=True, slots=True)
class WaitingCheck:
    """When a reviewer is going to be asked about a question: nothing of what was forecast."""

    pk: int
    question: int
    title: str
    kind: str
    due_at: datetime


def checks_waiting_for(user: User, *, as_of: datetime) -> list[WaitingCheck]:
    """The checks, from today on, of the questions assigned to the user, the next first."""
    today = datetime.combine(as_of.astimezone(UTC).date(), time(), UTC)
    own = Assignment.objects.open().filter(reviewer=user).values("question")
    waiting = Prompt.objects.waiting().filter(question__in=own, due_at__gte=today)
    rows = waiting.select_related("question")
    return [
        WaitingCheck(row.pk, row.question_id, str(row.question), row.kind, row.due_at)
        for row in rows.order_by("due_at", "pk")
    ]
