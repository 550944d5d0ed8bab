"""What a prompt says: nothing of any forecast, coding, source or other verdict."""

from dataclasses import dataclass
from datetime import datetime

from forecasts.models import Assignment, User
from mail.links import site_link


@dataclass(frozen=True, slots=True)
class PromptItem:
    """One question that waits for the reader's verdict."""

    question: int
    title: str
    criteria: str
    deadline: datetime
    days_overdue: int
    condition: str
    n_amendments: int
    link: str


@dataclass(frozen=True, slots=True)
class PromptContent:
    """A reviewer's open questions, most overdue first."""

    name: str
    items: tuple[PromptItem, ...]
    queue_link: str


def prompt_content(user: User, *, as_of: datetime) -> PromptContent:
    """Everything that waits for the user at `as_of`."""
    assignments = (
        Assignment.objects.open()
        .filter(reviewer=user)
        .select_related("question__depends_on")
        .prefetch_related("question__amendments")
        .order_by("question__deadline", "question")
    )
    return PromptContent(
        name=user.get_full_name() or user.username,
        items=tuple(_item(assignment, as_of) for assignment in assignments),
        queue_link=site_link("admin:desk_duequestion_changelist"),
    )


def _item(assignment: Assignment, as_of: datetime) -> PromptItem:
    question = assignment.question
    parent = question.depends_on
    return PromptItem(
        question=question.pk,
        title=str(question),
        criteria=question.resolution_criteria,
        deadline=question.deadline,
        days_overdue=(as_of - question.deadline).days,
        condition=f"{parent.title}: {question.depends_on_answer}" if parent else "",
        n_amendments=len(question.amendments.all()),
        link=site_link("admin:desk_duequestion_change", question.pk),
    )
