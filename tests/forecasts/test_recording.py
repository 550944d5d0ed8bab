"""Recording sources, questions, forecasts, statements; amending and correcting them."""

import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from forecasts.exceptions import (
    AlreadyCorrectedError,
    CriteriaFrozenError,
    CycleError,
    DeadlineOrderError,
    DuplicateForecastError,
    FutureTimeError,
    NothingAmendedError,
    NothingToWithdrawError,
    NotInferredError,
    OwnRecordError,
    PhraseMissingError,
    ProbabilityMissingError,
    ProbabilityRangeError,
    ReasonMissingError,
    RoleMissingError,
    RuleBrokenError,
    SyntheticMixError,
)
from forecasts.models import AdoptedRange, Amendment, Forecast, Question, Role, UnscorableStatement
from forecasts.services.codings import record_coding
from forecasts.services.forecasts import correct_forecast
from forecasts.services.questions import amend_question, edit_question
from forecasts.services.statements import record_unscorable_statement
from tests.factories import (
    AFTER,
    DEADLINE,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_stated_number_without_a_range_is_its_own_range() -> None:
    forecast = make_forecast("0.7")

    assert (forecast.low, forecast.high) == (Decimal("0.7"), Decimal("0.7"))


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"low": Decimal("0.8")}, ProbabilityRangeError),
        ({"high": Decimal("0.6")}, ProbabilityRangeError),
        ({"low": Decimal("NaN")}, ProbabilityRangeError),
        ({"stated_at": START + DAY}, FutureTimeError),
    ],
    ids=str,
)
def test_forecast_that_breaks_a_rule_is_refused(
    fields: dict[str, Any], error: type[RuleBrokenError]
) -> None:
    with pytest.raises(error):
        make_forecast(**fields)

    assert not Forecast.objects.exists()


@pytest.mark.parametrize("number", ["1.1", "-0.1", "0.1234567", "1e400"])
def test_impossible_probability_is_refused(number: str) -> None:
    with pytest.raises(ValidationError):
        make_forecast(number)

    assert not Forecast.objects.exists()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_probability_that_is_no_number_is_refused(number: str) -> None:
    with pytest.raises((ValidationError, ProbabilityRangeError)):
        make_forecast(number)


def test_stated_forecast_needs_its_number() -> None:
    with pytest.raises(ProbabilityMissingError):
        make_forecast(None, basis=Forecast.Basis.STATED)


def test_forecast_in_words_needs_its_phrase() -> None:
    with pytest.raises(PhraseMissingError):
        make_forecast(None, phrase="")


@pytest.mark.parametrize(
    "quote",
    ["a\x00b", "a\u202eb", "a" * 601, "a\ud800", ""],
    ids=["NUL", "bidi override", "too long", "lone surrogate", "empty"],
)
def test_text_that_no_record_may_hold_is_refused(quote: str) -> None:
    with pytest.raises(ValidationError):
        make_forecast(quote=quote)


@pytest.mark.parametrize("quote", ["сила", "سيحدث ذلك", "👩‍👩‍👧", "a\nb", "e\u0301"])
def test_text_of_any_script_is_kept_in_normal_form(quote: str) -> None:
    assert make_forecast(quote=quote).quote == unicodedata.normalize("NFC", quote)


def test_same_forecast_is_recorded_once() -> None:
    first = make_forecast()

    with pytest.raises(DuplicateForecastError):
        make_forecast(
            expert=first.expert, question=first.question, source=first.source, quote=first.quote
        )


@pytest.mark.parametrize("synthetic", ["expert", "question", "source"])
def test_synthetic_and_real_do_not_mix(synthetic: str) -> None:
    make: dict[str, Any] = {"expert": make_expert, "question": make_question, "source": make_source}

    with pytest.raises(SyntheticMixError):
        make_forecast(**{synthetic: make[synthetic](synthetic=True)})


