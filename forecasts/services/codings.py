"""Coders' readings of forecasts in words."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from statistics import median

from django.conf import settings

from forecasts.exceptions import (
    AlreadyCorrectedError,
    NotInferredError,
    OwnRecordError,
    ProbabilityRangeError,
)
from forecasts.models import AdoptedRange, Coding, Forecast, LexiconPhrase, Question, User
from forecasts.models.codings import CODINGS_NEEDED
from forecasts.refusals import LeadNeededError, LexiconReplacedError, SettledAlreadyError
from forecasts.selectors.codings import is_apart, lie_apart
from forecasts.selectors.rulings import ruling_in_force
from forecasts.services.ledgers import appended_last, enter
from forecasts.services.roles import CODERS, LEADS, require_role
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
    entry: LexiconPhrase | None = None,
    settles: bool = False,
    as_of: datetime,
) -> Coding:
    """Store one coder's range; the second adopts the median as what the forecast is scored with.

    Where two lie apart nothing is adopted before a lead has given the third. Once the question is
    ruled yes or no, a range adopted before stays: hindsight moves no score. entry: the phrase of a
    lexicon that the words were read with. settles: only as such a third reading.

    Raises RoleMissingError, NotInferredError, OwnRecordError, ProbabilityRangeError,
    LexiconReplacedError, LeadNeededError, SettledAlreadyError.
    """
    require_role(coder, CODERS)
    question = lock_question(forecast.question)
    _check(forecast, coder, (low, mid, high))
    if entry is not None and entry.lexicon.superseded_at is not None:
        raise LexiconReplacedError(field="entry")
    coding = save_checked(
        Coding(
            forecast=forecast,
            coder=coder,
            low=low,
            mid=mid,
            high=high,
            note=note,
            coded_at=as_of,
            lexicon_phrase=entry,
            is_blind=_is_blind(forecast, coder, settles=settles),
        )
    )
    _conclude(question, coding)
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


def _is_blind(forecast: Forecast, coder: User, *, settles: bool) -> bool:
    """Whether the desk has shown the coder no other reading. Two that lie apart are a lead's."""
    is_lead = coder.has_role(*LEADS)
    if is_apart(forecast):
        if not is_lead:
            raise LeadNeededError
        return False
    if settles:
        raise SettledAlreadyError
    return not (is_lead and AdoptedRange.objects.filter(forecast=forecast).exists())


def _conclude(question: Question, coding: Coding) -> None:
    """Adopt what can be, and enter the readings that this makes everybody's."""
    forecast = coding.forecast
    codings = list(forecast.codings.all())
    if AdoptedRange.objects.filter(forecast=forecast).exists():
        _publish([coding])
        if not _is_closed(question, forecast):
            _adopt(forecast, codings, coding.coded_at)
    elif _can_adopt(codings):
        _publish(codings)
        _adopt(forecast, codings, coding.coded_at)


def _is_closed(question: Question, forecast: Forecast) -> bool:
    ruling = ruling_in_force(question)
    is_decided = ruling is not None and ruling.is_scored
    return is_decided and AdoptedRange.objects.in_force().filter(forecast=forecast).exists()


def _can_adopt(codings: Sequence[Coding]) -> bool:
    if len(codings) != CODINGS_NEEDED:
        return len(codings) > CODINGS_NEEDED
    return not lie_apart(*codings, at_most=settings.CODING_MAX_DIFFERENCE)


def _publish(codings: Sequence[Coding]) -> None:
    lexicons = {one.lexicon_phrase.lexicon_id for one in codings if one.lexicon_phrase}
    enter(kind="lexicon", ids=sorted(lexicons))
    enter(kind="coding", ids=[coding.pk for coding in codings])


def _adopt(forecast: Forecast, codings: Sequence[Coding], as_of: datetime) -> None:
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
