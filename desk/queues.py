"""The queue of due questions: how each stands, and how many stand so."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from forecasts.models import Assignment, HandOn, Question, Snooze, User, Verdict
from forecasts.selectors.columns import Among
from forecasts.selectors.reviews import (
    NO_ANSWERS,
    Answers,
    Mark,
    answer_marks,
    answers_among,
    is_coded_by,
    read_marks,
)
from forecasts.selectors.waits import OVERDUE_AFTER, with_wait
from mail.models import Prompt

# Past its deadline, wanting an answer, and having waited for one for two weeks.
Wait = tuple[int, bool, bool, bool]
# By what is noted: of which questions, and of whom.
Notes = dict[str, dict[int, set[int]]]
SEAT, SNOOZED = "seat", "snoozed"


class Tab(models.TextChoices):
    """A part of the queue."""

    MINE = "mine", "Mine"
    UNASSIGNED = "unassigned", "Unassigned"
    SECOND = "second", "Second opinion"
    OVERDUE = "overdue", "Overdue"
    LEAD = "lead", "Needs a lead"
    SNOOZED = "snoozed", "Snoozed"
    COMING = "coming", "Coming"
    ALL = "all", "All due"


class Place(NamedTuple):
    """How one question of the queue stands to somebody, but nothing of what a verdict says."""

    pk: int
    is_due: bool
    is_overdue: bool
    is_interim: bool
    """Somebody may look at it now: has it happened?"""
    is_snoozed: bool
    is_assigned: bool
    is_mine: bool
    n_verdicts: int
    """In the present round."""
    is_answered: bool
    """By the reader, in the present round."""
    has_impasse: bool

    @property
    def is_wanted(self) -> bool:
        """Due, and not snoozed."""
        return self.is_due and not self.is_snoozed


PARTS: dict[Tab, Callable[[Place], bool]] = {
    Tab.MINE: lambda at: at.is_mine and not at.is_snoozed and (at.is_due or at.is_interim),
    Tab.UNASSIGNED: lambda at: at.is_wanted and not at.is_assigned,
    Tab.SECOND: lambda at: at.is_wanted and not at.has_impasse and at.n_verdicts > 0,
    Tab.OVERDUE: lambda at: at.is_overdue,
    Tab.LEAD: lambda at: at.is_wanted and at.has_impasse,
    Tab.SNOOZED: lambda at: at.is_snoozed,
    Tab.COMING: lambda at: not at.is_snoozed and not at.is_due,
    Tab.ALL: lambda at: at.is_due,
}


def review_queue(user: User, *, as_of: datetime) -> list[Place]:
    """Questions that somebody has to look at, most overdue first, as each stands to `user`.

    Those that are due, and before the deadline those that are asked about or snoozed. Two
    queries, whatever their number: one row for each thing that is noted of a question, put
    together here, is far cheaper than a row for each question with all that is noted of it.
    """
    marks = read_marks([*_answer_marks(), *_marks(as_of)])
    answers, notes = answers_among(marks), _notes(marks)
    called = {pk for mark in (SNOOZED, *Prompt.Kind.values) for pk in notes[mark]}
    places = (
        _place(row, notes, answers.get(row[0], NO_ANSWERS), user)
        for row in _waits(answers.keys() | called, as_of)
    )
    return [place for place in places if place.is_due or place.pk in called]


@cache
def _answer_marks() -> list[QuerySet[Any, Mark]]:
    """Built once, as it takes longer than to ask it."""
    return answer_marks(Question.objects.unresolved())


def _marks(as_of: datetime) -> list[QuerySet[Any, Mark]]:
    asked = Prompt.objects.live(as_of).exclude(kind=Prompt.Kind.DUE)
    snoozed, seats = Snooze.objects.in_force(as_of), Assignment.objects.open()
    return [
        asked.values_list("question", "kind", Value(0), Value(0)),
        snoozed.values_list("question", Value(SNOOZED), Value(0), Value(0)),
        seats.values_list("question", Value(SEAT), "reviewer", Value(0)),
    ]


def _notes(marks: Iterable[Mark]) -> Notes:
    notes: Notes = defaultdict(lambda: defaultdict(set))
    for question, mark, user, _ in marks:
        notes[mark][question].add(user)
    return notes


@cache
def _answerable() -> QuerySet[Any]:
    return with_wait(Question.objects.answerable()).order_by("deadline", "pk")


def _waits(also: set[int], as_of: datetime) -> Iterable[Wait]:
    """What is past its deadline, and what else may be in the queue."""
    is_past = Q(deadline__lte=as_of)
    rows: QuerySet[Any, Wait] = (
        _answerable()
        .filter(is_past | Among("pk", also))
        .annotate(
            is_past=is_past,
            is_wanted=Q(wanted_since__lte=as_of),
            is_late=Q(unanswered_since__lte=as_of - OVERDUE_AFTER),
        )
        .values_list("pk", "is_past", "is_wanted", "is_late")
    )
    return rows


def _place(wait: Wait, notes: Notes, answers: Answers, user: User) -> Place:
    pk, is_past, is_wanted, is_late = wait
    seats = notes[SEAT].get(pk, ())
    return Place(
        pk=pk,
        is_due=is_past or is_wanted,
        is_overdue=is_wanted and is_late,
        is_interim=pk in notes[Prompt.Kind.INTERIM],
        is_snoozed=pk in notes[SNOOZED],
        is_assigned=bool(seats),
        is_mine=user.pk in seats,
        n_verdicts=len(answers.verdicts),
        is_answered=user.pk in answers.verdicts,
        has_impasse=answers.is_stuck,
    )


def parts_of(queue: list[Place]) -> dict[str, list[int]]:
    """The ids of the questions in each part of the queue."""
    return {
        tab.value: [place.pk for place in queue if belongs(place)] for tab, belongs in PARTS.items()
    }


def queue_counts(user: User, *, as_of: datetime) -> dict[str, int]:
    """How many questions there are in each part of the queue."""
    parts = parts_of(review_queue(user, as_of=as_of))
    return {tab: len(ids) for tab, ids in parts.items()}


@dataclass(frozen=True, slots=True)
class Run:
    """Where somebody is in today's reviewing."""

    done: int
    """What they have answered since midnight where they are."""
    position: int
    """Of the question that is open now, counted from 1 and with what is done."""
    total: int
    following: int | None
    """The id of the question that comes next."""


