"""CORP: decomposition and curve."""

from typing import Any

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss

from tests.scoring.records import EIGHT, pairs, random_record
from tests.scoring.singles import corp_decomposition


def step(x_min: float, x_max: float, n: int, cep: float) -> dict[str, Any]:
    return {"x_min": x_min, "x_max": x_max, "n": n, "cep": pytest.approx(cep, abs=1e-12)}


@pytest.mark.parametrize(
    ("case", "forecasts", "parts", "curve"),
    [
        (
            "right and sure",
            [("1", 1), ("0", 0)],
            (0.0, 0.25, 0.25),
            [step(0.0, 0.0, 1, 0.0), step(1.0, 1.0, 1, 1.0)],
        ),
        ("wrong and sure", [("1", 0), ("0", 1)], (0.75, 0.0, 0.25), [step(0.0, 1.0, 2, 0.5)]),
        ("one class", [("0.8", 1), ("0.6", 1)], (0.1, 0.0, 0.0), [step(0.6, 0.8, 2, 1.0)]),
        (
            "tie pooled first",
            [("0.5", 1), ("0.5", 0), ("0.9", 1)],
            (0.17 - 0.5 / 3, 2 / 9 - 0.5 / 3, 2 / 9),
            [step(0.5, 0.5, 2, 0.5), step(0.9, 0.9, 1, 1.0)],
        ),
        # One hit at .2 falls back to .4, not as far as .6: 5 of 11 and 6 of 10.
        (
            "a probability weighs by its forecasts",
            [("0.2", 1)]
            + [("0.4", int(k < 4)) for k in range(10)]
            + [("0.6", int(k < 6)) for k in range(10)],
            ((0.64 + 2.4 - 30 / 11) / 21, 110 / 441 - (30 / 11 + 2.4) / 21, 110 / 441),
            [step(0.2, 0.4, 11, 5 / 11), step(0.6, 0.6, 10, 0.6)],
        ),
        # .3 came and .4 did not: pooled to one half, as high as .8 which came once of twice,
        # but .6 came, so that .3 to .8 rise as 1/2, 2/3.
        (
            "eight forecasts",
            EIGHT,
            (0.19375 - (2 / 4 + 2 / 3) / 8, 0.25 - (2 / 4 + 2 / 3) / 8, 0.25),
            [
                step(0.1, 0.2, 2, 0.0),
                step(0.3, 0.4, 2, 0.5),
                step(0.6, 0.8, 3, 2 / 3),
                step(0.9, 0.9, 1, 1.0),
            ],
        ),
    ],
)
def test_curve_and_parts_of_worked_cases(
    case: str,
    forecasts: list[tuple[str, int]],
    parts: tuple[float, float, float],
    curve: list[dict[str, Any]],
) -> None:
    found = corp_decomposition(*pairs(*forecasts))

    assert (found["mcb"], found["dsc"], found["unc"]) == pytest.approx(parts, abs=1e-12), case
    assert found["curve"] == curve, case


@pytest.mark.parametrize("step_ppm", [50_000, 1])
def test_curve_and_parts_match_scikit_learn(step_ppm: int) -> None:
    record = random_record(250, seed=6, step=step_ppm)
    p = record.ppm / 1e6
    fit = IsotonicRegression(y_min=0, y_max=1).fit_transform(p, record.outcome)
    recalibrated = brier_score_loss(record.outcome, fit)

    found = corp_decomposition(record.ppm, record.outcome)

    curve = np.concatenate([np.repeat(part["cep"], part["n"]) for part in found["curve"]])
    np.testing.assert_allclose(curve, np.sort(fit), atol=1e-12)
    expected = brier_score_loss(record.outcome, p) - recalibrated
    assert found["mcb"] == pytest.approx(expected, abs=1e-12)
    assert found["dsc"] == pytest.approx(found["unc"] - recalibrated, abs=1e-12)


def test_neighboring_steps_of_one_height_are_one_step() -> None:
    # Halves throughout once .6 and .8 are pooled, which rounding hides from the fit.
    counts = {"0.2": (1, 2), "0.4": (14, 28), "0.6": (21, 38), "0.8": (8, 20)}
    forecasts = [(p, int(k < n_yes)) for p, (n_yes, n) in counts.items() for k in range(n)]

    found = corp_decomposition(*pairs(*forecasts))

    assert found["curve"] == [step(0.2, 0.8, 88, 0.5)]
