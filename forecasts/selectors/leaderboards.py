"""Leaderboards: experts by accuracy or by calibration, who cannot be told apart on one place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal

import numpy as np
from django.db.models import Exists, OuterRef

from forecasts.models import Expert, Forecast
from forecasts.scoring import EVERYTHING, Options
from forecasts.scoring.places import places
from forecasts.selectors.names import name_as_of
from forecasts.selectors.scorecards import CurrentScores, chosen_scores

Ranking = Literal["accuracy", "calibration"]
LEAST_SHARED = 10
LEAST_CALIBRATED = 100
TOO_FEW = {
    "accuracy": f"fewer than {LEAST_SHARED} clusters of questions that others answered, too",
    "calibration": f"fewer than {LEAST_CALIBRATED} clusters of questions",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One expert on the leaderboard; without a rank, `reason` says why."""

    expert: Expert
    current: CurrentScores | None
    rank: int | None
    reason: str | None

    @property
    def scores(self) -> dict[str, Any]:
        """The statistics, without breakdowns and band; empty where they were never computed."""
        return self.current.scores if self.current else {}


def leaderboard(
    *,
    synthetic: bool,
    as_of: datetime,
    ranking: Ranking = "accuracy",
    options: Options = EVERYTHING,
    is_past: bool = False,
) -> list[Place]:
    """Experts of one population: the ranked in order, then the others by how many count.

    accuracy: by shrunk.relative, of those with ten clusters of shared questions or more; a place
    is 1 + the number of experts whose relative score is significantly lower (difference over
    √(se² + se²), one-sided 5 %). calibration: by mcb - mcb_floor, from a hundred clusters on.
    is_past: whether `as_of` is another instant than now; then only those are listed who had said
    something, under the names that they had.
    """
    experts = _experts(synthetic=synthetic, as_of=as_of if is_past else None)
    ids = [expert.pk for expert in experts]
    current = chosen_scores(ids, as_of=as_of, options=options, is_past=is_past, is_brief=True)
    value = _VALUES[ranking]
    order = sorted(
        (pk for pk, found in current.items() if value(found.scores) is not None),
        key=lambda pk: value(current[pk].scores) or 0.0,
    )
    ranks = dict(zip(order, _RANKS[ranking]([current[pk].scores for pk in order]), strict=True))
    by_pk = {expert.pk: expert for expert in experts}
    others = sorted(
        (expert for expert in experts if expert.pk not in ranks),
        key=lambda expert: -_number_scored(current.get(expert.pk)),
    )
    return [
        *(Place(by_pk[pk], current[pk], rank, None) for pk, rank in ranks.items()),
        *(Place(one, own := current.get(one.pk), None, _reason(own, ranking)) for one in others),
    ]


def _experts(*, synthetic: bool, as_of: datetime | None) -> list[Expert]:
    """By slug, which never changes, unlike names and the orders of databases."""
    rows = Expert.objects.filter(synthetic=synthetic)
    if as_of is not None:
        said = Forecast.objects.filter(expert=OuterRef("pk"), recorded_at__lte=as_of)
        rows = rows.filter(Exists(said))
    experts = sorted(rows, key=attrgetter("slug"))
    if as_of is not None:
        name_as_of(experts, as_of)
    return experts


def _reason(current: CurrentScores | None, ranking: Ranking) -> str:
    """Why there is no rank: too few questions, or what a score of the expert lacks."""
    name, least, size = _NEEDED[ranking]
    scores = current.scores if current else None
    if scores is None or (scores["skill"] | scores)[size] < least:
        return TOO_FEW[ranking]
    return str(scores["undefined"].get(name, "not computed yet"))


def _accuracy(scores: dict[str, Any]) -> float | None:
    if scores["skill"]["n_relative_clusters"] < LEAST_SHARED:
        return None
    shrunk: float | None = scores["shrunk"]["relative"]
    return shrunk


def _calibration(scores: dict[str, Any]) -> float | None:
    corp = scores["corp"]
    if scores["n_clusters"] < LEAST_CALIBRATED or corp["mcb_floor"] is None:
        return None
    excess: float = corp["mcb"] - corp["mcb_floor"]
    return excess


def _accuracy_ranks(scores: list[dict[str, Any]]) -> list[int]:
    value = np.array([one["skill"]["relative"] for one in scores], dtype=np.float64)
    error = np.array([one["skill"]["relative_se"] for one in scores], dtype=np.float64)
    ranks: list[int] = places(value, error).tolist()
    return ranks


def _calibration_ranks(scores: list[dict[str, Any]]) -> list[int]:
    excess = [_calibration(one) for one in scores]
    return [1 + excess.index(value) for value in excess]


_NEEDED = {
    "accuracy": ("shrunk.relative", LEAST_SHARED, "n_relative_clusters"),
    "calibration": ("corp.mcb_floor", LEAST_CALIBRATED, "n_clusters"),
}
_VALUES: dict[str, Callable[[dict[str, Any]], float | None]] = {
    "accuracy": _accuracy,
    "calibration": _calibration,
}
_RANKS: dict[str, Callable[[list[dict[str, Any]]], list[int]]] = {
    "accuracy": _accuracy_ranks,
    "calibration": _calibration_ranks,
}


def _number_scored(current: CurrentScores | None) -> int:
    return int(current.scores["n"]) if current else 0
