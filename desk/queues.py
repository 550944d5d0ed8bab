"""The queue of due questions: how each stands, and how many stand so."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from desk.models import DueQuestion
from forecasts.models import Assignment, Coding, Forecast, Question, User, Verdict
from forecasts.selectors.reviews import with_round


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
    """Questions with the verdicts of their present round counted, and whose turn it is."""
    verdicts = Verdict.objects.counting().filter(question=OuterRef("pk"), round=OuterRef("round"))
    assigned = Assignment.objects.open().filter(question=OuterRef("pk"))
    extremes = verdicts.values("question").annotate(
        first=models.Min("answer"), last=models.Max("answer")
    )
    codings = Coding.objects.filter(forecast__question=OuterRef("pk"), coder=user)
    recordings = Forecast.objects.filter(question=OuterRef("pk"), recorded_by=user)
    annotated: QuerySet[Any] = with_round(questions).annotate(
        n_verdicts=_count(verdicts, "question"),
        has_impasse=Exists(verdicts.filter(answer=Verdict.Answer.AMBIGUOUS))
        | Exists(extremes.exclude(first=F("last"))),
        assignee=Subquery(assigned.values("reviewer__username")[:1]),
        is_mine=Exists(assigned.filter(reviewer=user)),
        is_answered=Exists(verdicts.filter(reviewer=user)),
        is_coded=Exists(codings) | Exists(recordings),
    )
    return annotated


def _count(rows: QuerySet[models.Model], group: str) -> Coalesce:
    """How many rows, counted in a subquery, so that counts do not multiply each other."""
    counted = rows.order_by().values(group).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


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
