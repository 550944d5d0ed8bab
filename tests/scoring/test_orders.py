"""Sorting ties alone gives the order of sorting everything."""

import numpy as np
import pytest

from forecasts.scoring.orders import ordered

RNG = np.random.default_rng(7)


@pytest.mark.parametrize("n", [0, 1, 2, 40, 400])
@pytest.mark.parametrize("n_values", [1, 4, 1_000])
def test_order_is_that_of_sorting_by_all_keys(n: int, n_values: int) -> None:
    first, second, third, fourth = RNG.integers(0, n_values, (4, n))

    found = ordered((second, first), ties=(fourth, third))

    assert found.tolist() == np.lexsort((fourth, third, second, first)).tolist()


def test_rows_that_share_everything_stay_in_order() -> None:
    same = np.zeros(5, dtype=np.int64)

    assert ordered((same,), ties=(same,)).tolist() == [0, 1, 2, 3, 4]