def test_reviewers_and_administrators_record_nothing() -> None:
    for user in (make_user(Role.REVIEWER), make_user(is_superuser=True)):
        with pytest.raises(RoleMissingError, match="Only a coder or lead may do this"):
            make_forecast(
                by=user, expert=make_expert(), question=make_question(), source=make_source()
            )


def test_withdrawal_needs_something_standing() -> None:
    forecast = make_forecast()
    same = {"expert": forecast.expert, "question": forecast.question, "source": forecast.source}
    later: dict[str, Any] = {"as_of": START + DAY, "kind": "withdrawal", **same}

    withdrawal = make_forecast(None, quote="I take it back", **later)
    with pytest.raises(NothingToWithdrawError):
        make_forecast(None, quote="Once more", **later)

    assert withdrawal.probability is None


def replacement_of(forecast: Forecast, **fields: Any) -> Forecast:
    same = ("expert", "question", "source", "basis", "stated_at", "quote", "phrase")
    return Forecast(
        **{**{name: getattr(forecast, name) for name in same}, "probability": Decimal("0.2")},
        **fields,
    )


def test_correction_keeps_the_old_row_out_of_force() -> None:
    wrong = make_forecast("0.7")

    right = correct_forecast(
        forecast=wrong,
        replacement=replacement_of(wrong),
        reason="Misread",
        by=make_user(Role.CODER),
        as_of=START + DAY,
    )

    wrong.refresh_from_db()
    assert (right.supersedes, wrong.superseded_at) == (wrong, START + DAY)
    assert list(Forecast.objects.in_force()) == [right]
    assert list(Forecast.objects.in_force(START)) == [wrong, right]


def test_row_is_corrected_once_and_with_a_reason() -> None:
    wrong = make_forecast("0.7")
    call: dict[str, Any] = {"by": make_user(Role.CODER), "as_of": START + DAY, "forecast": wrong}

    with pytest.raises(ReasonMissingError):
        correct_forecast(replacement=replacement_of(wrong), reason=" ", **call)
    correct_forecast(replacement=replacement_of(wrong), reason="Misread", **call)
    with pytest.raises(AlreadyCorrectedError):
        correct_forecast(replacement=replacement_of(wrong), reason="Again", **call)


def code(forecast: Forecast, low: str, mid: str, high: str, **fields: Any) -> None:
    record_coding(
        forecast=forecast,
        coder=fields.pop("coder", None) or make_user(Role.CODER),
        low=Decimal(low),
        mid=Decimal(mid),
        high=Decimal(high),
        **{"as_of": START, **fields},
    )


def test_second_coding_adopts_the_median() -> None:
    forecast = make_forecast(None)

    code(forecast, "0.1", "0.2", "0.3")
    assert not AdoptedRange.objects.exists()
    code(forecast, "0.2", "0.3", "0.5")

    adopted = AdoptedRange.objects.in_force().get()
    assert (adopted.low, adopted.probability, adopted.high, adopted.n_codings) == (
        Decimal("0.15"),
        Decimal("0.25"),
        Decimal("0.4"),
        2,
    )


def test_third_coding_supersedes_what_was_adopted() -> None:
    forecast = make_forecast(None)

    for day, mid in enumerate(["0.2", "0.3", "0.9"]):
        code(forecast, "0.1", mid, "0.9", as_of=START + day * DAY)

    assert AdoptedRange.objects.in_force().get().probability == Decimal("0.3")
    assert AdoptedRange.objects.count() == 2


def test_coder_reads_a_forecast_once() -> None:
    forecast, coder = make_forecast(None), make_user(Role.CODER)
    code(forecast, "0.1", "0.2", "0.3", coder=coder)

    with pytest.raises(OwnRecordError):
        code(forecast, "0.1", "0.2", "0.3", coder=coder)


def test_only_words_in_force_are_coded() -> None:
    words = make_forecast(None)
    right = replacement_of(words, low=Decimal("0.2"), high=Decimal("0.2"))
    right.basis = Forecast.Basis.STATED
    correct_forecast(
        forecast=words,
        replacement=right,
        reason="It was 20 %",
        by=make_user(Role.CODER),
        as_of=START,
    )

    with pytest.raises(AlreadyCorrectedError):
        code(words, "0.1", "0.2", "0.3")
    with pytest.raises(NotInferredError):
        code(right, "0.1", "0.2", "0.3")


