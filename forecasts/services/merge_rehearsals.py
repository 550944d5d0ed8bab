"""What merging two experts would change, tried out and taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from forecasts.models import Expert, Forecast, Question, UnscorableStatement, User
from forecasts.selectors.scores import expert_scores
from forecasts.services.merges import merge_experts
from forecasts.services.saving import atomic_or_busy

MOST_SHARED = 50


@dataclass(frozen=True, slots=True)
class Side:
    """One column of the comparison: how much there is, and what it scores."""

    n_forecasts: int
    n_statements: int
    scores: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SharedQuestion:
    """What both said about one question, the earliest first.

    contradicts: whether something was said at one time with different numbers.
    """

    question: Question
    forecasts: list[Forecast]

    @property
    def contradicts(self) -> bool:
        """The later recorded stands then."""
        numbers: dict[datetime, set[Any]] = {}
        for row in self.forecasts:
            numbers.setdefault(row.stated_at, set()).add((row.kind, row.probability, row.phrase))
        return any(len(found) > 1 for found in numbers.values())


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What there is of both, what there would be of one, and what they both answered."""

    expert: Side
    into: Side
    merged: Side
    n_shared: int
    shared: list[SharedQuestion]
    """The first MOST_SHARED of which something may be read."""

    @property
    def fingerprint(self) -> str:
        """Another one where there is something else to look at."""
        sides = (self.expert, self.into)
        return "-".join(f"{side.n_forecasts}.{side.n_statements}" for side in sides)


@atomic_or_busy()
def rehearse_merge(
    *,
    expert: Expert,
    into: Expert,
    reason: str,
    by: User,
    shown: QuerySet[Forecast],
    as_of: datetime,
) -> MergePlan:
    """Merge, look, and take it back: nothing of it stays. Raises as merge_experts does.

    shown: the forecasts that whoever looks may read.
    """
    pks = [expert.pk, into.pk]
    before = expert_scores(pks, as_of=as_of, band=False)
    own, other = (_side(one, before[one.pk].scores) for one in (expert, into))
    questions = _shared(expert, into)
    said = shown.filter(superseded_at=None, expert__in=pks, question__in=questions)
    shared = list(islice(_by_question(said), MOST_SHARED))
    with transaction.atomic():
        merge_experts(expert=expert, into=into, reason=reason, by=by, as_of=as_of)
        merged = _side(into, expert_scores([into.pk], as_of=as_of, band=False)[into.pk].scores)
        transaction.set_rollback(True)
    return MergePlan(own, other, merged, len(questions), shared)


def _side(expert: Expert, scores: dict[str, Any]) -> Side:
    return Side(
        Forecast.objects.in_force().filter(expert=expert).count(),
        UnscorableStatement.objects.filter(expert=expert).count(),
        scores,
    )


def _shared(expert: Expert, into: Expert) -> list[int]:
    rows = Forecast.objects.in_force().order_by("question")
    other = rows.filter(expert=into).values("question")
    own = rows.filter(expert=expert, question__in=other)
    return list(own.values_list("question", flat=True).distinct())


def _by_question(rows: QuerySet[Forecast]) -> Iterator[SharedQuestion]:
    said = rows.select_related("expert", "question").order_by("question", "stated_at", "pk")
    for question, forecasts in groupby(said, key=attrgetter("question")):
        yield SharedQuestion(question, list(forecasts))
