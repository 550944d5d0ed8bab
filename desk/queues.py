"""The queue of due questions: how each stands, and how many stand so."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from desk.models import DueQuestion
from forecasts.models import Assignment, Coding, Forecast, HandOn, Question, User, Verdict
from forecasts.selectors.reviews import with_answers


class Tab(models.TextChoices):
    """A part of the queue."""

    MINE = "mine", "Mine"
    ALL = "all", "All"
    UNASSIGNED = "unassigned", "Unassigned"
    SECOND = "second", "Second opinion needed"
    LEAD = "lead", "Needs a lead"


WAITS_FOR_LEAD = Q(has_impasse=True)
PARTS = {
    Tab.MINE: Q(is_mine=True),
    Tab.ALL: Q(),
    Tab.UNASSIGNED: Q(assignee=None),
    Tab.SECOND: ~WAITS_FOR_LEAD & Q(n_verdicts__gt=0),
    Tab.LEAD: WAITS_FOR_LEAD,
}


def review_queue(user: User, *, as_of: datetime) -> QuerySet[Any]:
    """Due questions, most overdue first, with how each stands towards `user`.

    Counts of verdicts and who is assigned, but nothing of what a verdict says.
    """
    due = Question.objects.due(as_of).values("pk")
    return with_standing(DueQuestion.objects.filter(pk__in=due), user).order_by("deadline", "pk")


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


def queue_counts(user: User, *, as_of: datetime) -> dict[str, int]:
    """How many due questions there are in each part of the queue."""
    counts = {tab.value: Count("pk", filter=part) for tab, part in PARTS.items() if part}
    return review_queue(user, as_of=as_of).order_by().aggregate(all=Count("pk"), **counts)


def next_question_for(
    user: User, *, as_of: datetime, after: Question | None = None
) -> DueQuestion | None:
    """The most overdue question that is assigned to the user and waits for their answer."""
    mine = review_queue(user, as_of=as_of).filter(
        PARTS[Tab.MINE], is_answered=False, is_coded=False
    )
    others = mine.exclude(pk=after.pk) if after else mine
    following: DueQuestion | None = others.first()
    return following


def next_deadline(*, as_of: datetime) -> Question | None:
    """The question that comes due next, if nothing happens before."""
    coming = Question.objects.unresolved().with_condition_met().filter(deadline__gt=as_of)
    return coming.order_by("deadline", "pk").first()
