"""Expected calibration error and its floor."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom, poisson_binom

from forecasts.scoring.calibration_errors import yes_distribution
from tests.scoring.records import EIGHT, integers, pairs, random_record
from tests.scoring.singles import calibration_error


@pytest.mark.parametrize(
    ("case", "forecasts", "value", "floor"),
    [
        ("right and sure", [("1", 1), ("0", 0)], 0.0, 0.0),
        ("wrong and sure", [("1", 0), ("0", 1)], 1.0, 0.0),
        # E|S - .5| of one coin is .5.
        ("one coin-flip", [("0.5", 1)], 0.5, 0.5),
        # S of two coins is 0, 1, 2: E|S - 1| = .5, over two forecasts.
        ("two coin-flips", [("0.5", 1), ("0.5", 0)], 0.0, 0.25),
        ("two bins do not cancel", [("0.3", 1), ("0.7", 0)], 0.7, 0.42),
    ],
)
def test_error_and_floor_of_worked_cases(
    case: str, forecasts: list[tuple[str, int]], value: float, floor: float
) -> None:
    ppm, outcome = pairs(*forecasts)

    found = calibration_error(ppm, outcome, cluster=np.arange(ppm.size))

    assert found == pytest.approx({"value": value, "floor": floor}, abs=1e-12), case


def test_floor_is_poisson_binomial_where_each_question_stands_alone() -> None:
    record = random_record(80, seed=8, step=1_000)
    p, group = record.ppm / 1e6, record.ppm // 100_000
    misses = 0.0
    for tenth in np.unique(group):
        inside = p[group == tenth]
        yes = np.arange(inside.size + 1)
        misses += poisson_binom(inside).pmf(yes) @ np.abs(yes - inside.sum())

    found = calibration_error(record.ppm, record.outcome, cluster=record.cluster)

    assert found["floor"] == pytest.approx(misses / 80, abs=1e-12)


def test_questions_of_a_cluster_come_yes_together() -> None:
    ppm, cluster = integers(100_000, 400_000, 700_000, 250_000), integers(1, 1, 1, 2)
    # One uniform for each cluster: between two probabilities nothing changes.
    chances = np.zeros(5)
    first = ((0.1, 3), (0.3, 2), (0.3, 1), (0.3, 0))
    for (chance, yes), (other, more) in product(first, ((0.25, 1), (0.75, 0))):
        chances[yes + more] += chance * other

    found = yes_distribution(ppm, cluster)

    assert found == pytest.approx(chances, abs=1e-12)


def test_floor_of_clusters_is_what_draws_of_clusters_average() -> None:
    record = random_record(60, seed=9, cluster_size=4)
    rng = np.random.default_rng(10)
    averages = [
        calibration_error(
            record.ppm,
            (rng.random(15)[record.cluster] <= record.ppm / 1e6).astype(np.int64),
            cluster=record.cluster,
        )["value"]
        for _ in range(300)
    ]

    found = calibration_error(record.ppm, record.outcome, cluster=record.cluster)

    error = np.std(averages) / np.sqrt(300)
    assert found["floor"] == pytest.approx(np.mean(averages), abs=4 * error)


def test_duplicates_within_a_cluster_leave_error_and_floor() -> None:
    ppm, outcome = pairs(*EIGHT)
    cluster = np.arange(8)
    single = calibration_error(ppm, outcome, cluster=cluster)

    twice = calibration_error(np.tile(ppm, 2), np.tile(outcome, 2), cluster=np.tile(cluster, 2))

    assert twice == pytest.approx(single, abs=1e-12)


def test_floor_of_thousands_is_that_of_the_normal_distribution() -> None:
    """Long sums go through a transform, and lose nothing by it."""
    ppm = np.full(6_000, 340_000)

    chances = yes_distribution(ppm, np.arange(6_000))

    expected = binom.pmf(np.arange(6_001), 6_000, 0.34)
    np.testing.assert_allclose(chances, expected, atol=1e-14)
