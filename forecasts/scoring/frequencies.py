"""How often yes came in each group of forecasts, and how sure that share is."""

import numpy as np

from forecasts.scoring.arrays import Integers
from forecasts.scoring.clusters import one_per_cluster_within
from forecasts.scoring.intervals import wilson_intervals


def counted(group: Integers, outcome: Integers, *, n_groups: int) -> tuple[Integers, Integers]:
    """Return how many forecasts each group holds, and how many of them came true.

    group: (n,) numbers 0..n_groups - 1; outcome: (n,) 0 or 1. Shape: two of (n_groups,).
    """
    n = np.bincount(group, minlength=n_groups)
    return n, np.bincount(group[outcome == 1], minlength=n_groups)


def wilson_within(
    group: Integers, outcome: Integers, *, cluster: Integers
) -> dict[int, list[float]]:
    """Return the 95 % Wilson interval of every group in use, one forecast per cluster within it.

    Formula: see wilson_intervals. group: (n,) numbers; outcome: (n,) 0 or 1; cluster: (n,) ids,
    the first row of each speaks for it. Range: [lo, hi] within 0..1.
    """
    rows = one_per_cluster_within(group, cluster)
    group, outcome = group[rows], outcome[rows]
    used, code = np.unique(group, return_inverse=True)
    n, n_yes = counted(code, outcome, n_groups=used.size)
    return dict(zip(used.tolist(), wilson_intervals(n_yes, n).tolist(), strict=True))
