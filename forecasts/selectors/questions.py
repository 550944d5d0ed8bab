"""Questions with where they stand."""

from datetime import datetime

from django.db import models
from django.db.models import Case, CharField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from forecasts.models import Question, Resolution
from forecasts.models.resolutions import Answer


class State(models.TextChoices):
    """Where a question stands; derived, never stored."""

    OPEN = "open", "Open"
    AWAITING_CONDITION = "awaiting_condition", "Waiting for its condition"
    DUE = "due", "Due"
    YES = "yes", "Resolved: yes"
    NO = "no", "Resolved: no"
    AMBIGUOUS = "ambiguous", "Ambiguous"
    ANNULLED = "annulled", "Annulled"


def questions_with_state(as_of: datetime) -> QuerySet[Question]:
    """All questions, annotated with `state`, as of now; `as_of` only tells what is past.

    `state` is a value of State.
    """
    in_force = Resolution.objects.in_force().exclude(answer=Answer.REOPENED)
    own = in_force.filter(question=OuterRef("pk")).values("answer")[:1]
    parents = in_force.filter(question=OuterRef("depends_on")).values("answer")[:1]
    waits = Q(depends_on__isnull=False) & (
        Q(parent_answer=None) | ~Q(parent_answer=models.F("depends_on_answer"))
    )
    return (
        Question.objects.annotate(own_answer=Subquery(own), parent_answer=Subquery(parents))
        .annotate(
            state=Coalesce(
                "own_answer",
                Case(
                    When(deadline__gt=as_of, then=Value(State.OPEN)),
                    When(waits, then=Value(State.AWAITING_CONDITION)),
                    default=Value(State.DUE),
                    output_field=CharField(),
                ),
            )
        )
        .select_related("family", "depends_on")
        .prefetch_related("topics")
    )


def questions_on(topic: str) -> QuerySet[Question]:
    """The questions on the topic of that slug."""
    return Question.objects.filter(topics__slug=topic)
