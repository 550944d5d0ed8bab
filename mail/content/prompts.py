"""What a prompt says: nothing of any forecast, coding, source or other verdict."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forecasts.models import Assignment, Question, User
from forecasts.models.users import Role
from forecasts.selectors.waits import questions_overdue
from mail.links import site_link
from mail.models import Prompt

SECTIONS = ("overdue", "due", "interim", "coming")


@dataclass(frozen=True, slots=True)
class PromptItem:
    """One question that waits for the reader, or for somebody."""

    question: int
    title: str
    criteria: str
    deadline: datetime
    days_overdue: int
    """Whole days since the deadline; none before it."""
    days_ahead: int
    """Whole days until the deadline; none after it."""
    condition: str
    n_amendments: int
    link: str
    asked: tuple[str, ...] = ()
    """Who was asked, where the reader is told as a lead."""


@dataclass(frozen=True, slots=True)
class PromptContent:
    """What waits for a reviewer, each question once, most urgent first."""

    name: str
    overdue: tuple[PromptItem, ...]
    """The deadline passed a day ago or longer."""
    due: tuple[PromptItem, ...]
    """An answer is wanted now."""
    interim: tuple[PromptItem, ...]
    """Has it already happened?"""
    coming: tuple[PromptItem, ...]
    """Due within days."""
    unanswered: tuple[PromptItem, ...]
    """For leads: what nobody has answered for two weeks, whoever was asked."""
    queue_link: str

    @property
    def n_items(self) -> int:
        """How many questions it names."""
        return len(self.items)

    @property
    def items(self) -> tuple[PromptItem, ...]:
        """All of them in the order of the mail."""
        return (*self.overdue, *self.due, *self.interim, *self.coming, *self.unanswered)

    @property
    def summary(self) -> str:
        """What waits, in a line."""
        overdue, longest = len(self.overdue), self.longest
        by = f"{'up to ' if overdue > 1 else ''}{longest} day{'' if longest == 1 else 's'}"
        parts = (
            (overdue, f"overdue by {by}"),
            (len(self.due), "due"),
            (len(self.interim), "to look at"),
            (len(self.coming), "coming up"),
            (len(self.unanswered), "that nobody has answered"),
        )
        return ", ".join(f"{n} {what}" for n, what in parts if n)

    @property
    def longest(self) -> int:
        """By how many days the most overdue one is."""
        return max((item.days_overdue for item in self.overdue), default=0)


def prompt_contents(users: Collection[User], *, as_of: datetime) -> dict[int, PromptContent]:
    """Everything that waits for each of the users at `as_of`, by user id."""
    if not users:
        return {}
    turns = defaultdict(list)
    for turn in _open_turns(users):
        turns[turn.reviewer_id].append(turn.question)
    sections = _sections({q.pk: q for rows in turns.values() for q in rows}.values(), as_of)
    leads = [user for user in users if user.has_role(Role.LEAD)]
    overdue = _unanswered(as_of) if leads else []
    return {
        user.pk: _content(user, turns[user.pk], sections, overdue if user in leads else [], as_of)
        for user in users
    }


def _open_turns(users: Collection[User]) -> Iterable[Any]:
    return (
        Assignment.objects.open()
        .filter(reviewer__in=users, question__arming__isnull=False)
        .select_related("question__depends_on", "question__arming")
        .prefetch_related("question__amendments")
        .order_by("question__deadline", "question")
    )


def _sections(questions: Iterable[Any], as_of: datetime) -> dict[int, str]:
    """Where each question is listed, by id; nowhere while it rests."""
    sections, ahead = {}, []
    for question in questions:
        if question.arming.counts_from > as_of:
            ahead.append(question.pk)
        else:
            is_late = (as_of - question.deadline).days >= 1
            sections[question.pk] = "overdue" if is_late else "due"
    checks = Prompt.objects.live(as_of).filter(question__in=ahead)
    # A look that is asked for comes before a notice, whichever is read first.
    for question, kind in checks.order_by().values_list("question", "kind").distinct():
        if kind == Prompt.Kind.INTERIM or question not in sections:
            sections[question] = "interim" if kind == Prompt.Kind.INTERIM else "coming"
    return sections


def _unanswered(as_of: datetime) -> list[Question]:
    overdue = questions_overdue(as_of).select_related("depends_on")
    return list(overdue.prefetch_related("amendments", "assignments__reviewer"))


def _content(
    user: User,
    questions: list[Question],
    sections: dict[int, str],
    overdue: list[Question],
    as_of: datetime,
) -> PromptContent:
    own = {question.pk for question in questions}
    listed = {
        section: tuple(
            _item(question, as_of) for question in questions if sections.get(question.pk) == section
        )
        for section in SECTIONS
    }
    return PromptContent(
        name=user.get_full_name() or user.username,
        **listed,
        unanswered=tuple(
            _item(question, as_of, asked=_asked(question))
            for question in overdue
            if question.pk not in own
        ),
        queue_link=site_link("admin:desk_duequestion_changelist"),
    )


def _asked(question: Question) -> tuple[str, ...]:
    return tuple(
        turn.reviewer.get_full_name() or turn.reviewer.username
        for turn in question.assignments.all()
        if turn.closed_at is None
    )


def _item(question: Any, as_of: datetime, asked: tuple[str, ...] = ()) -> PromptItem:
    parent = question.depends_on
    return PromptItem(
        question=question.pk,
        title=str(question),
        criteria=question.resolution_criteria,
        deadline=question.deadline,
        days_overdue=max((as_of - question.deadline).days, 0),
        days_ahead=max((question.deadline - as_of).days, 0),
        condition=f"{parent.title}: {question.depends_on_answer}" if parent else "",
        n_amendments=len(question.amendments.all()),
        link=site_link("admin:desk_duequestion_change", question.pk),
        asked=asked,
    )
