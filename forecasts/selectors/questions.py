"""Questions with where they stand."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models
from django.db.models import Case, CharField, F, FilteredRelation, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from forecasts.models import Question
from forecasts.models.resolutions import Answer

BESIDE_QUESTIONS: Sequence[str] = ("family", "ruling")


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

    `state` is a value of State; `ruling` and `parent_ruling` are joined where they are asked for.
    """
    return (
        Question.objects.annotate(
            ruling=_ruling_of("resolutions"), parent_ruling=_ruling_of("depends_on__resolutions")
        )
        .annotate(state=state_of("ruling", "parent_ruling", as_of=as_of))
        .select_related("family", "depends_on")
        .prefetch_related("topics")
    )


def questions_with_condition(as_of: datetime) -> QuerySet[Question]:
    """The same with `ruling`, and `parent_state` of the question that each hangs on, if any."""
    own = "depends_on__"
    return (
        questions_with_state(as_of)
        .prefetch_related(None)
        .select_related(None)
        .select_related(*BESIDE_QUESTIONS)
        .annotate(grandparent_ruling=_ruling_of("depends_on__depends_on__resolutions"))
        .annotate(
            parent_state=Case(
                When(depends_on=None, then=None),
                default=state_of("parent_ruling", "grandparent_ruling", as_of=as_of, prefix=own),
            )
        )
    )


def state_of(ruling: str, parent_ruling: str, *, as_of: datetime, prefix: str = "") -> Coalesce:
    """Where a question stands, by the rulings joined under these names."""
    needed, found = f"{prefix}depends_on_answer", f"{parent_ruling}__answer"
    waits = Q((f"{prefix}depends_on__isnull", False)) & (Q((found, None)) | ~Q((found, F(needed))))
    return Coalesce(
        f"{ruling}__answer",
        Case(
            When(Q((f"{prefix}deadline__gt", as_of)), then=Value(State.OPEN)),
            When(waits, then=Value(State.AWAITING_CONDITION)),
            default=Value(State.DUE),
            output_field=CharField(),
        ),
    )


def _ruling_of(name: str) -> FilteredRelation:
    """The ruling in force, of which there is one at most."""
    in_force = Q((f"{name}__superseded_at", None)) & ~Q((f"{name}__answer", Answer.REOPENED))
    return FilteredRelation(name, condition=in_force)


def questions_on(topic: str) -> QuerySet[Question]:
    """The questions on the topic of that slug."""
    return Question.objects.filter(topics__slug=topic)
