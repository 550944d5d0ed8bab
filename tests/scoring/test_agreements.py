"""Krippendorff's alpha, by hand, against the library, and drawn."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists

from forecasts.scoring.agreements import (
    FEW_FOR_INTERVAL,
    FEW_UNITS,
    ONE_ANSWER,
    Agreement,
    _drawn_alphas,
    interval_agreement,
    nominal_agreement,
)

YES, NO, MIXED = [2, 0, 0, 0], [0, 2, 0, 0], [1, 1, 0, 0]


def agreement(*counts: list[int], cluster: list[int] | None = None) -> Agreement:
    rows = np.array(counts, dtype=np.int64).reshape(-1, 4)
    return nominal_agreement(rows, cluster=np.array(cluster or range(len(rows))))


@pytest.mark.parametrize(
    ("counts", "alpha"),
    [
        # Two yes, two no: all pairs of one thing agree.
        ([YES, NO], 1.0),
        # One of four differs: D_o = 2/8; of 8 answers 5 are yes: D_e = 2·5·3/(8·7) = 30/56.
        ([YES, YES, NO, MIXED], 1 - (2 / 8) / (30 / 56)),
        # Nobody ever agrees: D_o = 1, D_e = 2·2·2/(4·3).
        ([MIXED, MIXED], 1 - 1 / (8 / 12)),
        # A lone answer is no pair and changes nothing.
        ([YES, NO, [1, 0, 0, 0], [0, 0, 1, 0]], 1.0),
        # Three answers to one thing, weighed by (n - 1).
        ([[2, 1, 0, 0], NO], 1 - ((4 / 2) / 5) / (12 / 20)),
    ],
)
def test_alpha_by_hand(counts: list[list[int]], alpha: float) -> None:
    assert agreement(*counts).alpha == pytest.approx(alpha)


@pytest.mark.parametrize(
    ("counts", "reason", "n_units"),
    [
        ([], FEW_UNITS, 0),
        ([YES], FEW_UNITS, 1),
        ([YES, [0, 1, 0, 0]], FEW_UNITS, 1),
        ([YES, YES, YES], ONE_ANSWER, 3),
    ],
)
def test_what_cannot_be_told_has_its_reason(
    counts: list[list[int]], reason: str, n_units: int
) -> None:
    assert agreement(*counts) == Agreement(None, None, n_units, {"alpha": reason, "ci95": reason})


def test_interval_needs_five_questions() -> None:
    found = agreement(YES, NO, MIXED, YES, NO, NO, cluster=[1, 1, 2, 3, 4, 4])

    assert found.alpha is not None
    assert (found.ci95, found.undefined) == (None, {"ci95": FEW_FOR_INTERVAL})


def test_interval_holds_alpha_and_is_the_same_each_time() -> None:
    counts = [YES] * 20 + [NO] * 10 + [MIXED] * 4

    one, other = agreement(*counts), agreement(*counts)

    assert one == other
    assert one.ci95 is not None
    assert one.alpha is not None
    assert -1 < one.ci95[0] < one.alpha < one.ci95[1] <= 1


def test_draws_follow_the_librarys_formula() -> None:
    rng = np.random.default_rng(5)
    counts = rng.multinomial(2, [0.5, 0.3, 0.1, 0.1], size=60)
    naive = [
        krippendorff.alpha(
            value_counts=counts[rng.integers(60, size=60)], level_of_measurement="nominal"
        )
        for _ in range(400)
    ]

    drawn = _drawn_alphas(counts, np.arange(60))

    assert drawn.mean() == pytest.approx(np.mean(naive), abs=0.02)
    assert drawn.std() == pytest.approx(np.std(naive), rel=0.15)


def test_interval_is_wider_where_rounds_belong_to_few_questions() -> None:
    counts = [YES] * 20 + [NO] * 10 + [MIXED] * 10
    whole = agreement(*counts)
    tied = agreement(*counts, cluster=[n // 5 for n in range(40)])

    assert whole.ci95 is not None
    assert tied.ci95 is not None
    assert tied.alpha == whole.alpha
    assert tied.ci95[1] - tied.ci95[0] > whole.ci95[1] - whole.ci95[0]


@given(
    readings=lists(
        lists(integers(0, 100).map(lambda percent: percent / 100), min_size=1, max_size=4),
        min_size=2,
        max_size=12,
    )
)
def test_interval_alpha_is_that_of_the_library(readings: list[list[float]]) -> None:
    values = np.array([value for unit in readings for value in unit])
    unit = np.repeat(np.arange(len(readings)), [len(one) for one in readings])
    table = np.full((4, len(readings)), np.nan)
    for place, one in enumerate(readings):
        table[: len(one), place] = one

    found = interval_agreement(values, unit=unit, cluster=unit)

    paired = [one for one in readings if len(one) > 1]
    assert found.n_units == len(paired)
    if len(paired) > 1 and len({value for one in paired for value in one}) > 1:
        theirs = krippendorff.alpha(reliability_data=table, level_of_measurement="interval")
        assert found.alpha == pytest.approx(theirs, abs=1e-9)
    else:
        assert found.alpha is None


def test_interval_of_numbers_narrows_with_more_of_them() -> None:
    rng = np.random.default_rng(1)
    widths = []
    for n in (8, 200):
        truth = rng.uniform(size=n)
        values = np.concatenate([truth + rng.normal(0, 0.1, n) for _ in range(2)])
        unit = np.tile(np.arange(n), 2)
        found = interval_agreement(values, unit=unit, cluster=unit)
        assert found.alpha is not None
        assert found.ci95 is not None
        low, high = found.ci95
        assert low < found.alpha < high
        widths.append(high - low)

    assert widths[1] < widths[0]


def test_interval_needs_five_clusters() -> None:
    values, unit = np.arange(12) / 12, np.repeat(np.arange(6), 2)

    alone = interval_agreement(values, unit=unit, cluster=unit)
    together = interval_agreement(values, unit=unit, cluster=unit // 2)

    assert alone.ci95 is not None
    assert (together.ci95, together.undefined) == (None, {"ci95": FEW_FOR_INTERVAL})
    assert together.alpha == alone.alpha
