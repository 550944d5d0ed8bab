"""Leaderboards, ready for the templates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from forecasts.models import Expert
from forecasts.scoring.distributions import student_quantiles
from forecasts.scoring.tiers import shows
from forecasts.selectors.leaderboards import Leaderboard, Place, leaderboard
from forecasts.selectors.rankings import LEAST_CALIBRATED, LEAST_SHARED, Ranking
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
    board = leaderboard(synthetic=synthetic, as_of=as_of, ranking=ranking)
    kinds = ((0, board.n_ranked), (board.n_ranked, board.n_scored), (board.n_scored, len(board)))
    ranked, others, unscored = (board[start : min(end, start + most_rows)] for start, end in kinds)
    most = furthest(map(relative_interval, ranked))
    return Standings(
        ranking=ranking,
        ranked=[_row(place, ranking, most) for place in ranked],
        too_few=[_row(place, ranking, most) for place in others],
        unscored=[place.expert for place in unscored],
        n_more=sum(max(0, end - start - most_rows) for start, end in kinds),
        most=most,
        needed=NEEDED[ranking],
        leader=None if ranked else _leader(board, ranking),
        is_stale=bool(board) and board.is_stale,
    )


def _leader(board: Leaderboard, ranking: Ranking) -> StandingRow | None:
    """Who is nearest to a place where nobody has one, not always who has most forecasts."""
    rows = [_row(place, ranking, 0.0) for place in board[: board.n_scored]]
    return max(rows, key=lambda row: row.n_counted, default=None)


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
    board = leaderboard(synthetic=expert.synthetic, as_of=as_of, ranking="calibration")
    rank = board.rank_of(expert)
    return f"{rank} of {board.n_ranked}" if rank else None
