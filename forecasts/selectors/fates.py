"""What became of each forecast, the ones that no longer stand included."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from forecasts.models import Forecast
from forecasts.selectors import standing as standings
from forecasts.selectors.scores import standing_forecasts
from forecasts.selectors.standing import MICRO, QuestionAt, Standing

RULED = {standings.Fate.SCORED, standings.Fate.EARLY}


class Fate(models.TextChoices):
    """What becomes of a forecast."""

    OPEN = "open", "Its question has no ruling yet"
    SCORED = "scored", "Scored"
    EARLY = "early", "Ruled before its deadline: counted from then on"
    AMBIGUOUS = "ambiguous", "Not scored: the answer cannot be told"
    ANNULLED = "annulled", "Not scored: its question was annulled"
    WITHDRAWN = "withdrawn", "Withdrawn by the expert"
    TOO_LATE = "too_late", "Not scored: made after the answer was known or the deadline"
    NOT_ADOPTED = "not_adopted", "Not scored: its words lack a second blind coding"
    DATE_UNPROVEN = "date_unproven", "Not scored: recorded late, and its date is not proven"
    UPDATED = "updated", "A later statement of the expert stands instead"
    SUPERSEDED = "superseded", "Corrected by a coder: this row never stood"


@dataclass(frozen=True, slots=True)
class ForecastFate:
    """What became of one forecast."""

    fate: Fate
    is_coded_after_known: bool = False
    brier: float | None = None
    """(p - y)², once there is a yes or no to hold it against."""

    @property
    def is_scored(self) -> bool:
        """Whether it counts in the expert's statistics."""
        return self.fate is Fate.SCORED


def forecast_fates(forecasts: Iterable[Forecast], *, as_of: datetime) -> dict[int, ForecastFate]:
    """Fate by forecast, from rows recorded by `as_of`."""
    rows = list(forecasts)
    found = standing_forecasts(
        {row.expert_id for row in rows},
        question_ids={row.question_id for row in rows},
        as_of=as_of,
    )
    stood = {(expert, at.pk): (at, standing) for (expert, at), standing in found}
    return {row.pk: _fate(row, stood.get((row.expert_id, row.question_id))) for row in rows}


def _fate(row: Forecast, found: tuple[QuestionAt, Standing] | None) -> ForecastFate:
    if row.superseded_at is not None or found is None:
        return ForecastFate(Fate.SUPERSEDED)
    question, standing = found
    if standing.statement.pk == row.pk:
        return ForecastFate(
            Fate(standing.fate.value), standing.is_coded_after_known, _brier(question, standing)
        )
    if row.pk in standing.unproven:
        return ForecastFate(Fate.DATE_UNPROVEN)
    counts_from = max(row.stated_at, question.opens_at or row.stated_at)
    return ForecastFate(Fate.TOO_LATE if counts_from >= question.end else Fate.UPDATED)


def _brier(question: QuestionAt, standing: Standing) -> float | None:
    numbers, ruling = standing.statement.numbers, question.ruling
    if standing.fate not in RULED or numbers is None or ruling is None:
        return None
    miss = numbers[1] - MICRO * (ruling.answer == "yes")
    return float((miss / MICRO) ** 2)