def run_of(user: User, question: Question, *, as_of: datetime) -> Run:
    """How far the user is, and what follows the question; after the last comes the first."""
    waiting = waiting_for(user, as_of=as_of)
    done = waiting[0].n_done if waiting else 0
    later = [(row.deadline, row.pk) for row in waiting if row.pk != question.pk]
    here = (question.deadline, question.pk)
    behind = [place for place in later if place > here] or later
    is_waiting = len(later) < len(waiting)
    return Run(
        done=done,
        position=done + 1 + sum(place < here for place in later),
        total=done + len(waiting) + (not is_waiting),
        following=behind[0][1] if behind else None,
    )


def waiting_for(user: User, *, as_of: datetime) -> list[Any]:
    """Questions assigned to the user that wait for their answer, most overdue first.

    Each with `n_done`, how many the user has answered today. They are those of the user's part
    of the queue that they can answer yet; read in one query, for each question's page asks.
    """
    mine = Assignment.objects.open().filter(reviewer=user).values("question")
    snoozed = Snooze.objects.in_force(as_of).values("question")
    looks = Prompt.objects.live(as_of).filter(kind=Prompt.Kind.INTERIM).values("question")
    said = Q(question=OuterRef("pk"), round=OuterRef("round"), reviewer=user)
    waiting = (
        _answerable()
        .filter(
            ~Q(pk__in=snoozed),
            ~is_coded_by(user),
            ~Exists(Verdict.objects.counting().filter(said)),
            ~Exists(HandOn.objects.filter(said)),
            pk__in=mine,
        )
        .annotate(is_interim=Q(pk__in=looks), n_done=_answered_today(user, as_of))
    )
    return [
        row
        for row in waiting.only("deadline")
        if row.deadline <= as_of or row.wanted_since <= as_of or row.is_interim
    ]


def _answered_today(user: User, as_of: datetime) -> Combinable:
    """Verdicts and questions handed on since midnight where the user is."""
    now = as_of.astimezone(ZoneInfo(user.time_zone))
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    given = Verdict.objects.counting().filter(reviewer=user, given_at__gte=midnight)
    handed_on = HandOn.objects.filter(reviewer=user, handed_on_at__gte=midnight)
    return _number(given) + _number(handed_on)


def _number(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("reviewer").annotate(n=Count("question", distinct=True))
    return Coalesce(Subquery(counted.values("n")), 0)


def next_deadline(*, as_of: datetime) -> Question | None:
    """The question that comes due next, if nothing happens before."""
    coming = Question.objects.answerable().filter(deadline__gt=as_of)
    return coming.order_by("deadline", "pk").first()
