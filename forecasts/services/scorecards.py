"""Scorecards: marked when something changes, recomputed whole by the sweep."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest

from forecasts.bell import ring
from forecasts.models import Forecast, Question, QuestionComparison, Scorecard
from forecasts.scoring import draw_bands
from forecasts.scoring.packed_rows import PackedRow, unpacked
from forecasts.scoring.versions import STATISTICS_VERSION
from forecasts.selectors.clusters import questions_connected_to
from forecasts.selectors.scores import ExpertScores, expert_scores
from forecasts.services.isolation import computed_apart

BATCH = 50
BOOKKEEPING = ("expert_id", "touches", "computed_at")
PACKED = ("keys", "clusters")


# When each question was touched, and which ones join, while touched_once() collects them by id.
_held: ContextVar[tuple[dict[int, datetime], set[int]] | None] = ContextVar("_held", default=None)


def touch_experts(*, question: Question, as_of: datetime, joins: bool = False) -> None:
    """Mark the scores of everybody who answered the question.

    as_of: when the rows were recorded that change them. joins: the links of the question begin to
    count, which also concerns whoever answered another question of its cluster.
    """
    held = _held.get()
    if held is not None:
        touched, joining = held
        touched[question.pk] = max(as_of, touched.get(question.pk, as_of))
        joining |= {question.pk} if joins else set()
        return
    _touch([question.pk], questions_connected_to([question.pk]) if joins else [], as_of)


@contextmanager
def touched_once() -> Iterator[None]:
    """Mark once, at the end, whom a bulk load concerns; for loads that only add rows.

    Thousands of services would look for the same few experts in turn. The outermost marks.
    """
    if _held.get() is not None:
        yield
        return
    touched, joining = dict[int, datetime](), set[int]()
    token = _held.set((touched, joining))
    try:
        yield
    finally:
        _held.reset(token)
    if touched:
        _touch(touched, questions_connected_to(joining), max(touched.values()))


def _touch(question_ids: Iterable[int], connected: Iterable[int], as_of: datetime) -> None:
    """Mark what others have to do with a question, and who answered it or one connected to it."""
    changed = list(question_ids)
    comparisons = QuestionComparison.objects.filter(question__in=changed)
    _count_touch(comparisons, as_of, statistics_version=0)
    answered = Forecast.objects.filter(question__in=[*changed, *connected])
    _count_touch(Scorecard.objects.filter(expert__in=answered.values("expert")), as_of)
    ring()


def _count_touch(rows: QuerySet[Any], as_of: datetime, **changes: int) -> None:
    if connection.features.has_select_for_update:
        # In one order, so that two who touch the same rows wait for each other, not in a ring.
        list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    moment = Value(as_of, output_field=DateTimeField())
    touched_at = Greatest(Coalesce("touched_at", moment), moment)
    rows.update(touches=F("touches") + 1, touched_at=touched_at, **changes)


def open_scorecards(*, forecasts: Iterable[Forecast]) -> None:
    """See to it that everybody who forecasts has a scorecard, and what they answer comparisons.

    Safe to repeat and at once.
    """
    said = list(forecasts)
    experts = {forecast.expert_id for forecast in said}
    questions = {forecast.question_id for forecast in said}
    Scorecard.objects.bulk_create(
        [Scorecard(expert_id=expert) for expert in sorted(experts)], ignore_conflicts=True
    )
    QuestionComparison.objects.bulk_create(
        [QuestionComparison(question_id=question) for question in sorted(questions)],
        ignore_conflicts=True,
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
    results = computed_apart(
        list(touches),
        lambda ids: expert_scores(ids, as_of=as_of, band=False, is_kept=True),
        failure="The scores of expert %s cannot be computed",
    )
    return sum(_store(pk, touches[pk], as_of, found) for pk, found in results.items())


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
        mcb=found.scores["corp"]["mcb"],
        mcb_floor=None,
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


def _keep_drawn(card: Scorecard, drawn: dict[str, Any]) -> int:
    # Only for the row it was drawn from: what was recomputed meanwhile is drawn anew.
    packed = {name: getattr(card, name) for name in PACKED}
    same = Scorecard.objects.filter(pk=card.pk, computed_at=card.computed_at, **packed)
    return same.update(drawn=drawn, mcb_floor=drawn["corp"]["mcb_floor"])
