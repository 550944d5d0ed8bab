"""Places that are shared by those who cannot be told apart."""

import math
import tracemalloc
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring.arrays import Floats
from forecasts.scoring.places import places
from tests.scoring.strategies import thorough

NAN = math.nan
_experts = st.lists(
    st.tuples(
        st.integers(-40, 40).map(lambda eighths: eighths / 8),
        st.sampled_from((0.0, 0.1, 0.5, 1.0, math.inf, NAN)),
    ),
    max_size=25,
)


def columns(experts: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    table = np.array(experts, dtype=np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def places_by_hand(experts: list[tuple[float, float]]) -> list[int]:
    """Return the places pair by pair."""

    def is_better(other: tuple[float, float], own: tuple[float, float]) -> bool:
        if math.isnan(other[1]) or math.isnan(own[1]):
            return False
        return own[0] - other[0] > 1.6448536269514722 * math.sqrt(own[1] ** 2 + other[1] ** 2)

    return [1 + sum(is_better(other, own) for other in experts) for own in experts]


@pytest.mark.parametrize(
    ("case", "experts", "expected"),
    [
        ("nobody", [], []),
        ("one", [(0.3, 0.1)], [1]),
        ("exact scores rank as numbers", [(0.3, 0.0), (0.1, 0.0), (0.2, 0.0)], [3, 1, 2]),
        ("ties share a place and leave the next free", [(0.1, 0.0), (0.1, 0), (0.2, 0)], [1, 1, 3]),
        # z √(3² + 4²) = 8.22.
        ("just too close", [(0.0, 3.0), (8.22, 4.0)], [1, 1]),
        ("just apart", [(0.0, 3.0), (8.23, 4.0)], [1, 2]),
        # Neighbors are alike, the ends are not.
        ("a chain", [(0.0, 1.0), (2.0, 1.0), (4.0, 1.0)], [1, 1, 2]),
        ("unknown error is told from nobody", [(9.0, NAN), (0.0, 0.0), (1.0, 0.0)], [1, 1, 2]),
        ("below zero", [(-0.2, 0.01), (0.1, 0.01)], [1, 2]),
    ],
)
def test_place_counts_the_significantly_better(
    case: str, experts: list[tuple[float, float]], expected: list[int]
) -> None:
    found = places(*columns(experts))

    assert found.tolist() == expected, case


@thorough
@given(_experts)
def test_places_match_the_comparison_pair_by_pair(experts: list[tuple[float, float]]) -> None:
    found = places(*columns(experts))

    assert found.tolist() == places_by_hand(experts)


@thorough
@given(_experts, st.randoms(use_true_random=False))
def test_order_of_the_experts_moves_nobody(experts: list[tuple[float, float]], rng: Random) -> None:
    order = list(range(len(experts)))
    rng.shuffle(order)

    found = places(*columns([experts[i] for i in order]))

    assert found.tolist() == places(*columns(experts))[order].tolist()


@pytest.mark.parametrize("pairs_at_once", [1, 50, 99, 100_000])
def test_blocks_leave_no_trace(pairs_at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(41)
    experts = list(zip(rng.normal(size=50), rng.random(50), strict=True))
    monkeypatch.setattr("forecasts.scoring.places._MOST_PAIRS", pairs_at_once)

    found = places(*columns(experts))

    assert found.tolist() == places_by_hand(experts)


def test_memory_does_not_grow_with_the_pairs() -> None:
    rng = np.random.default_rng(42)
    value, error = rng.normal(size=5_000), rng.random(5_000)
    tracemalloc.start()

    places(value, error)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # All pairs at once would hold 200 MB in one array.
    assert peak < 4_000_000
