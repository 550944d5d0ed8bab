"""Experts' means drawn toward the mean of all."""

import math
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.reasons import Undefined
from forecasts.scoring.shrinkages import TOO_FEW, Population, population
from tests.scoring.records import integers
from tests.scoring.strategies import thorough

Expert = tuple[float, int, float]

_thousandths = st.integers(0, 1_000).map(lambda whole: whole / 1_000)
_expert = st.tuples(_thousandths, st.integers(1, 60), _thousandths).map(
    lambda expert: (expert[0], expert[1], expert[2] * (expert[1] - 1))
)
_experts = st.lists(_expert, min_size=2, max_size=12).filter(
    lambda experts: sum(n >= 2 for _, n, _ in experts) >= 2
)


def columns(experts: list[Expert]) -> tuple[Floats, Integers, Floats]:
    mean, n_clusters, spread = zip(*experts, strict=True)
    return np.array(mean), integers(*n_clusters), np.array(spread)


def estimated(experts: list[Expert]) -> Population:
    found = population(*columns(experts))
    assert isinstance(found, Population)
    return found


def random_experts(k: int, *, seed: int, apart: float) -> list[Expert]:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 30, size=k)
    means = 0.25 + apart * rng.normal(size=k) + 0.2 * rng.normal(size=k) / np.sqrt(sizes)
    spreads = 0.04 * rng.chisquare(np.maximum(sizes - 1, 1)) * (sizes > 1)
    return list(zip(means.tolist(), sizes.tolist(), spreads.tolist(), strict=True))


def test_population_worked_by_hand() -> None:
    # s² = (1 + 3)/(1 + 3) = 1; weights 2 and 4; μ_F = 4; Q = 2·16 + 4·4 = 48;
    # τ² = (48 - 1)/(6 - 20/6) = 17.625; w* = 1/18.125 and 1/17.875.
    experts = [(0.0, 2, 1.0), (6.0, 4, 3.0)]
    mean = (6 / 17.875) / (1 / 18.125 + 1 / 17.875)

    found = estimated(experts)
    values, reliability = found.shrunk(np.array([0.0, 6.0, 3.0]), integers(2, 4, 1))

    share = [17.625 / 18.125, 17.625 / 17.875, 17.625 / 18.625]
    shrunk = [mean + b * (m - mean) for b, m in zip(share, (0.0, 6.0, 3.0), strict=True)]
    assert found.variance == pytest.approx(17.625, rel=1e-14)
    assert found.mean == pytest.approx(mean, rel=1e-14)
    assert (found.within, found.n_experts) == (1.0, 2)
    assert reliability == pytest.approx(share, rel=1e-14)
    assert values == pytest.approx(shrunk, rel=1e-14)


@pytest.mark.parametrize(("k", "seed"), [(2, 3), (3, 2), (10, 3), (200, 4), (5_000, 5)])
def test_population_matches_the_meta_analysis_of_statsmodels(k: int, seed: int) -> None:
    experts = random_experts(k, seed=seed, apart=0.2)
    mean, n_clusters, spread = columns(experts)
    within = spread.sum() / (n_clusters - 1).sum()
    expected = combine_effects(mean, within / n_clusters, method_re="dl")

    found = estimated(experts)

    assert found.variance == pytest.approx(expected.tau2, rel=1e-12)
    assert found.mean == pytest.approx(expected.mean_effect_re, rel=1e-12)
    assert found.within == pytest.approx(within, rel=1e-12)
    assert found.n_experts == k


def test_experts_no_further_apart_than_by_chance_are_all_the_same() -> None:
    experts = random_experts(50, seed=7, apart=0.0)
    mean, n_clusters, spread = columns(experts)
    within = spread.sum() / (n_clusters - 1).sum()
    expected = combine_effects(mean, within / n_clusters, method_re="dl")

    found = estimated(experts)
    values, reliability = found.shrunk(mean, n_clusters)

    # statsmodels lets the estimate fall below 0, and then weighs by it.
    assert expected.tau2 < 0
    assert found.variance == 0.0
    assert found.mean == pytest.approx(expected.mean_effect_fe, rel=1e-12)
    assert reliability.tolist() == [0.0] * 50
    assert values.tolist() == [found.mean] * 50


@pytest.mark.parametrize(
    ("case", "experts"),
    [
        ("one expert", [(0.2, 9, 0.3)]),
        ("one expert with two clusters", [(0.2, 9, 0.3), (0.4, 1, 0.0), (0.1, 1, 0.0)]),
        ("nobody with two clusters", [(0.2, 1, 0.0), (0.4, 1, 0.0)]),
    ],
)
def test_two_experts_with_two_clusters_make_a_population(case: str, experts: list[Expert]) -> None:
    found = population(*columns(experts))

    assert found == Undefined(TOO_FEW), case


def test_nobody_is_no_population() -> None:
    nothing = np.array([])

    found = population(nothing, integers(), nothing)

    assert found == Undefined(TOO_FEW)


def test_experts_without_any_spread_are_what_they_score() -> None:
    means, sizes = np.array([0.1, 0.2, 0.6]), integers(5, 5, 5)

    found = estimated([(0.1, 5, 0.0), (0.2, 5, 0.0), (0.6, 5, 0.0)])
    values, reliability = found.shrunk(means, sizes)

    # With one G for all the limit is the plain variance of the means.
    assert found.variance == pytest.approx(np.var(means, ddof=1), rel=1e-14)
    assert found.mean == pytest.approx(0.3, rel=1e-14)
    assert reliability.tolist() == [1.0] * 3
    assert values == pytest.approx(means, rel=1e-14)


