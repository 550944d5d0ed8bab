"""Standard errors and intervals."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import t
from statsmodels.stats.proportion import proportion_confint

from forecasts.scoring.intervals import wilson_intervals
from tests.scoring.records import integers
from tests.scoring.singles import clustered_standard_error, logit_interval


@pytest.mark.parametrize(
    ("case", "losses", "cluster", "error"),
    [
        ("each its own cluster: s/√n", [0.0, 0.2, 0.4], [1, 2, 3], 0.2 / math.sqrt(3)),
        ("two pairs", [0.0, 0.2, 0.4, 0.6], [1, 1, 2, 2], math.sqrt(2 * 2 * 0.4**2) / 4),
        ("pairs that cancel", [0.0, 0.4, 0.0, 0.4], [1, 1, 2, 2], 0.0),
        ("clusters of unequal size", [0.0, 0.3, 0.3], [1, 2, 2], math.sqrt(2 * 2 * 0.2**2) / 3),
    ],
)
def test_standard_error_takes_a_cluster_as_one_observation(
    case: str, losses: list[float], cluster: list[int], error: float
) -> None:
    found = clustered_standard_error(np.array(losses), integers(*cluster))

    assert found == pytest.approx(error, abs=1e-12), case


def test_standard_error_matches_the_clustered_mean_of_statsmodels() -> None:
    rng = np.random.default_rng(3)
    losses, cluster = rng.random(60), rng.integers(12, size=60)
    model = sm.OLS(losses, np.ones(60))
    # statsmodels also multiplies by (n - 1)/(n - k), which is 1 for a mean.
    expected = model.fit(cov_type="cluster", cov_kwds={"groups": cluster}).bse[0]

    found = clustered_standard_error(losses, cluster)

    assert found == pytest.approx(expected, abs=1e-12)


def test_interval_of_the_mean_is_symmetric_in_log_odds() -> None:
    reach = t.ppf(0.975, 9) * 0.05 / (0.2 * 0.8)
    ends = [math.log(0.25) - reach, math.log(0.25) + reach]

    interval = logit_interval(0.2, 0.05, n_clusters=10)

    assert interval == pytest.approx([1 / (1 + math.exp(-end)) for end in ends], abs=1e-12)


def test_interval_of_a_wild_mean_stays_within_0_and_1() -> None:
    interval = logit_interval(0.001, 0.4, n_clusters=2)

    assert interval == [0.0, 1.0]


@pytest.mark.parametrize(("n_yes", "n"), [(0, 1), (1, 1), (0, 7), (3, 7), (7, 7), (50, 1000)])
def test_wilson_interval_matches_statsmodels(n_yes: int, n: int) -> None:
    expected = proportion_confint(n_yes, n, method="wilson")

    interval = wilson_intervals(integers(n_yes), integers(n))

    np.testing.assert_allclose(interval, [expected], atol=1e-12)
