"""Ids as codes: which there are, and the place of each in a list."""

import numpy as np

from forecasts.scoring.arrays import Integers

# Ids come from a sequence. Of many, a table with a place for each possible one is the fastest way,
# by far; up to so many places for each value it is not large beside the values.
MOST_PLACES = 4


def distinct(ids: Integers) -> Integers:
    """The ids that occur, in rising order. None is below 0."""
    if not _is_dense(ids, ids):
        return np.unique(ids)
    occurs = np.zeros(ids.max() + 1, dtype=np.bool_)
    occurs[ids] = True
    return np.flatnonzero(occurs)


def places(ids: Integers, values: Integers) -> Integers:
    """The place in `ids`, each of them once, of each value, all of which are there."""
    if not _is_dense(ids, values):
        order = np.argsort(ids, kind="stable")
        return order[np.searchsorted(ids, values, sorter=order)]
    place = np.empty(ids.max() + 1, dtype=np.int64)
    place[ids] = np.arange(ids.size)
    return place[values]


def _is_dense(ids: Integers, values: Integers) -> bool:
    return bool(ids.max(initial=0) < MOST_PLACES * values.size)