def test_no_spread_is_the_limit_of_little_spread() -> None:
    experts = [(0.1, 2, 0.0), (0.2, 9, 0.0), (0.6, 40, 0.0)]
    little = [(mean, n, 1e-16 * (n - 1)) for mean, n, _ in experts]

    none, limit = estimated(experts), estimated(little)

    assert limit.variance == pytest.approx(none.variance, rel=1e-12)
    assert limit.mean == pytest.approx(none.mean, rel=1e-12)


@pytest.mark.parametrize("spread", [0.0, 1e-30])
def test_experts_of_one_score_without_spread_have_nothing_to_tell(spread: float) -> None:
    experts = [(0.1, 3, spread), (0.1, 7, spread), (0.1, 1, 0.0)]

    found = estimated(experts)
    values, reliability = found.shrunk(np.array([0.1, 0.4]), integers(3, 2))

    assert (found.variance, found.within) == (0.0, 0.0)
    assert reliability.tolist() == [0.0, 0.0]
    assert values.tolist() == [found.mean, found.mean] == pytest.approx([0.1, 0.1], rel=1e-14)


def test_equal_numbers_of_clusters_give_the_plain_mean() -> None:
    means = [0.1, 0.3, 0.35, 0.6]

    found = estimated([(mean, 8, 0.07) for mean in means])

    assert found.within == pytest.approx(0.01, rel=1e-14)
    assert found.mean == pytest.approx(0.3375, rel=1e-14)
    assert found.variance == pytest.approx(np.var(means, ddof=1) - 0.01 / 8, rel=1e-12)


def test_huge_record_keeps_the_digits_of_the_small_ones() -> None:
    # Weights 10¹⁶ and 2: the bracket is 2·G·2/(G + 2) = 4, and in floats nothing at all.
    huge = 10**16
    experts = [(0.0, huge, 0.25 * (huge - 1)), (1.0, 2, 0.25)]

    found = estimated(experts)
    values, reliability = found.shrunk(np.array([0.0, 1.0]), integers(huge, 2))

    # Q s² = 2·1², less s² = .25, over 4.
    assert found.variance == pytest.approx(1.75 / 4, rel=1e-12)
    assert reliability == pytest.approx([1.0, 0.4375 / (0.4375 + 0.125)], rel=1e-12)
    assert values[0] == pytest.approx(0.0, abs=1e-15)


@thorough
@given(_experts, st.randoms(use_true_random=False))
def test_order_of_the_experts_does_not_show_in_any_digit(
    experts: list[Expert], rng: Random
) -> None:
    shuffled = experts.copy()
    rng.shuffle(shuffled)

    assert estimated(shuffled) == estimated(experts)


@thorough
@given(_experts)
def test_shrunk_mean_lies_between_the_raw_one_and_that_of_all(experts: list[Expert]) -> None:
    mean, n_clusters, _ = columns(experts)
    found = estimated(experts)

    values, reliability = found.shrunk(mean, n_clusters)

    assert (values >= np.minimum(mean, found.mean) - 1e-15).all()
    assert (values <= np.maximum(mean, found.mean) + 1e-15).all()
    assert ((reliability >= 0) & (reliability <= 1)).all()
    assert min(mean) - 1e-15 <= found.mean <= max(mean) + 1e-15
    assert found.variance >= 0


@thorough
@given(_experts, st.integers(-3, 3))
def test_constant_added_to_every_score_is_added_to_every_result(
    experts: list[Expert], constant: int
) -> None:
    # Where the variances are all but 0, rounding of the moved scores decides how far to shrink.
    assume(sum(spread for _, _, spread in experts) > 0)
    mean, n_clusters, spread = columns(experts)
    values, reliability = estimated(experts).shrunk(mean, n_clusters)

    moved = population(mean + constant, n_clusters, spread)

    assert isinstance(moved, Population)
    there, as_reliable = moved.shrunk(mean + constant, n_clusters)
    assert moved.mean == pytest.approx(estimated(experts).mean + constant, abs=1e-9)
    assert there == pytest.approx(values + constant, abs=1e-9)
    assert as_reliable == pytest.approx(reliability, abs=1e-9)


@thorough
@given(_experts)
def test_reliability_grows_with_the_record(experts: list[Expert]) -> None:
    found = estimated(experts)

    _, reliability = found.shrunk(np.zeros(4), integers(1, 2, 10, 1_000))

    assert reliability.tolist() == sorted(reliability.tolist())


def test_shrinking_halves_the_squared_error_of_short_records_and_more() -> None:
    rng = np.random.default_rng(7)
    skill = np.clip(rng.normal(0.2, 0.05, size=2_000), 0.05, 0.4)
    sizes = rng.integers(5, 16, size=skill.size)
    losses = [rng.beta(2 * m, 2 * (1 - m), size=n) for m, n in zip(skill, sizes, strict=True)]
    mean = np.array([one.mean() for one in losses])
    spread = np.array([one.var() * one.size for one in losses])
    found = population(mean, sizes, spread)

    assert isinstance(found, Population)
    values, _ = found.shrunk(mean, sizes)

    raw, shrunk = ((mean - skill) ** 2).mean(), ((values - skill) ** 2).mean()
    assert math.sqrt(found.variance) == pytest.approx(0.05, abs=0.01)
    assert raw > 2 * shrunk
