"""What became of each forecast, the ones that no longer stand included."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from forecasts.models import Forecast
from forecasts.selectors.standing import Losses, StandingForecast, Stands, standing_at


class Fate(models.TextChoices):
    """What becomes of a forecast."""

    OPEN = "open", "Its question has no ruling yet"
    SCORED = "scored", "Scored"
    EARLY = "early", "Ruled before its deadline: counted from then on"
    AMBIGUOUS = "ambiguous", "Not scored: the answer cannot be told"
    ANNULLED = "annulled", "Not scored: its question was annulled"
    WITHDRAWN = "withdrawn", "Withdrawn by the expert"
    TOO_LATE = "too_late", "Not scored: made after the answer was known or the deadline"
    NOT_ADOPTED = "not_adopted", "Not scored: no range of its words is adopted yet"
    DATE_UNPROVEN = "date_unproven", "Not scored: recorded late, and its date is not proven"
    UPDATED = "updated", "A later statement of the expert stands instead"
    SUPERSEDED = "superseded", "Corrected by a coder: this row never stood"


@dataclass(frozen=True, slots=True)
class ForecastFate:
    """What became of one forecast."""

    fate: Fate
    is_coded_after_known: bool = False
    losses: Losses | None = None
    """Once there is a yes or no to hold it against."""

    @property
    def is_scored(self) -> bool:
        """Whether it counts in the expert's statistics."""
        return self.fate is Fate.SCORED

    @property
    def brier(self) -> float | None:
        """(p - y)², once there is a yes or no to hold it against."""
        return self.losses.brier if self.losses else None


def forecast_fates(forecasts: Iterable[Forecast], *, as_of: datetime) -> dict[int, ForecastFate]:
    """Fate by forecast, from rows recorded by `as_of`, which is now."""
    rows = list(forecasts)
    stands = standing_at(
        {row.expert_id for row in rows},
        question_ids={row.question_id for row in rows},
        as_of=as_of,
        is_now=True,
    )
    by_pair = {(found.expert, found.question): found for found in stands.forecasts}
    return {
        row.pk: _fate(row, by_pair.get((row.expert_id, row.question_id)), stands) for row in rows
    }


def _fate(row: Forecast, found: StandingForecast | None, stands: Stands) -> ForecastFate:
    if row.superseded_at is not None or found is None:
        return ForecastFate(Fate.SUPERSEDED)
    if found.forecast == row.pk:
        return ForecastFate(Fate(found.fate.word), found.is_coded_after_known, found.losses)
    if row.pk in stands.unproven:
        return ForecastFate(Fate.DATE_UNPROVEN)
    counts_from = max(row.stated_at, found.opens_at or row.stated_at)
    return ForecastFate(Fate.TOO_LATE if counts_from >= found.ends_at else Fate.UPDATED)
