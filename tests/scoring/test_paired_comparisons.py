"""Two experts on the questions that both answered."""

import math
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t, ttest_rel

from forecasts.scoring.arrays import Floats
from forecasts.scoring.paired_comparisons import NO_SPREAD, NONE_SHARED, paired_difference
from forecasts.scoring.reasons import FEW_CLUSTERS, Undefined
from tests.scoring.records import integers
from tests.scoring.strategies import thorough

_losses = st.integers(0, 1_000).map(lambda thousandths: (thousandths / 1_000) ** 2)
_shared = st.lists(st.tuples(_losses, _losses, st.integers(0, 6)), min_size=1, max_size=20)


def compared(one: list[float], other: list[float], cluster: list[int]) -> dict[str, Any]:
    return paired_difference(np.array(one), np.array(other), integers(*cluster))


def test_difference_takes_a_cluster_as_one_observation() -> None:
    # d is -.1, -.3, .2, 0, mean -.05; the pairs are off by -.3 together and .3 together.
    error = math.sqrt(2 * (0.3**2 + 0.3**2)) / 4
    reach = float(t.ppf(0.975, 1)) * error

    found = compared([0.1, 0.0, 0.5, 0.4], [0.2, 0.3, 0.3, 0.4], [7, 7, 3, 3])

    expected = {
        "n": 4,
        "n_clusters": 2,
        "difference": -0.05,
        "se": error,
        "ci95": [-0.05 - reach, -0.05 + reach],
        "p_value": 2 * float(t.sf(0.05 / error, 1)),
    }
    ends = expected.pop("ci95")
    assert found.pop("ci95") == pytest.approx(ends, abs=1e-12)
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n", [2, 3, 40, 3_000])
def test_separate_questions_are_compared_as_by_the_paired_t_test_of_scipy(n: int) -> None:
    rng = np.random.default_rng(51)
    one, other = rng.random((2, n))
    expected = ttest_rel(one, other)

    found = paired_difference(one, other, rng.permutation(n))

    interval = expected.confidence_interval(0.95)
    assert found["p_value"] == pytest.approx(expected.pvalue, rel=1e-9)
    assert found["difference"] / found["se"] == pytest.approx(expected.statistic, rel=1e-9)
    assert found["ci95"] == pytest.approx([interval.low, interval.high], abs=1e-12)


def test_clustered_questions_are_compared_as_by_the_clustered_mean_of_statsmodels() -> None:
    rng = np.random.default_rng(52)
    one, other = rng.random((2, 80))
    cluster = rng.integers(15, size=80)
    # It also multiplies by (n - 1)/(n - k), which is 1 for a mean.
    model = sm.OLS(one - other, np.ones(80)).fit(
        cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True
    )

    found = paired_difference(one, other, cluster)

    assert found["n_clusters"] == np.unique(cluster).size
    assert found["difference"] == pytest.approx(model.params[0], abs=1e-12)
    assert found["se"] == pytest.approx(model.bse[0], rel=1e-10)
    assert found["p_value"] == pytest.approx(model.pvalues[0], rel=1e-9)
    assert found["ci95"] == pytest.approx(model.conf_int()[0], abs=1e-12)


def test_strangers_are_not_compared() -> None:
    found = compared([], [], [])

    reason = Undefined(NONE_SHARED)
    nothing = {"difference": reason, "se": reason, "ci95": reason, "p_value": reason}
    assert found == {"n": 0, "n_clusters": 0} | nothing


@pytest.mark.parametrize(
    ("case", "one", "other", "cluster"),
    [("one question", [0.5], [0.25], [4]), ("one cluster", [0.5, 0.75], [0.25, 0.5], [4, 4])],
)
def test_one_cluster_has_a_difference_and_no_test(
    case: str, one: list[float], other: list[float], cluster: list[int]
) -> None:
    found = compared(one, other, cluster)

    reason = Undefined(FEW_CLUSTERS)
    untested = {"se": reason, "ci95": reason, "p_value": reason}
    counts = {"n": len(one), "n_clusters": 1}
    assert found == counts | {"difference": 0.25} | untested, case


@pytest.mark.parametrize(
    ("case", "one", "other", "cluster"),
    [
        ("twins", [0.04, 0.09, 0.49], [0.04, 0.09, 0.49], [1, 2, 3]),
        ("always as much worse, but for rounding", [0.1, 0.3, 0.7], [0.0, 0.2, 0.6], [1, 2, 3]),
        ("clusters that cancel", [0.5, 0.25, 0.5, 0.25], [0.25, 0.5, 0.25, 0.5], [1, 1, 2, 2]),
    ],
)
def test_no_test_where_every_cluster_differs_by_the_same(
    case: str, one: list[float], other: list[float], cluster: list[int]
) -> None:
    found = compared(one, other, cluster)

    assert found["difference"] == pytest.approx(np.mean(np.subtract(one, other)), abs=1e-15), case
    assert found["se"] == pytest.approx(0.0, abs=1e-15), case
    assert found["ci95"] == found["p_value"] == Undefined(NO_SPREAD), case


def split(rows: list[tuple[float, float, int]]) -> tuple[Floats, Floats, Any]:
    one, other, cluster = zip(*rows, strict=True)
    return np.array(one), np.array(other), integers(*cluster)


@thorough
@given(_shared)
def test_changing_sides_changes_the_sign_and_nothing_else(
    rows: list[tuple[float, float, int]],
) -> None:
    one, other, cluster = split(rows)
    found = paired_difference(one, other, cluster)

    mirrored = paired_difference(other, one, cluster)

    ends = found["ci95"]
    expected = ends if isinstance(ends, Undefined) else [-ends[1], -ends[0]]
    assert mirrored == found | {"difference": -found["difference"], "ci95": expected}


@thorough
@given(_shared)
def test_doubling_every_row_within_its_cluster_changes_no_comparison(
    rows: list[tuple[float, float, int]],
) -> None:
    one, other, cluster = split(rows)
    once = paired_difference(one, other, cluster)

    twice = paired_difference(np.tile(one, 2), np.tile(other, 2), np.tile(cluster, 2))

    assert (twice["n"], twice["n_clusters"]) == (2 * once["n"], once["n_clusters"])
    assert twice["difference"] == pytest.approx(once["difference"], abs=1e-12)
    if once["n_clusters"] >= 2:
        assert twice["se"] == pytest.approx(once["se"], abs=1e-12)


@thorough
@given(_shared)
def test_interval_leaves_out_0_exactly_when_the_test_rejects(
    rows: list[tuple[float, float, int]],
) -> None:
    found = paired_difference(*split(rows))

    if not isinstance(found["ci95"], Undefined):
        low, high = found["ci95"]
        assert low < found["difference"] < high
        assert 0.0 <= found["p_value"] <= 1.0
        # Where they touch, rounding decides.
        if abs(found["p_value"] - 0.05) > 1e-9:
            assert (low > 0 or high < 0) == (found["p_value"] < 0.05)
