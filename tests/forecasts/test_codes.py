"""Ids as codes: with a place for each possible id, or without where they are sparse."""

import numpy as np
import pytest

from forecasts.selectors.codes import distinct, places

IDS = {
    "none": [],
    "dense": [3, 1, 3, 2, 7, 1],
    "from zero": [0, 0, 0],
    "sparse": [10**15, 5, 10**15, 9],
}


@pytest.mark.parametrize("name", IDS)
def test_each_id_that_occurs_comes_once_in_rising_order(name: str) -> None:
    ids = np.array(IDS[name], dtype=np.int64)

    assert distinct(ids).tolist() == sorted(set(IDS[name]))


@pytest.mark.parametrize("name", IDS)
def test_places_are_those_in_the_list_whatever_its_order(name: str) -> None:
    values = np.array(IDS[name], dtype=np.int64)
    falling = distinct(values)[::-1]

    assert falling[places(falling, values)].tolist() == IDS[name]
