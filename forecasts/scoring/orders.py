"""Orders of many rows, most of which the first keys tell apart."""

from collections.abc import Sequence

import numpy as np

from forecasts.scoring.arrays import Booleans, Integers


def ordered(keys: Sequence[Integers], *, ties: Sequence[Integers]) -> Integers:
    """Return the order by keys, then by ties, as np.lexsort((*ties, *keys)) does.

    The last key decides first. Only rows that share all keys are sorted by ties.
    """
    order = np.lexsort(keys)
    shares = _shares_with_next([key[order] for key in keys])
    tied = np.zeros(order.size, dtype=np.bool_)
    tied[:-1] |= shares
    tied[1:] |= shares
    rows = order[tied]
    order[tied] = rows[np.lexsort([key[rows] for key in (*ties, *keys)])]
    return order


def _shares_with_next(keys: Sequence[Integers]) -> Booleans:
    shares = np.ones(max(keys[0].size - 1, 0), dtype=np.bool_)
    for key in keys:
        shares &= key[1:] == key[:-1]
    return shares
