"""Readings that lie apart, what is adopted from three, and what each was read with."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from config.environment import probability
from forecasts.exceptions import (
    OwnRecordError,
)
from forecasts.models import AdoptedRange, Coding, Forecast, LexiconPhrase, Role, User
from forecasts.refusals import LeadNeededError, LexiconReplacedError, SettledAlreadyError
from forecasts.selectors.codings import forecasts_apart, is_apart
from forecasts.selectors.lexicons import reading_of, readings_offered
from forecasts.services.codings import record_coding
from tests.factories import AFTER, START, make_forecast, make_user, resolve
from tests.forecasts.test_scores import scores_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def code(forecast: Forecast, low: str, mid: str, high: str, **fields: Any) -> Coding:
    return record_coding(
        forecast=forecast,
        coder=fields.pop("coder", None) or make_user(Role.CODER),
        low=Decimal(low),
        mid=Decimal(mid),
        high=Decimal(high),
        **{"as_of": START, **fields},
    )


def read_apart(forecast: Forecast | None = None, **fields: Any) -> Forecast:
    forecast = forecast or make_forecast(None)
    code(forecast, "0.1", "0.2", "0.6", **fields)
    code(forecast, "0.5", "0.8", "0.9", **fields)
    return forecast


@pytest.mark.parametrize(
    ("one", "other", "lie_apart"),
    [
        (("0.1", "0.2", "0.5"), ("0.4", "0.45", "0.6"), False),
        (("0.1", "0.2", "0.5"), ("0.4", "0.450001", "0.6"), True),
        (("0.1", "0.2", "0.3"), ("0.3", "0.3", "0.4"), False),
        (("0.1", "0.2", "0.3"), ("0.300001", "0.31", "0.4"), True),
        (("0", "0.5", "1"), ("0.2", "0.76", "0.8"), True),
    ],
)
def test_nothing_is_adopted_where_two_readings_lie_apart(
    one: tuple[str, str, str], other: tuple[str, str, str], *, lie_apart: bool
) -> None:
    forecast = make_forecast(None)

    code(forecast, *one)
    code(forecast, *other)

    assert AdoptedRange.objects.exists() != lie_apart
    assert is_apart(forecast) == lie_apart


def test_how_far_they_may_lie_apart_can_be_set(settings: Settings) -> None:
    settings.CODING_MAX_DIFFERENCE = 0.6

    forecast = read_apart()

    assert AdoptedRange.objects.get().probability == Decimal("0.5")
    assert not is_apart(forecast)


@pytest.mark.parametrize("number", [-0.1, 1.1, float("nan")])
def test_difference_is_a_number_from_0_to_1(number: float) -> None:
    with pytest.raises(ImproperlyConfigured):
        probability(number)


@pytest.mark.parametrize(
    ("third", "adopted"),
    [
        (("0.2", "0.4", "0.7"), ("0.2", "0.4", "0.7")),
        (("0", "0", "0"), ("0.1", "0.2", "0.6")),
        (("1", "1", "1"), ("0.5", "0.8", "0.9")),
    ],
)
def test_lead_gives_the_third_reading_and_the_median_lies_between_the_two(
    third: tuple[str, str, str], adopted: tuple[str, str, str]
) -> None:
    forecast = read_apart()

    coding = code(forecast, *third, coder=make_user(Role.LEAD), settles=True)

    found = AdoptedRange.objects.get()
    assert (found.low, found.probability, found.high) == tuple(map(Decimal, adopted))
    assert (found.n_codings, coding.is_blind) == (3, False)
    assert not forecasts_apart().exists()


def test_coder_does_not_give_the_third_reading() -> None:
    forecast = read_apart()

    with pytest.raises(LeadNeededError):
        code(forecast, "0.2", "0.4", "0.7")

    assert forecast.codings.count() == 2


def test_lead_who_gave_one_of_the_two_does_not_settle() -> None:
    lead, forecast = make_user(Role.LEAD), make_forecast(None)
    code(forecast, "0.1", "0.2", "0.3", coder=lead)
    code(forecast, "0.7", "0.8", "0.9")

    with pytest.raises(OwnRecordError):
        code(forecast, "0.4", "0.5", "0.6", coder=lead, settles=True)


def test_what_was_settled_meanwhile_is_not_settled_again() -> None:
    forecast = read_apart()
    code(forecast, "0.4", "0.5", "0.6", coder=make_user(Role.LEAD), settles=True)

    with pytest.raises(SettledAlreadyError):
        code(forecast, "0.4", "0.5", "0.6", coder=make_user(Role.LEAD), settles=True)


def test_single_reading_is_not_settled() -> None:
    forecast = make_forecast(None)
    code(forecast, "0.1", "0.2", "0.3")

    with pytest.raises(SettledAlreadyError):
        code(forecast, "0.4", "0.5", "0.6", coder=make_user(Role.LEAD), settles=True)


def test_reading_of_a_lead_is_blind_until_something_is_adopted() -> None:
    forecast = make_forecast(None)
    leads = [make_user(Role.LEAD) for _ in range(3)]

    found = [code(forecast, "0.1", "0.2", "0.3", coder=lead).is_blind for lead in leads]

    assert found == [True, True, False]


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_disagreement_can_be_settled_after_the_ruling_and_is_scored_as_coded_late(
    answer: str,
) -> None:
    forecast = read_apart()
    resolve(forecast.question, answer)
    assert scores_of(forecast.expert, AFTER)["n"] == 0

    code(forecast, "0.2", "0.4", "0.7", coder=make_user(Role.LEAD), as_of=AFTER + DAY)

    scores = scores_of(forecast.expert, AFTER + DAY)
    assert (scores["n"], scores["n_coded_after_known"]) == (1, 1)
    assert AdoptedRange.objects.get().probability == Decimal("0.4")


def test_settled_range_stays_after_the_ruling_whatever_is_read_later() -> None:
    forecast = read_apart()
    code(forecast, "0.2", "0.4", "0.7", coder=make_user(Role.LEAD))
    resolve(forecast.question)

    code(forecast, "0.9", "0.9", "0.9", as_of=AFTER)

    assert AdoptedRange.objects.get().probability == Decimal("0.4")


def entry_of(lexicon: str, phrase: str) -> LexiconPhrase:
    return LexiconPhrase.objects.get(lexicon__name=lexicon, phrase=phrase)


@pytest.mark.parametrize(
    ("phrase", "claims_yes", "numbers"),
    [
        # Said of yes, and of no.
        ("probable", True, ("0.63", "0.75", "0.87")),
        ("probable", False, ("0.13", "0.25", "0.37")),
        # Speaks against yes, and against no.
        ("probably not", False, ("0.2", "0.3", "0.4")),
        ("probably not", True, ("0.6", "0.7", "0.8")),
    ],
)
def test_range_of_a_lexicon_is_turned_to_the_yes_of_the_question(
    phrase: str, numbers: tuple[str, str, str], *, claims_yes: bool
) -> None:
    found = reading_of(entry_of("kent", phrase), claims_yes=claims_yes)

    assert (found.low, found.mid, found.high) == tuple(map(Decimal, numbers))


def test_reading_keeps_the_version_that_it_was_made_with() -> None:
    entry = entry_of("house", "will")

    coding = code(make_forecast(None), "0.8", "0.9", "0.97", entry=entry)
    entry.lexicon.__class__.objects.filter(pk=entry.lexicon_id).supersede(as_of=AFTER)

    coding = Coding.objects.get(pk=coding.pk)
    assert coding.lexicon_phrase is not None
    assert str(coding.lexicon_phrase.lexicon) == "house 1"


def test_version_that_was_replaced_is_not_read_with() -> None:
    entry = entry_of("house", "will")
    entry.lexicon.__class__.objects.filter(pk=entry.lexicon_id).supersede(as_of=START)
    forecast = make_forecast(None)

    with pytest.raises(LexiconReplacedError):
        code(forecast, "0.8", "0.9", "0.97", entry=entry_of("house", "will"))

    assert not Coding.objects.exists()
    assert readings_offered(forecast) == []


def test_what_is_offered_fits_the_phrase_and_stays_within_the_keys() -> None:
    forecast = make_forecast(None, phrase="It\u2019s very likely that")

    found = [str(reading.entry.lexicon) for reading in readings_offered(forecast)]

    assert found == ["house 1", "icd-203 2015", "ipcc AR6"]
    many = "likely, may, might, could, will, can, perhaps, certain, shall, should"
    assert len(readings_offered(make_forecast(None, phrase=many))) == 9


def test_two_roles_give_one_reading() -> None:
    both: User = make_user(Role.CODER, Role.LEAD)
    forecast = make_forecast(None)
    code(forecast, "0.1", "0.2", "0.3", coder=both)

    with pytest.raises(OwnRecordError):
        code(forecast, "0.1", "0.2", "0.3", coder=both)
