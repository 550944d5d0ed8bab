"""Scorecards: marked when something changes, recomputed whole by the sweep."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Coalesce, Greatest

from forecasts.bell import ring
from forecasts.models import Forecast, Question, Scorecard
from forecasts.scoring import draw_bands
from forecasts.scoring.packed_rows import PackedRow, unpacked
from forecasts.scoring.versions import STATISTICS_VERSION
from forecasts.selectors.clusters import questions_connected_to
from forecasts.selectors.scores import ExpertScores, expert_scores

logger = logging.getLogger(__name__)
BATCH = 50
BOOKKEEPING = ("expert_id", "touches", "computed_at")
PACKED = ("keys", "clusters")


# When each question was touched, while touched_once() collects them by id.
_held: ContextVar[dict[int, datetime] | None] = ContextVar("_held", default=None)


def touch_experts(*, question: Question, as_of: datetime, joins: bool = False) -> None:
    """Mark the scores of everybody who answered the question.

    as_of: when the rows were recorded that change them. joins: the links of the question begin to
    count, which also concerns whoever answered another question of its cluster.
    """
    held = _held.get()
    if held is not None:
        held[question.pk] = max(as_of, held.get(question.pk, as_of))
        return
    _touch(questions_connected_to([question.pk]) if joins else [question.pk], as_of)


@contextmanager
def touched_once() -> Iterator[None]:
    """Mark once, at the end, whom a bulk load concerns; for loads that only add rows.

    Thousands of services would look for the same few experts in turn.
    """
    questions: dict[int, datetime] = {}
    token = _held.set(questions)
    try:
        yield
    finally:
        _held.reset(token)
    if questions:
        _touch(questions_connected_to(questions), max(questions.values()))


def _touch(question_ids: Iterable[int], as_of: datetime) -> None:
    answered = Forecast.objects.filter(question__in=list(question_ids))
    cards = Scorecard.objects.filter(expert__in=answered.values("expert"))
    if connection.features.has_select_for_update:
        # In one order, so that two who touch the same experts wait for each other, not in a ring.
        list(cards.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    moment = Value(as_of, output_field=DateTimeField())
    touched_at = Greatest(Coalesce("touched_at", moment), moment)
    cards.update(touches=F("touches") + 1, touched_at=touched_at)
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
    touched while it was computed stays stale, as does one touched after `as_of`: its new rows
    are not looked at yet. One that cannot be computed does not keep the others. What takes
    thousands of draws is left to draw_scorecards.
    """
    stale = Scorecard.objects.stale(as_of).touched_by(as_of).order_by("pk")
    touches = {card.expert_id: card.touches for card in stale.only(*BOOKKEEPING)[:limit]}
    results = _computed(list(touches), as_of)
    return sum(_store(pk, touches[pk], as_of, found) for pk, found in results.items())


def _computed(expert_ids: list[int], as_of: datetime) -> dict[int, ExpertScores]:
    """Scores by expert; where one cannot be computed, it is left out and logged."""
    try:
        return expert_scores(expert_ids, as_of=as_of, band=False)
    except Exception:
        if len(expert_ids) == 1:
            logger.exception("The scores of expert %s cannot be computed", expert_ids[0])
            return {}
    half = len(expert_ids) // 2
    return _computed(expert_ids[:half], as_of) | _computed(expert_ids[half:], as_of)


def _store(expert_id: int, touches: int, as_of: datetime, found: ExpertScores) -> int:
    is_older = Q(computed_at=None) | Q(computed_at__lte=as_of)
    skill, brier = found.scores["skill"], found.scores["brier"]
    return Scorecard.objects.filter(is_older, expert_id=expert_id, touches__gte=touches).update(
        scores=found.scores,
        drawn=None,
        keys=found.packed.keys,
        clusters=found.packed.clusters,
        n_clusters=found.scores["n_clusters"],
        brier=brier["value"],
        brier_se=brier["se"],
        n_relative_clusters=skill["n_relative_clusters"],
        relative=skill["relative"],
        relative_se=skill["relative_se"],
        computed_touches=touches,
        computed_at=as_of,
        statistics_version=STATISTICS_VERSION,
        recheck_at=found.recheck_at,
    )


def draw_scorecards(*, limit: int = BATCH) -> int:
    """Draw the bands of at most `limit` scorecards that lack them; returns how many were."""
    cards = list(Scorecard.objects.undrawn().order_by("pk").only(*BOOKKEEPING, *PACKED)[:limit])
    pairs, cluster = unpacked(PackedRow(bytes(card.keys), bytes(card.clusters)) for card in cards)
    found = zip(cards, draw_bands(pairs, cluster), strict=True)
    return sum(_keep_drawn(card, drawn) for card, drawn in found)


def _keep_drawn(card: Scorecard, drawn: dict[str, object]) -> int:
    # Only for the row it was drawn from: what was recomputed meanwhile is drawn anew.
    packed = {name: getattr(card, name) for name in PACKED}
    same = Scorecard.objects.filter(pk=card.pk, computed_at=card.computed_at, **packed)
    return same.update(drawn=drawn)
