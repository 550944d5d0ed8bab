"""The checks that wait for a reviewer, for their calendar."""

from dataclasses import dataclass
from datetime import datetime

from forecasts.models import Assignment, User
from mail.models import Prompt


@dataclass(frozen=True, slots=True)
class WaitingCheck:
    """When a reviewer is going to be asked about a question: nothing of what was forecast."""

    pk: int
    question: int
    title: str
    due_at: datetime


def checks_waiting_for(user: User) -> list[WaitingCheck]:
    """The checks to come of the questions assigned to the user, the next first."""
    own = Assignment.objects.open().filter(reviewer=user).values("question")
    rows = Prompt.objects.waiting().filter(question__in=own).select_related("question")
    return [
        WaitingCheck(row.pk, row.question_id, str(row.question), row.due_at)
        for row in rows.order_by("due_at", "pk")
    ]
