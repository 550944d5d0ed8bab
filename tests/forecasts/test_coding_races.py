"""Many readings at once: each counts once, and nothing is adopted that should not be."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from forecasts.models import AdoptedRange, Coding, Forecast, LedgerEntry, LexiconPhrase, Role, User
from forecasts.selectors.ledger_checks import LedgerCheck
from forecasts.services.codings import record_coding
from tests.factories import START, make_forecast, make_user
from tests.forecasts.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
N = 12


def reading(forecast: Forecast, coder: User, number: int, **more: Any) -> Callable[[], object]:
    """A reading at a point, so that two of different numbers have nothing in common."""
    point = Decimal(number) / 100
    return partial(
        record_coding, forecast=forecast, coder=coder, low=point, mid=point, high=point,
        as_of=START, **more,
    )  # fmt: skip


def findings() -> list[str]:
    return [str(finding) for finding in LedgerCheck().findings(lambda _: None)]


def test_of_two_second_readings_at_once_each_counts_and_one_range_stands() -> None:
    forecast = make_forecast(None)
    reading(forecast, make_user(Role.CODER), 50)()

    results = at_once(*(reading(forecast, make_user(Role.CODER), 50) for _ in range(2)))

    assert results == {"ok": 2}
    assert AdoptedRange.objects.in_force().get().n_codings == 3
    assert AdoptedRange.objects.count() == 2
    assert findings() == []


def test_of_many_readings_that_lie_apart_two_are_taken() -> None:
    forecast = make_forecast(None)

    results = at_once(*(reading(forecast, make_user(Role.CODER), number) for number in range(N)))

    assert results == {"ok": 2, "lead_needed": N - 2}
    assert not AdoptedRange.objects.exists()


def test_of_many_leads_at_once_one_settles() -> None:
    forecast = make_forecast(None)
    for number in (10, 90):
        reading(forecast, make_user(Role.CODER), number)()

    results = at_once(
        *(reading(forecast, make_user(Role.LEAD), 50, settles=True) for _ in range(N))
    )

    assert results == {"ok": 1, "settled_already": N - 1}
    assert AdoptedRange.objects.get().probability == Decimal("0.5")


def test_same_reading_sent_many_times_is_one() -> None:
    forecast, coder = make_forecast(None), make_user(Role.CODER)

    results = at_once(*(reading(forecast, coder, 50) for _ in range(N)))

    assert results == {"ok": 1, "own_record": N - 1}
    assert Coding.objects.count() == 1


def test_lexicon_that_many_cite_at_once_is_entered_once() -> None:
    entry = LexiconPhrase.objects.select_related("lexicon").get(
        lexicon__name="house", phrase="will"
    )
    forecasts = [make_forecast(None) for _ in range(N)]
    for forecast in forecasts:
        reading(forecast, make_user(Role.CODER), 90)()

    results = at_once(
        *(reading(forecast, make_user(Role.CODER), 90, entry=entry) for forecast in forecasts)
    )

    assert results == {"ok": N}
    assert LedgerEntry.objects.filter(kind="lexicon").count() == 1
    assert findings() == []
