"""Scorecards: marked when something changes, recomputed whole by the sweep."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import connection
from django.db.models import F, Q

from forecasts.bell import ring
from forecasts.models import Forecast, Question, Scorecard
from forecasts.selectors.clusters import questions_connected_to
from forecasts.selectors.scores import expert_scores

BATCH = 50


# The ids of touched questions while touched_once() collects them.
_held: ContextVar[set[int] | None] = ContextVar("_held", default=None)


def touch_experts(*, question: Question) -> None:
    """Mark the scores of everybody who answered the question, or one in its cluster."""
    held = _held.get()
    if held is not None:
        held.add(question.pk)
        return
    _touch([question.pk])


@contextmanager
def touched_once() -> Iterator[None]:
    """Mark once, at the end, whom a bulk load concerns; for loads that only add rows.

    Thousands of services would look for the same few experts in turn.
    """
    questions: set[int] = set()
    token = _held.set(questions)
    try:
        yield
    finally:
        _held.reset(token)
    _touch(questions)


def _touch(question_ids: Iterable[int]) -> None:
    ids = questions_connected_to(question_ids)
    answered = Forecast.objects.filter(question__in=ids)
    cards = Scorecard.objects.filter(expert__in=answered.values("expert"))
    if connection.features.has_select_for_update:
        # In one order, so that two who touch the same experts wait for each other, not in a ring.
        list(cards.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    cards.update(touches=F("touches") + 1)
    ring()


def open_scorecards(*, forecasts: Iterable[Forecast]) -> None:
    """See to it that everybody who forecasts has a scorecard. Safe to repeat and at once."""
    experts = {forecast.expert_id for forecast in forecasts}
    Scorecard.objects.bulk_create(
        [Scorecard(expert_id=expert) for expert in sorted(experts)], ignore_conflicts=True
    )


def recompute_scorecards(*, as_of: datetime, limit: int = BATCH) -> int:
    """Bring at most `limit` stale scorecards up to date; returns how many were.

    Safe to run twice or at once: each is a pure function of the base rows, and one that was
    touched while it was computed stays stale.
    """
    stale = list(Scorecard.objects.stale(as_of).order_by("pk")[:limit])
    touches = {card.expert_id: card.touches for card in stale}
    results = expert_scores(touches, as_of=as_of)
    return sum(
        _store(expert_id, touches[expert_id], as_of, scores, recheck_at)
        for expert_id, (scores, recheck_at) in results.items()
    )


def _store(
    expert_id: int,
    touches: int,
    as_of: datetime,
    scores: dict[str, object],
    recheck_at: datetime | None,
) -> int:
    is_older = Q(computed_at=None) | Q(computed_at__lte=as_of)
    return Scorecard.objects.filter(is_older, expert_id=expert_id, touches__gte=touches).update(
        scores=scores, computed_touches=touches, computed_at=as_of, recheck_at=recheck_at
    )
