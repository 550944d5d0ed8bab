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
    read(third, ada, "0", "0", "0")

    found = figures(reader)

    labels = sorted(coder_label(user.pk) for user in (ada, bea))
    assert (found["n_codings"], found["n_adopted"]) == (4, 2)
    assert found["pairs"] == [
        {"coders": labels, "n": 2, "mean_difference": 0.2, "n_overlapping": 1}
    ]
    # .2 .4 | .8 .6: D_o = mean of .04; D_e the mean of 12 ordered pairs, 1.6/12.
    assert found["agreement"]["mid"] == {
        "alpha": pytest.approx(1 - 0.04 / (1.6 / 12)),
        "ci95": None,
        "n_units": 2,
    }
    assert found["undefined"]["agreement.mid.ci95"] == FEW_FOR_INTERVAL


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
