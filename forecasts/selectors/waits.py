"""Since when an answer to a question is wanted, and what has waited too long."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from forecasts.models import Amendment, Question, Resolution, Snooze, Verdict
from forecasts.models.resolutions import Answer
from forecasts.selectors.reviews import with_round

# By question id.
Waits = dict[int, datetime]

BACKUP_AFTER = timedelta(days=7)
OVERDUE_AFTER = timedelta(days=14)
INSTANT: models.DateTimeField[datetime, datetime] = models.DateTimeField()


def with_wait(questions: QuerySet[Question]) -> QuerySet[Any]:
    """The questions, annotated with `changed_at`, `wanted_since` and `unanswered_since`.

    An answer is wanted from the deadline on, or once there is a first verdict, but not before
    the last thing that made an answer possible: `changed_at`, the latest of when the question
    was recorded, its deadline amended, its condition met, its ruling reopened, and the end of its
    snoozes. An undo changes nothing. `unanswered_since` is the same without regard to snoozes, for
    which the leads' limit does not wait. Makes sense for questions that are answerable.
    """
    last_snooze = _or_else(_end_of_last_snooze(), "recorded_at")
    annotated: QuerySet[Any] = (
        with_round(questions)
        .alias(
            ready_at=Greatest(
                F("recorded_at"), *(_or_else(moment, "recorded_at") for moment in _changes())
            )
        )
        .annotate(
            changed_at=Greatest(F("ready_at"), last_snooze),
            unanswered_since=Greatest(
                _or_else(_last_verdict(), "deadline"), F("ready_at"), output_field=INSTANT
            ),
        )
        .annotate(wanted_since=Greatest(F("unanswered_since"), last_snooze))
    )
    return annotated


def questions_wanted(as_of: datetime) -> QuerySet[Any]:
    """Questions that are to be answered now, annotated as by with_wait, longest wait first.

    Those that are due and not snoozed, and those with a verdict before the deadline that needs
    another one.
    """
    wanted = with_wait(Question.objects.answerable()).filter(wanted_since__lte=as_of)
    return wanted.order_by("wanted_since", "pk")


def read_waits() -> Waits:
    """Since or from when each question that can be answered wants an answer, longest wait first."""
    rows = with_wait(Question.objects.answerable()).order_by("wanted_since", "pk")
    return dict(rows.values_list("pk", "wanted_since"))


def questions_overdue(as_of: datetime) -> QuerySet[Any]:
    """Questions that have waited for an answer for two weeks or more, longest first.

    One that is snoozed rests. But no snooze starts the two weeks anew: with one after another,
    the leads would never hear.
    """
    overdue = questions_wanted(as_of).filter(unanswered_since__lte=as_of - OVERDUE_AFTER)
    return overdue.order_by("unanswered_since", "pk")


def _changes() -> list[Subquery]:
    own = {"question": OuterRef("pk")}
    rulings = Resolution.objects.in_force()
    reopened = Resolution.objects.filter(**own, answer=Answer.REOPENED)
    return [
        _latest(Amendment.objects.filter(**own, field=Amendment.Field.DEADLINE), "amended_at"),
        _latest(rulings.filter(question=OuterRef("depends_on")), "resolved_at"),
        _latest(reopened.exclude(basis=Resolution.Basis.UNDO), "resolved_at"),
    ]


def _end_of_last_snooze() -> Subquery:
    over_at = Coalesce("lifted_at", "until", output_field=INSTANT)
    own = Snooze.objects.filter(question=OuterRef("pk"))
    return _latest(own.annotate(over_at=over_at), "over_at")


def _last_verdict() -> Subquery:
    of_round = Verdict.objects.counting().filter(question=OuterRef("pk"), round=OuterRef("round"))
    return _latest(of_round, "given_at")


def _or_else(moment: Subquery, column: str) -> Coalesce:
    return Coalesce(moment, F(column), output_field=INSTANT)


def _latest(rows: QuerySet[models.Model], column: str) -> Subquery:
    newest = rows.order_by().values("question").annotate(newest=Max(column)).values("newest")
    return Subquery(newest, output_field=INSTANT)
