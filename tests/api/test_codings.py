"""How far coders agree: under labels, and of what two have read."""

from typing import Any

import pytest
from django.test import Client

from forecasts.models import Forecast, Role, User
from forecasts.scoring.agreements import FEW_FOR_INTERVAL, FEW_UNITS
from forecasts.selectors.coding_agreements import coder_label
from forecasts.services.codings import record_coding
from tests.api.worlds import number
from tests.factories import START, make_forecast, make_user

pytestmark = pytest.mark.django_db


def read(forecast: Forecast, coder: User, low: str, mid: str, high: str) -> None:
    record_coding(
        forecast=forecast, coder=coder, low=number(low), mid=number(mid), high=number(high),
        as_of=START,
    )  # fmt: skip


def figures(reader: Client, query: str = "") -> Any:
    response = reader.get(f"/api/v1/coding/{query}")
    assert response.status_code == 200, response.content
    assert "zz-" not in response.content.decode()
    return response.json()


def test_coders_agree_as_far_as_their_readings_do(reader: Client) -> None:
    ada, bea = (make_user(Role.CODER, username=name) for name in ("zz-ada", "zz-bea"))
    first, second, third = (make_forecast(None) for _ in range(3))
    read(first, ada, ".1", ".2", ".3")
    read(first, bea, ".2", ".4", ".6")
    read(second, ada, ".7", ".8", ".9")
    read(second, bea, ".5", ".6", ".65")
    read(second, make_user(Role.LEAD), ".1", ".1", ".1")  # who has seen them both
    read(third, ada, "0", "0", "0")

    found = figures(reader)

    labels = sorted(coder_label(user.pk) for user in (ada, bea))
    # .2 .4 | .8 .6: D_o = mean of .04; D_e the mean of 12 ordered pairs, 1.6/12.
    agreement = {"alpha": pytest.approx(1 - 0.04 / (1.6 / 12)), "ci95": None, "n_units": 2}
    both = {"n": 2, "mean_difference": 0.2, "n_overlapping": 1, "agreement": agreement}
    assert (found["n_codings"], found["n_adopted"], found["n_apart"]) == (4, 2, 0)
    assert found["agreement"]["mid"] == agreement
    assert found["pairs"] == [{"coders": labels, **both}]
    assert found["phrases"] == [{"phrase": "will", **both}]
    assert found["undefined"]["agreement.mid.ci95"] == FEW_FOR_INTERVAL
    assert found["undefined"]["pairs.0.agreement.ci95"] == FEW_FOR_INTERVAL
    assert found["undefined"]["phrases.0.agreement.ci95"] == FEW_FOR_INTERVAL


def test_same_words_are_one_phrase_however_they_are_written(reader: Client) -> None:
    coders = [make_user(Role.CODER) for _ in range(3)]
    for place, phrase in enumerate(("it's likely", "It is likely,", "It is LIKELY", "may")):
        forecast = make_forecast(None, phrase=phrase)
        for coder in coders[:2]:
            read(forecast, coder, ".1", f".{2 + place}", ".9")

    phrases = figures(reader)["phrases"]

    assert [(row["phrase"], row["n"]) for row in phrases] == [("it is likely", 3), ("may", 1)]
    assert phrases[0]["agreement"]["alpha"] == 1.0
    assert phrases[1]["agreement"]["alpha"] is None


def test_agreement_has_an_interval_from_five_questions_on(reader: Client) -> None:
    coders = [make_user(Role.CODER) for _ in range(2)]
    for place in range(5):
        forecast = make_forecast(None)
        for further, coder in enumerate(coders):
            read(forecast, coder, "0", f"0.{place * 2}{further * 5}", "1")

    found = figures(reader)

    low, high = found["phrases"][0]["agreement"]["ci95"]
    assert 0 < low <= found["phrases"][0]["agreement"]["alpha"] <= high <= 1
    assert found["pairs"][0]["agreement"] == found["phrases"][0]["agreement"]
    assert found["agreement"]["mid"] == found["phrases"][0]["agreement"]


def test_readings_that_lie_apart_are_counted(reader: Client) -> None:
    forecast = make_forecast(None)
    read(forecast, make_user(Role.CODER), ".1", ".2", ".9")
    read(forecast, make_user(Role.CODER), ".1", ".8", ".9")

    found = figures(reader)

    assert (found["n_codings"], found["n_adopted"], found["n_apart"]) == (2, 0, 1)


def test_single_reading_is_not_counted(reader: Client) -> None:
    read(make_forecast(None), make_user(Role.CODER), ".1", ".2", ".3")

    found = figures(reader)

    assert (found["n_codings"], found["n_adopted"], found["pairs"]) == (0, 0, [])
    assert found["undefined"]["agreement.low.alpha"] == FEW_UNITS


def test_invented_forecasts_are_counted_apart(reader: Client) -> None:
    for _ in range(2):
        forecast = make_forecast(None)
        for _ in range(2):
            read(forecast, make_user(Role.CODER), ".1", ".2", ".3")

    assert figures(reader, "?population=synthetic")["n_codings"] == 0
    assert figures(reader)["n_codings"] == 4
