"""Scores of experts at any instant: the one place every surface takes its numbers from."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from forecasts.models import AdoptedRange, Forecast, Source
from forecasts.models.append_only import SupersedableQuerySet
from forecasts.scoring import Counts, TrackRecords, score_track_records
from forecasts.selectors.clusters import Position, cluster_positions
from forecasts.selectors.histories import questions_at
from forecasts.selectors.standing import (
    MICRO,
    Fate,
    QuestionAt,
    Standing,
    Statement,
    standing_forecast,
)

Row = tuple[int, int, int, int, int, int, int, int]
Numbers = tuple[int, int, int]


@dataclass(slots=True)
class Track:
    """What one expert's scores are computed from."""

    rows: list[Row] = field(default_factory=list)
    fates: Counter[Fate] = field(default_factory=Counter)
    n_inferred: int = 0
    n_coded_after_known: int = 0
    recheck_at: datetime | None = None

    def add(self, question: QuestionAt, standing: Standing, position: Position) -> None:
        """Count one standing forecast, and keep it if it is scored."""
        self.fates[standing.fate] += 1
        if standing.fate is Fate.EARLY:
            self.recheck_at = min(self.recheck_at or question.deadline, question.deadline)
        numbers, ruling = standing.statement.numbers, question.ruling
        if standing.fate is not Fate.SCORED or numbers is None or ruling is None:
            return
        low, middle, high = numbers
        self.n_inferred += standing.statement.is_inferred
        self.n_coded_after_known += standing.is_coded_after_known
        self.rows.append(
            (
                middle,
                low,
                high,
                int(ruling.answer == "yes"),
                position.cluster,
                position.n_conditions,
                int(question.deadline.timestamp()),
                question.pk,
            )
        )

    def scores(self) -> dict[str, Any]:
        """The statistics of docs/scoring.md, ready for JSON."""
        counts = Counts(
            n_early=self.fates[Fate.EARLY],
            n_ambiguous=self.fates[Fate.AMBIGUOUS],
            n_annulled=self.fates[Fate.ANNULLED],
            n_withdrawn=self.fates[Fate.WITHDRAWN],
            n_date_unproven=self.fates[Fate.DATE_UNPROVEN],
            n_inferred=self.n_inferred,
            n_coded_after_known=self.n_coded_after_known,
        )
        return score_track_records(TrackRecords.of_one(self.rows), [counts])[0]


def expert_scores(
    expert_ids: Iterable[int], *, as_of: datetime
) -> dict[int, tuple[dict[str, Any], datetime | None]]:
    """Scores by expert from the rows recorded by `as_of`, and when they change by themselves.

    That is the next deadline that lets an early ruling count; None where nothing waits.
    """
    tracks = {expert: Track() for expert in expert_ids}
    positions = cluster_positions(as_of)
    for (expert, question), standing in standing_forecasts(tracks, as_of=as_of):
        tracks[expert].add(question, standing, positions.get(question.pk, Position(question.pk, 0)))
    return {expert: (track.scores(), track.recheck_at) for expert, track in tracks.items()}


def standing_forecasts(
    expert_ids: Iterable[int], *, as_of: datetime, question_ids: Iterable[int] | None = None
) -> Iterator[tuple[tuple[int, QuestionAt], Standing]]:
    """((expert, question), standing forecast with its fate), from rows recorded by `as_of`.

    On every question, or on those of `question_ids` only.
    """
    chosen = Q(expert__in=list(expert_ids))
    if question_ids is not None:
        chosen &= Q(question__in=list(question_ids))
    statements = _statements(Forecast.objects.filter(chosen), as_of)
    questions = questions_at({question for _, question in statements}, as_of=as_of)
    for (expert, pk), said in statements.items():
        standing = standing_forecast(said, questions[pk], as_of=as_of)
        if standing is not None:
            yield (expert, questions[pk]), standing


def _statements(
    forecasts: SupersedableQuerySet[Forecast], as_of: datetime
) -> dict[tuple[int, int], list[Statement]]:
    adopted = {
        forecast: (_ppm(low, middle, high), adopted_at)
        for forecast, low, middle, high, adopted_at in AdoptedRange.objects.in_force(as_of)
        .filter(forecast__in=forecasts, adopted_at__lte=as_of)
        .order_by("adopted_at", "pk")
        .values_list("forecast", "low", "probability", "high", "adopted_at")
    }
    rows = (
        forecasts.in_force(as_of)
        .filter(recorded_at__lte=as_of)
        .values_list(
            "expert",
            "question",
            "pk",
            "kind",
            "basis",
            "stated_at",
            "recorded_at",
            "source__date_basis",
            "low",
            "probability",
            "high",
        )
    )
    statements: dict[tuple[int, int], list[Statement]] = defaultdict(list)
    for expert, question, pk, kind, basis, stated_at, recorded_at, date_basis, *given in rows:
        numbers = [number for number in given if number is not None]
        own = _ppm(*numbers) if numbers else None
        ppm, adopted_at = adopted.get(pk, (own, None))
        statements[expert, question].append(
            Statement(
                pk=pk,
                is_withdrawal=kind == Forecast.Kind.WITHDRAWAL,
                is_inferred=basis == Forecast.Basis.INFERRED,
                stated_at=stated_at,
                recorded_at=recorded_at,
                proves_its_date=date_basis != Source.DateBasis.INFERRED,
                numbers=ppm,
                adopted_at=adopted_at,
            )
        )
    return statements


def _ppm(low: Decimal, middle: Decimal, high: Decimal) -> Numbers:
    return int(low * MICRO), int(middle * MICRO), int(high * MICRO)
