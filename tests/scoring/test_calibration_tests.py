"""Tests of calibration."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import chi2, norm

from forecasts.scoring.reasons import Undefined
from tests.scoring.records import EIGHT, pairs, random_record
from tests.scoring.singles import score_test, spiegelhalter_test


def test_score_test_is_the_quadratic_form_of_its_definition() -> None:
    ppm, outcome = pairs(*EIGHT)
    p = ppm / 1e6
    x, v = np.log(p / (1 - p)), p * (1 - p)
    u = np.array([(outcome - p).sum(), ((outcome - p) * x).sum()])
    information = np.array([[v.sum(), (v * x).sum()], [(v * x).sum(), (v * x * x).sum()]])
    statistic = u @ np.linalg.solve(information, u)

    found = score_test(ppm, outcome)

    expected = {
        "chi2": statistic,
        "df": 2,
        "p_value": chi2.sf(statistic, 2),
        "bias_z": u[0] / math.sqrt(information[0, 0]),
        "slope_z": u[1] / math.sqrt(information[1, 1]),
    }
    assert found == pytest.approx(expected, abs=1e-12)


def test_score_test_matches_the_score_test_of_statsmodels() -> None:
    record = random_record(150, seed=4)
    x = np.log(record.ppm / (1_000_000 - record.ppm))
    model = sm.GLM(
        record.outcome,
        np.column_stack([np.ones(150), x]),
        family=sm.families.Binomial(),
        offset=x,
    )
    # Nothing but the offset: intercept 0 and slope 1 are the point tested.
    expected = float(model.score_test([0.0, 0.0], k_constraints=2)[0].squeeze())

    found = score_test(record.ppm, record.outcome)

    assert found["chi2"] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(
    ("case", "forecasts", "bias_z"),
    [
        ("three of four at one half", [("0.5", 1)] * 3 + [("0.5", 0)], 1.0),
        ("one of four at one half", [("0.5", 1)] + [("0.5", 0)] * 3, -1.0),
        ("two of ten at one fifth", [("0.2", 1)] * 2 + [("0.2", 0)] * 8, 0.0),
        ("one value after the clip", [("0", 0), ("0.001", 0)], -math.sqrt(2 / 999)),
    ],
)
def test_one_probability_throughout_is_tested_on_one_degree(
    case: str, forecasts: list[tuple[str, int]], bias_z: float
) -> None:
    found = score_test(*pairs(*forecasts))

    assert found["bias_z"] == pytest.approx(bias_z, abs=1e-12), case
    assert found["chi2"] == pytest.approx(bias_z**2, abs=1e-12), case
    assert found["df"] == 1, case
    assert found["slope_z"] == Undefined("one probability throughout"), case


def test_neighboring_probabilities_do_not_break_the_test() -> None:
    found = score_test(*pairs(("0.5", 1), ("0.500001", 0), ("0.5", 0), ("0.500001", 1)))

    assert found["df"] == 2
    assert found["chi2"] == pytest.approx(0.0, abs=1e-9)


def test_headline_test_finds_plain_bias() -> None:
    found = score_test(*pairs(*[("0.5", 1)] * 60, *[("0.4", 1)] * 40))

    assert found["p_value"] < 1e-6
    assert found["bias_z"] > 9


@pytest.mark.parametrize(
    ("case", "forecasts", "z"),
    [
        # (y - p)(1 - 2p): -.12 .48, over √(2 · .36 · .16).
        ("one right, one wrong", [("0.8", 1), ("0.8", 0)], 0.36 / math.sqrt(0.1152)),
        ("mirrored", [("0.2", 0), ("0.2", 1)], 0.36 / math.sqrt(0.1152)),
        ("one half adds nothing", [("0.8", 1), ("0.5", 1)], -0.12 / math.sqrt(0.0576)),
        ("certain and wrong", [("0.8", 1), ("1", 0)], 0.88 / math.sqrt(0.0576)),
    ],
)
def test_spiegelhalter_compares_the_brier_score_with_its_promise(
    case: str, forecasts: list[tuple[str, int]], z: float
) -> None:
    found = spiegelhalter_test(*pairs(*forecasts))

    p_value = 2 * norm.sf(abs(z))
    assert found["status"] == "ok", case
    assert (found["z"], found["p_value"]) == pytest.approx((z, p_value), abs=1e-12), case


def test_spiegelhalter_has_no_variance_in_certainty_and_coin_flips() -> None:
    found = spiegelhalter_test(*pairs(("0", 1), ("0.5", 1), ("1", 1)))

    reason = Undefined("every probability is 0, 0.5 or 1")
    assert found == {"status": "zero_variance", "z": reason, "p_value": reason}