@pytest.mark.parametrize(
    "numbers", [("0.3", "0.2", "0.4"), ("NaN", "0.2", "0.3"), ("0", "0", "Infinity")]
)
def test_coding_out_of_order_is_refused(numbers: tuple[str, str, str]) -> None:
    with pytest.raises(ProbabilityRangeError):
        code(make_forecast(None), *numbers)


def test_criteria_freeze_with_the_first_forecast() -> None:
    coder = make_user(Role.CODER)
    question = make_question(by=coder)
    call: dict[str, Any] = {"topics": [], "by": coder, "as_of": START}
    question.title = "Better put"
    edit_question(question=question, **call)
    make_forecast(question=question)
    question.title = "Put otherwise"

    with pytest.raises(CriteriaFrozenError, match="so its title cannot be edited"):
        edit_question(question=question, **call)

    question.refresh_from_db()
    assert question.title == "Better put"


def test_amendment_is_recorded_with_both_wordings() -> None:
    question = make_forecast().question

    amend_question(
        question=question,
        changes={"deadline": DEADLINE + DAY, "title": question.title},
        reason="The vote was moved.",
        by=make_user(Role.LEAD),
        as_of=START + DAY,
    )

    amendment = Amendment.objects.get()
    assert (amendment.field, amendment.before, amendment.after) == (
        "deadline",
        DEADLINE.isoformat(),
        (DEADLINE + DAY).isoformat(),
    )
    question.refresh_from_db()
    assert question.deadline == DEADLINE + DAY


def test_amendment_needs_a_lead_a_reason_and_a_change() -> None:
    question = make_question()
    lead = make_user(Role.LEAD)
    call: dict[str, Any] = {"question": question, "as_of": START}

    with pytest.raises(RoleMissingError):
        amend_question(changes={"title": "x"}, reason="r", by=make_user(Role.CODER), **call)
    with pytest.raises(ReasonMissingError):
        amend_question(changes={"title": "x"}, reason="", by=lead, **call)
    with pytest.raises(NothingAmendedError):
        amend_question(changes={"title": question.title}, reason="r", by=lead, **call)
    opened = make_question(opens_at=START)
    with pytest.raises(DeadlineOrderError):
        amend_question(
            question=opened, changes={"deadline": START}, reason="r", by=lead, as_of=START
        )


def test_conditions_cannot_form_a_circle() -> None:
    coder = make_user(Role.CODER)
    first = make_question(by=coder)
    second = make_question(by=coder, depends_on=first, depends_on_answer="yes")
    first.depends_on, first.depends_on_answer = second, "yes"

    with pytest.raises(CycleError):
        edit_question(question=first, topics=[], by=coder, as_of=START)

    assert Question.objects.get(pk=first.pk).depends_on is None


def test_question_closes_after_it_opens() -> None:
    with pytest.raises(DeadlineOrderError):
        make_question(opens_at=DEADLINE)


def test_source_of_the_future_is_refused() -> None:
    with pytest.raises(FutureTimeError):
        make_source(published_at=AFTER)


@pytest.mark.parametrize("year", [1066, 9999])
def test_date_that_no_source_has_is_refused(year: int) -> None:
    with pytest.raises((ValidationError, FutureTimeError)):
        make_source(published_at=datetime(year, 1, 1, tzinfo=START.tzinfo))


def test_statement_is_kept_with_its_reason() -> None:
    statement = record_unscorable_statement(
        source=make_source(),
        quote="there is a possibility",
        reason=UnscorableStatement.Reason.UNOBSERVABLE,
        attributed_to="many experts",
        by=make_user(Role.CODER),
        as_of=START,
    )

    assert str(statement) == "there is a possibility"
    assert statement.expert is None
