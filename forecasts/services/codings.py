"""Coders' readings of forecasts in words."""

from datetime import datetime
from decimal import Decimal
from statistics import median

from forecasts.exceptions import (
    AlreadyCorrectedError,
    NotInferredError,
    OwnRecordError,
    ProbabilityRangeError,
)
from forecasts.models import AdoptedRange, Coding, Forecast, Question, User
from forecasts.models.codings import CODINGS_NEEDED
from forecasts.selectors.rulings import ruling_in_force
from forecasts.services.ledgers import appended_last, enter
from forecasts.services.roles import CODERS, require_role
from forecasts.services.saving import atomic_or_busy, lock_question, save_checked
from forecasts.services.scorecards import touch_experts

MICRO = Decimal("0.000001")


@atomic_or_busy()
@appended_last()
def record_coding(
    *,
    forecast: Forecast,
    coder: User,
    low: Decimal,
    mid: Decimal,
    high: Decimal,
    note: str = "",
    as_of: datetime,
) -> Coding:
    """Store one coder's range; the second adopts the median as what the forecast is scored with.

    Once the question is ruled yes or no, a range adopted before stays: hindsight moves no score.

    Raises RoleMissingError, NotInferredError, OwnRecordError, ProbabilityRangeError.
    """
    require_role(coder, CODERS)
    question = lock_question(forecast.question)
    _check(forecast, coder, (low, mid, high))
    coding = save_checked(
        Coding(
            forecast=forecast, coder=coder, low=low, mid=mid, high=high, note=note, coded_at=as_of
        )
    )
    if not _is_closed(question, forecast):
        _adopt(forecast, as_of)
    return coding


def _check(forecast: Forecast, coder: User, numbers: tuple[Decimal, ...]) -> None:
    if forecast.basis != Forecast.Basis.INFERRED or forecast.kind != Forecast.Kind.FORECAST:
        raise NotInferredError
    if not Forecast.objects.in_force().filter(pk=forecast.pk).exists():
        raise AlreadyCorrectedError
    if forecast.codings.filter(coder=coder).exists():
        raise OwnRecordError
    if not all(number.is_finite() for number in numbers) or list(numbers) != sorted(numbers):
        raise ProbabilityRangeError(field="mid")


def _is_closed(question: Question, forecast: Forecast) -> bool:
    ruling = ruling_in_force(question)
    is_decided = ruling is not None and ruling.is_scored
    return is_decided and AdoptedRange.objects.in_force().filter(forecast=forecast).exists()


def _adopt(forecast: Forecast, as_of: datetime) -> None:
    codings = list(forecast.codings.all())
    if len(codings) < CODINGS_NEEDED:
        return
    AdoptedRange.objects.filter(forecast=forecast).supersede(as_of=as_of)
    adopted = save_checked(
        AdoptedRange(
            forecast=forecast,
            low=median(coding.low for coding in codings).quantize(MICRO),
            probability=median(coding.mid for coding in codings).quantize(MICRO),
            high=median(coding.high for coding in codings).quantize(MICRO),
            n_codings=len(codings),
            adopted_at=as_of,
        )
    )
    enter(kind="adopted_range", ids=[adopted.pk])
    touch_experts(question=forecast.question, as_of=as_of)
