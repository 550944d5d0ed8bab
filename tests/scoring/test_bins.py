"""Bins are exact, lose nothing, and are not narrowed by nested questions."""

from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

from forecasts.scoring.bins import bin_numbers
from tests.scoring.records import integers, pairs
from tests.scoring.singles import calibration_bins

EMPTY: dict[str, Any] = {
    "n": 0,
    "n_yes": 0,
    "mean_probability": None,
    "observed_frequency": None,
    "wilson95": None,
}


@pytest.mark.parametrize("tenth", range(10))
def test_bin_is_closed_below_and_open_above(tenth: int) -> None:
    bound = 100_000 * tenth

    numbers = bin_numbers(integers(bound, bound + 99_999))

    assert numbers.tolist() == [tenth, tenth]


def test_last_bin_is_closed() -> None:
    numbers = bin_numbers(integers(1_000_000))

    assert numbers.tolist() == [9]


def test_no_forecasts_make_ten_empty_bins() -> None:
    bins = calibration_bins(*pairs(), cluster=integers())

    bounds = [{"lower": k / 10, "upper": (k + 1) / 10} for k in range(10)]
    assert bins == [bound | EMPTY for bound in bounds]


def test_bin_stands_at_the_mean_of_its_forecasts() -> None:
    ppm, outcome = pairs(("0.7", 1), ("0.7", 0), ("0.76", 1), ("0.3", 0))

    bins = calibration_bins(ppm, outcome, cluster=integers(1, 2, 3, 4))

    assert bins[7] == {
        "lower": 0.7,
        "upper": 0.8,
        "n": 3,
        "n_yes": 2,
        "mean_probability": pytest.approx(0.72),
        "observed_frequency": pytest.approx(2 / 3),
        "wilson95": pytest.approx(proportion_confint(2, 3, method="wilson"), abs=1e-12),
    }
    assert bins[3]["n"] == 1
    assert [part["n"] for part in bins if part["n"] == 0] == [0] * 8


def test_wilson_interval_counts_a_cluster_once_within_a_bin() -> None:
    ppm, outcome = pairs(("0.71", 1), ("0.72", 0), ("0.73", 0), ("0.74", 0), ("0.25", 0))

    bins = calibration_bins(ppm, outcome, cluster=integers(1, 1, 1, 2, 1))

    expected = proportion_confint(1, 2, method="wilson")
    assert (bins[7]["n"], bins[7]["n_yes"]) == (4, 1)
    assert bins[7]["wilson95"] == pytest.approx(expected, abs=1e-12)
    assert bins[2]["wilson95"] == pytest.approx(proportion_confint(0, 1, method="wilson"))
