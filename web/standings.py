"""Leaderboards, ready for the templates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from forecasts.models import Expert
from forecasts.scoring.distributions import student_quantiles
from forecasts.scoring.tiers import shows
from forecasts.selectors.leaderboards import (
    LEAST_CALIBRATED,
    LEAST_SHARED,
    Place,
    Ranking,
    leaderboard,
)
from web.charts import DifferencePlot, furthest

MOST_ROWS = 100
NEEDED: dict[Ranking, int] = {"accuracy": LEAST_SHARED, "calibration": LEAST_CALIBRATED}
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One expert on the leaderboard. relative: 95 % interval of the score relative to others."""

    place: Place
    relative: Interval | None
    plot: DifferencePlot | None
    n_counted: int

    @property
    def expert(self) -> Expert:
        """Whose row it is."""
        return self.place.expert

    @property
    def scores(self) -> dict[str, Any]:
        """The statistics."""
        return self.place.scores

    @property
    def interval(self) -> list[float] | None:
        """The interval of the Brier score, from five clusters on."""
        found: list[float] | None = self.scores["brier"]["ci95"]
        return found if shows(self.scores["tier"], "interval") else None

    @property
    def excess(self) -> float:
        """Miscalibration beyond what chance makes of it."""
        corp = self.scores["corp"]
        return float(corp["mcb"] - corp["mcb_floor"])


@dataclass(frozen=True, slots=True)
class Standings:
    """A population's leaderboard: those with a place, those with too few, those without any.

    most: where the scale of the plots ends. needed: clusters that a place takes. leader: who has
    the most of them where nobody has enough.
    """

    ranking: Ranking
    ranked: list[StandingRow]
    too_few: list[StandingRow]
    unscored: list[Expert]
    n_more: int
    most: float
    needed: int
    leader: StandingRow | None
    is_stale: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nobody at all."""
        return not (self.ranked or self.too_few or self.unscored)


def standings(
    *,
    synthetic: bool,
    as_of: datetime,
    ranking: Ranking = "accuracy",
    most_rows: int = MOST_ROWS,
) -> Standings:
    """The leaderboard of one population, at most so many rows of each kind."""
    places = leaderboard(synthetic=synthetic, as_of=as_of, ranking=ranking)
    scored = [place for place in places if place.scores.get("n")]
    ranked = [place for place in scored if place.rank]
    others = [place for place in scored if not place.rank]
    unscored = [place.expert for place in places if not place.scores.get("n")]
    kinds: tuple[list[Any], ...] = (ranked, others, unscored)
    most = furthest(map(relative_interval, ranked[:most_rows]))
    rows = [_row(place, ranking, most) for place in ranked[:most_rows]]
    too_few = [_row(place, ranking, most) for place in others]
    return Standings(
        ranking=ranking,
        ranked=rows,
        too_few=too_few[:most_rows],
        unscored=unscored[:most_rows],
        n_more=sum(max(0, len(kind) - most_rows) for kind in kinds),
        most=most,
        needed=NEEDED[ranking],
        leader=None if ranked else max(too_few, key=lambda row: row.n_counted, default=None),
        is_stale=any(place.current and place.current.is_stale for place in places),
    )


def relative_interval(place: Place) -> Interval | None:
    """The 95 % interval of an expert's score relative to others; None where there is no error.

    Formula: relative ± t(.975, G - 1) · SE, G clusters of shared questions.
    """
    skill = place.scores["skill"]
    if skill["relative_se"] is None or not shows(place.scores["tier"], "provisional"):
        return None
    df = np.array([skill["n_relative_clusters"] - 1])
    reach = float(student_quantiles(0.975, df=df)[0]) * skill["relative_se"]
    return skill["relative"] - reach, skill["relative"] + reach


_COUNTED: dict[Ranking, Callable[[dict[str, Any]], int]] = {
    "accuracy": lambda scores: int(scores["skill"]["n_relative_clusters"]),
    "calibration": lambda scores: int(scores["n_clusters"]),
}


def _row(place: Place, ranking: Ranking, most: float) -> StandingRow:
    interval = relative_interval(place) if place.rank else None
    return StandingRow(
        place=place,
        relative=interval,
        plot=DifferencePlot.of(place.scores["skill"]["relative"], interval, most=most)
        if place.rank and ranking == "accuracy"
        else None,
        n_counted=_COUNTED[ranking](place.scores),
    )


def calibration_place(expert: Expert, scores: dict[str, Any], *, as_of: datetime) -> str | None:
    """The expert's place in the calibration ranking; None before a hundred clusters."""
    if not shows(scores["tier"], "ranked"):
        return None
    places = leaderboard(synthetic=expert.synthetic, as_of=as_of, ranking="calibration")
    ranks = {place.expert.pk: place.rank for place in places if place.rank}
    return f"{ranks[expert.pk]} of {len(ranks)}" if expert.pk in ranks else None
