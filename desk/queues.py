"""The queue of due questions: how each stands, and how many stand so."""

from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from desk.models import DueQuestion
from forecasts.models import (
    Assignment,
    Coding,
    Forecast,
    HandOn,
    Question,
    Snooze,
    User,
    Verdict,
)
from forecasts.selectors.reviews import with_answers
from forecasts.selectors.waits import questions_overdue, questions_wanted
from mail.models import Prompt


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


BOOLEAN: models.BooleanField[bool, bool] = models.BooleanField()
WAITS_FOR_LEAD = Q(has_impasse=True)
IS_AWAKE = Q(snoozed_until=None)
IS_DUE = Q(is_due=True)
# Somebody may look at it now: has it happened?
IS_LOOKED_AT = Q(is_interim=True)
PARTS = {
    Tab.MINE: IS_AWAKE & Q(is_mine=True) & (IS_DUE | IS_LOOKED_AT),
    Tab.UNASSIGNED: IS_AWAKE & IS_DUE & Q(assignee=None),
    Tab.SECOND: IS_AWAKE & IS_DUE & ~WAITS_FOR_LEAD & Q(n_verdicts__gt=0),
    Tab.OVERDUE: IS_DUE & Q(is_overdue=True),
    Tab.LEAD: IS_AWAKE & IS_DUE & WAITS_FOR_LEAD,
    Tab.SNOOZED: ~IS_AWAKE,
    Tab.COMING: IS_AWAKE & ~IS_DUE,
    Tab.ALL: IS_DUE,
}


def review_queue(user: User, *, as_of: datetime) -> QuerySet[Any]:
    """Questions that somebody has to look at, most overdue first, as each stands to `user`.

    Those that are due, and before the deadline those that are asked about or snoozed. Counts of
    verdicts and who is assigned, but nothing of what a verdict says.
    """
    wanted = questions_wanted(as_of).order_by().values("pk")
    asked = Prompt.objects.live(as_of).exclude(kind=Prompt.Kind.DUE)
    snoozed = Snooze.objects.in_force(as_of)
    is_due = Q(deadline__lte=as_of) | Q(pk__in=wanted)
    rows = DueQuestion.objects.filter(
        is_due | Q(pk__in=asked.values("question")) | Q(pk__in=snoozed.values("question")),
        pk__in=Question.objects.answerable().values("pk"),
    )
    looks = asked.filter(kind=Prompt.Kind.INTERIM).values("question")
    rest = snoozed.filter(question=OuterRef("pk")).order_by("-until")
    queue: QuerySet[Any] = rows.annotate(
        is_due=is_due,
        is_interim=Q(pk__in=looks),
        is_overdue=Q(pk__in=questions_overdue(as_of).order_by().values("pk")),
        snoozed_until=Subquery(rest.values("until")[:1]),
        snooze_reason=Subquery(rest.values("reason")[:1]),
    )
    return with_standing(queue, user).order_by("deadline", "pk")


def with_standing(questions: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Questions with what was answered in their present round, and whose turn it is."""
    mine = Q(question=OuterRef("pk"), round=OuterRef("round"), reviewer=user)
    assigned = Assignment.objects.open().filter(question=OuterRef("pk"))
    codings = Coding.objects.filter(forecast__question=OuterRef("pk"), coder=user)
    recordings = Forecast.objects.filter(question=OuterRef("pk"), recorded_by=user)
    annotated: QuerySet[Any] = with_answers(questions).annotate(
        assignee=Subquery(assigned.values("reviewer__username")[:1]),
        is_mine=Exists(assigned.filter(reviewer=user)),
        is_answered=Exists(Verdict.objects.counting().filter(mine)),
        is_handed_on=Exists(HandOn.objects.filter(mine)),
        is_coded=Exists(codings) | Exists(recordings),
    )
    return annotated


def queue_parts(user: User, *, as_of: datetime) -> dict[str, list[int]]:
    """The ids of the questions in each part of the queue, all from one query.

    To put together what a question is to somebody costs more than to read a thousand of them, so
    whoever counts or filters the queue asks once, and goes on with ids.
    """
    is_in = {f"in_{tab}": ExpressionWrapper(part, BOOLEAN) for tab, part in PARTS.items()}
    rows = review_queue(user, as_of=as_of).order_by().annotate(**is_in).values_list("pk", *is_in)
    parts: dict[str, list[int]] = {tab.value: [] for tab in PARTS}
    for pk, *flags in rows:
        for tab in compress(PARTS, flags):
            parts[tab].append(pk)
    return parts


def queue_counts(user: User, *, as_of: datetime) -> dict[str, int]:
    """How many questions there are in each part of the queue."""
    return {tab: len(ids) for tab, ids in queue_parts(user, as_of=as_of).items()}


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

    Each with `n_done`, how many the user has answered today.
    """
    mine = review_queue(user, as_of=as_of).filter(PARTS[Tab.MINE], is_answered=False)
    waiting = mine.filter(is_coded=False, is_handed_on=False).only("deadline")
    return list(waiting.annotate(n_done=_answered_today(user, as_of)))


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
