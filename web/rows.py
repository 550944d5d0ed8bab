"""Rows of tables and lists, ready for the templates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects

from forecasts.models import AdoptedRange, Coding, Expert, Forecast
from forecasts.models.codings import CODINGS_NEEDED
from forecasts.selectors.fates import ForecastFate, forecast_fates
from forecasts.selectors.leaderboards import Place, leaderboard
from web.charts import IntervalPlot, common_scale

TIERS = ("none", "raw", "interval", "provisional", "full", "ranked")


def shows(tier: str, least: str) -> bool:
    """Whether the tier supports what takes at least another."""
    return TIERS.index(tier) >= TIERS.index(least)


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One expert on the leaderboard."""

    place: Place
    scores: dict[str, Any]
    plot: IntervalPlot | None

    @property
    def expert(self) -> Expert:
        """Whose row it is."""
        return self.place.expert

    @property
    def interval(self) -> list[float] | None:
        """The interval of the Brier score, from five clusters on."""
        brier = self.scores.get("brier") or {}
        tier = self.scores.get("tier", "none")
        found: list[float] | None = brier.get("ci95") if shows(tier, "interval") else None
        return found


@dataclass(frozen=True, slots=True)
class Standings:
    """A population's leaderboard: those with a place, those with too few, those without any."""

    ranked: list[StandingRow]
    too_few: list[StandingRow]
    unscored: list[Expert]
    most: float

    @property
    def is_empty(self) -> bool:
        """Whether there is nobody at all."""
        return not (self.ranked or self.too_few or self.unscored)


def standings(*, synthetic: bool, as_of: datetime) -> Standings:
    """The leaderboard of one population."""
    places = leaderboard(synthetic=synthetic, as_of=as_of)
    scored = [place for place in places if place.scores.get("n")]
    most = common_scale(place.scores["brier"] for place in scored)
    rows = [_row(place, most) for place in scored]
    return Standings(
        ranked=[row for row in rows if row.place.rank],
        too_few=[row for row in rows if not row.place.rank],
        unscored=[place.expert for place in places if not place.scores.get("n")],
        most=most,
    )


def _row(place: Place, most: float) -> StandingRow:
    brier = dict(place.scores["brier"])
    if not shows(place.scores["tier"], "interval"):
        brier["ci95"] = None
    return StandingRow(place, place.scores, IntervalPlot.of(brier, most=most))


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """A forecast with our reading of it, kept apart from the words, and what became of it."""

    forecast: Forecast
    adopted: AdoptedRange | None
    single: Coding | None
    outcome: ForecastFate

    @property
    def briers(self) -> tuple[float, float] | None:
        """The best and the worst Brier score that the range allows, where there is a range."""
        losses = self.outcome.losses
        return (losses.best, losses.worst) if losses and losses.best < losses.worst else None


def forecast_rows(forecasts: Iterable[Forecast], *, as_of: datetime) -> list[ForecastRow]:
    """Rows for forecasts that came from listed_forecasts()."""
    rows = list(forecasts)
    prefetch_related_objects(rows, "question__resolutions")
    fates = forecast_fates(rows, as_of=as_of)
    return [_forecast_row(row, fates[row.pk]) for row in rows]


def _forecast_row(forecast: Forecast, fate: ForecastFate) -> ForecastRow:
    adopted: list[AdoptedRange] = forecast.adopted  # type: ignore[attr-defined]  # prefetched
    codings = list(forecast.codings.all())
    single = codings[0] if codings and len(codings) < CODINGS_NEEDED else None
    numbers = adopted[0] if adopted else None
    return ForecastRow(forecast, numbers, single, fate)
