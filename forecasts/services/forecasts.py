"""Recording forecasts: new ones, updates, corrections and withdrawals."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from forecasts.exceptions import (
    AlreadyCorrectedError,
    DuplicateForecastError,
    FutureTimeError,
    NothingToWithdrawError,
    PhraseMissingError,
    ProbabilityMissingError,
    ProbabilityRangeError,
    ReasonMissingError,
    SyntheticMixError,
)
from forecasts.models import Expert, Forecast, Question, User
from forecasts.selectors.clusters import fixed_questions
from forecasts.selectors.columns import Among
from forecasts.services.experts import check_current
from forecasts.services.ledgers import appended_last, enter, enter_questions
from forecasts.services.quotations import keep_quotations
from forecasts.services.roles import CODERS, require_role
from forecasts.services.row_checks import Once, external_ids_of, one_row, save_all_once
from forecasts.services.saving import atomic_or_busy, lock_experts, lock_questions
from forecasts.services.scorecards import open_scorecards, touch_experts, touched_once


@atomic_or_busy()
@appended_last()
def record_forecast(*, forecast: Forecast, by: User, as_of: datetime, near: int = 0) -> Forecast:
    """Store what an expert said; a later statement on the same question is an update.

    near: about where the source's article says it, should it say the same more than once.

    Raises RoleMissingError, MergedExpertError, FutureTimeError, SyntheticMixError,
    DuplicateForecastError, ProbabilityMissingError, ProbabilityRangeError, PhraseMissingError,
    NothingToWithdrawError.
    """
    with one_row():
        record_forecasts(forecasts=[forecast], by=by, as_of=as_of, near=near)
    return forecast


@atomic_or_busy()
@appended_last()
def record_forecasts(
    *, forecasts: Sequence[Forecast], by: User, as_of: datetime, near: int = 0
) -> None:
    """Store what was said at one time, all of it or nothing.

    A withdrawal takes back what was recorded before, not what comes with it. Raises
    RoleMissingError, and RowsRefusedError with what record_forecast raises for each.
    """
    require_role(by, CODERS)
    experts = _lock(*forecasts)
    asked = {forecast.question_id for forecast in forecasts}
    fixed = set(fixed_questions().filter(pk__in=asked).values_list("pk", flat=True))
    for forecast in forecasts:
        forecast.recorded_by, forecast.recorded_at = by, as_of
        forecast.expert = experts[forecast.expert_id]
    save_all_once(forecasts, _check, ONCE, NAMED)
    # What is asked is entered with the first forecast on it: from then on it is frozen.
    enter_questions(ids=asked - fixed)
    enter(kind="forecast", ids=[forecast.pk for forecast in forecasts])
    keep_quotations(rows=forecasts, near=near)
    open_scorecards(forecasts=forecasts)
    with touched_once():
        for forecast in forecasts:
            joins = forecast.question_id not in fixed
            touch_experts(question=forecast.question, as_of=as_of, joins=joins)


@atomic_or_busy()
@appended_last()
def correct_forecast(
    *, forecast: Forecast, replacement: Forecast, reason: str, by: User, as_of: datetime
) -> Forecast:
    """Replace a row that a coder got wrong: the old one stays to be seen, and never stood.

    Raises as record_forecast does, and ReasonMissingError, AlreadyCorrectedError.
    """
    if not reason.strip():
        raise ReasonMissingError(field="correction_reason")
    require_role(by, CODERS)
    _lock(forecast, replacement)
    if not Forecast.objects.filter(pk=forecast.pk).supersede(as_of=as_of):
        raise AlreadyCorrectedError
    touch_experts(question=forecast.question, as_of=as_of)
    replacement.supersedes, replacement.correction_reason = forecast, reason
    return record_forecast(forecast=replacement, by=by, as_of=as_of)


def _lock(*forecasts: Forecast) -> dict[int, Expert]:
    """What is said about a question freezes it, and nobody is merged away meanwhile."""
    asked = {forecast.question_id for forecast in forecasts}
    lock_questions(Question.objects.filter(pk__in=asked))
    return lock_experts({forecast.expert_id for forecast in forecasts})


def _check(forecast: Forecast) -> None:
    check_current(forecast.expert)
    if forecast.stated_at > forecast.recorded_at:
        raise FutureTimeError(field="stated_at")
    kinds = {forecast.expert.synthetic, forecast.question.synthetic, forecast.source.synthetic}
    if len(kinds) > 1:
        raise SyntheticMixError
    if forecast.kind == Forecast.Kind.WITHDRAWAL:
        _check_withdrawal(forecast)
    elif forecast.basis == Forecast.Basis.STATED:
        _check_number(forecast)
    elif not forecast.phrase or forecast.probability is not None:
        raise PhraseMissingError(field="phrase")


def _check_number(forecast: Forecast) -> None:
    if forecast.probability is None:
        raise ProbabilityMissingError(field="probability")
    if forecast.low is None:
        forecast.low = forecast.probability
    if forecast.high is None:
        forecast.high = forecast.probability
    numbers = [forecast.low, forecast.probability, forecast.high]
    if not all(number.is_finite() for number in numbers) or numbers != sorted(numbers):
        raise ProbabilityRangeError(field="probability")


def _check_withdrawal(withdrawal: Forecast) -> None:
    earlier = Forecast.objects.in_force().filter(
        expert=withdrawal.expert,
        question=withdrawal.question,
        stated_at__lte=withdrawal.stated_at,
    )
    latest = earlier.order_by("-stated_at", "-pk").first()
    if latest is None or latest.kind == Forecast.Kind.WITHDRAWAL:
        raise NothingToWithdrawError(expert=withdrawal.expert.name)


def _identity(forecast: Forecast) -> tuple[object, ...]:
    return (
        forecast.expert_id,
        forecast.question_id,
        forecast.source_id,
        forecast.stated_at,
        forecast.quote,
    )


def _recorded(forecasts: Sequence[Forecast]) -> QuerySet[Forecast]:
    """Those in force that any of these could repeat."""
    return Forecast.objects.in_force().filter(
        Among("question", {forecast.question_id for forecast in forecasts}),
        Among("source", {forecast.source_id for forecast in forecasts}),
        Among("expert", {forecast.expert_id for forecast in forecasts}),
        stated_at__in={forecast.stated_at for forecast in forecasts},
    )


ONCE = Once(_identity, _recorded, DuplicateForecastError)
NAMED = external_ids_of(Forecast)
