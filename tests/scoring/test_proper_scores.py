"""Brier and logarithmic scores."""

import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from forecasts.scoring.proper_scores import brier_losses
from forecasts.scoring.reasons import Undefined
from tests.scoring.records import integers, pairs, random_record
from tests.scoring.singles import brier_score, log_score


@pytest.mark.parametrize(
    ("case", "probability", "outcome", "loss"),
    [
        ("coin-flip", "0.5", 1, 0.25),
        ("right and sure", "1", 1, 0.0),
        ("wrong and sure", "1", 0, 1.0),
        ("wrong and sure of no", "0", 1, 1.0),
        ("near miss", "0.7", 1, 0.09),
        ("far miss", "0.7", 0, 0.49),
    ],
)
def test_brier_score_is_the_half_form(
    case: str, probability: str, outcome: int, loss: float
) -> None:
    losses = brier_losses(*pairs((probability, outcome)))

    assert losses.tolist() == pytest.approx([loss], abs=1e-15), case


@pytest.mark.parametrize(
    ("case", "outcome", "best", "worst"),
    [
        ("yes favors the upper bound", 1, 0.04, 0.36),
        ("no favors the lower bound", 0, 0.16, 0.64),
    ],
)
def test_bounds_of_the_wording_bound_the_score(
    case: str, outcome: int, best: float, worst: float
) -> None:
    ppm, outcomes = pairs(("0.6", outcome))
    low, high = integers(400_000), integers(800_000)

    score = brier_score(ppm, outcomes, low=low, high=high, cluster=integers(1))

    assert (score["best"], score["worst"]) == pytest.approx((best, worst), abs=1e-15), case


def test_stated_number_is_its_own_best_and_worst() -> None:
    ppm, outcome = pairs(("0.6", 1), ("0.2", 0))

    score = brier_score(ppm, outcome, low=ppm, high=ppm, cluster=integers(1, 2))

    assert score["best"] == score["worst"] == score["value"] == pytest.approx(0.1)


def test_single_forecast_has_a_score_and_no_interval() -> None:
    ppm, outcome = pairs(("0.6", 1))

    score = brier_score(ppm, outcome, low=ppm, high=ppm, cluster=integers(1))

    assert score["value"] == pytest.approx(0.16)
    assert score["se"] == score["ci95"] == Undefined("fewer than 2 clusters of questions")


@pytest.mark.parametrize("probability", ["0", "0.3", "1"])
def test_no_interval_where_every_cluster_scored_the_same(probability: str) -> None:
    ppm, outcome = pairs((probability, 1), (probability, 1), (probability, 1))

    score = brier_score(ppm, outcome, low=ppm, high=ppm, cluster=integers(1, 2, 3))

    assert score["se"] == pytest.approx(0.0, abs=1e-15)
    assert score["ci95"] == Undefined("every cluster scored the same")


def test_brier_score_matches_scikit_learn() -> None:
    record = random_record(200, seed=1)

    value = brier_losses(record.ppm, record.outcome).mean()

    assert value == pytest.approx(brier_score_loss(record.outcome, record.ppm / 1e6), abs=1e-12)


def test_log_score_matches_scikit_learn() -> None:
    record = random_record(200, seed=2)
    clipped = np.clip(record.ppm / 1e6, 0.001, 0.999)

    score = log_score(record.ppm, record.outcome)

    assert score["nats"] == pytest.approx(log_loss(record.outcome, clipped), abs=1e-12)
    assert score["bits"] == pytest.approx(score["nats"] / math.log(2), abs=1e-12)


INFINITE = Undefined("infinite: a forecast of 0 or 1 was wrong")


@pytest.mark.parametrize(
    ("case", "forecasts", "score"),
    [
        ("coin-flip", [("0.5", 1)], (math.log(2), math.log(2), 0, 0)),
        ("sure and wrong", [("1", 0)], (6.907755278982137, INFINITE, 1, 1)),
        ("sure of no and wrong", [("0", 1)], (6.907755278982137, INFINITE, 1, 1)),
        ("sure and right", [("1", 1)], (-math.log(0.999), 0.0, 1, 0)),
        ("beyond the clip", [("0.0005", 1)], (math.log(1_000), math.log(2_000), 1, 0)),
        ("at the clip", [("0.001", 1)], (math.log(1_000), math.log(1_000), 0, 0)),
        ("both sides", [("0.25", 1), ("0.75", 0)], (math.log(4), math.log(4), 0, 0)),
    ],
)
def test_log_score_is_clipped_and_counted(
    case: str, forecasts: list[tuple[str, int]], score: tuple[float, Any, int, int]
) -> None:
    found = log_score(*pairs(*forecasts))

    nats, raw, n_clipped, n_certain_wrong = score
    assert found["nats"] == pytest.approx(nats, abs=1e-12), case
    assert found["raw"] == (raw if raw == INFINITE else pytest.approx(raw, abs=1e-12)), case
    assert (found["n_clipped"], found["n_certain_wrong"]) == (n_clipped, n_certain_wrong), case
