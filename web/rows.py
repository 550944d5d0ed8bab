"""Rows of tables and lists, ready for the templates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import prefetch_related_objects

from forecasts.models import AdoptedRange, Coding, Forecast
from forecasts.models.codings import CODINGS_NEEDED
from forecasts.selectors.fates import ForecastFate, forecast_fates
from forecasts.selectors.listings import listed_range


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """A forecast with our reading of it, kept apart from the words, and what became of it."""

    forecast: Forecast
    adopted: AdoptedRange | None
    single: Coding | None
    n_codings: int
    outcome: ForecastFate

    @property
    def briers(self) -> tuple[float, float] | None:
        """The best and the worst Brier score that the range allows, where there is a range."""
        losses = self.outcome.losses
        return (losses.best, losses.worst) if losses and losses.best < losses.worst else None


def forecast_rows(forecasts: Iterable[Forecast], *, as_of: datetime) -> list[ForecastRow]:
    """Rows for forecasts that came from listed_forecasts()."""
    rows = list(forecasts)
    prefetch_related_objects(rows, "codings", "question__resolutions")
    fates = forecast_fates(rows, as_of=as_of)
    return [_forecast_row(row, fates[row.pk]) for row in rows]


def _forecast_row(forecast: Forecast, fate: ForecastFate) -> ForecastRow:
    codings = list(forecast.codings.all())
    single = codings[0] if codings and len(codings) < CODINGS_NEEDED else None
    return ForecastRow(forecast, listed_range(forecast), single, len(codings), fate)
