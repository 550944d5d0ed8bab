"""The expected calibration error, and what chance alone would make of it."""

from itertools import zip_longest
from typing import Any

import numpy as np

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.bins import N_BINS, bin_numbers
from forecasts.scoring.probabilities import PPM
from forecasts.scoring.reasons import NO_FORECASTS, undefined


def calibration_error(ppm: Integers, outcome: Integers, *, cluster: Integers) -> dict[str, Any]:
    """Return the expected calibration error on ten bins, and its floor.

    Formula: value = Σ n_k/n · abs(p̄_k - ȳ_k); floor = (1/n) Σ_k E abs(S_k - Σ_{j∈k} p_j), S_k
    the number of yes in bin k if every probability were true and the questions of a cluster came
    yes together, y = 1[U <= p]: Poisson-binomial where each cluster has one. ppm: (n,) parts per
    million; outcome: (n,) 0 or 1; cluster: (n,) ids. Range: 0..1, lower is better, meaningless
    without its floor.

    Undefined without forecasts.
    Reference: Bröcker and Smith 2007, https://doi.org/10.1175/WAF993.1
    """
    n = ppm.size
    if not n:
        return undefined(("value", "floor"), NO_FORECASTS)
    group = bin_numbers(ppm)
    excess = np.zeros(N_BINS, dtype=np.int64)
    np.add.at(excess, group, ppm - PPM * outcome)
    misses = [_expected_miss(ppm[group == k], cluster[group == k]) for k in np.unique(group)]
    return {"value": int(np.abs(excess).sum()) / (PPM * n), "floor": sum(misses) / n}


def _expected_miss(ppm: Integers, cluster: Integers) -> float:
    chances = yes_distribution(ppm, cluster)
    return float(chances @ np.abs(np.arange(chances.size) - ppm.sum() / PPM))


def yes_distribution(ppm: Integers, cluster: Integers) -> Floats:
    """Return the chances of 0, 1, … n yes if every probability were true.

    Formula: the convolution over clusters of P(at least j of a cluster) = its j-th highest p.
    ppm: (n,) parts per million, n at least 1; cluster: (n,) ids. Shape: (n + 1,). Range: 0..1.

    Reference: Hong 2013, https://doi.org/10.1016/j.csda.2012.10.006
    """
    order = np.lexsort((-ppm, cluster))
    starts = np.flatnonzero(np.diff(cluster[order])) + 1
    parts = [_within_cluster(part / PPM) for part in np.split(ppm[order], starts)]
    # Halving the list, not lengthening one row, keeps the cost low when there are thousands.
    while len(parts) > 1:
        neighbors = zip_longest(parts[::2], parts[1::2], fillvalue=np.ones(1))
        parts = [np.convolve(left, right) for left, right in neighbors]
    return parts[0]


def _within_cluster(falling: Floats) -> Floats:
    chances: Floats = np.append(1.0, falling) - np.append(falling, 0.0)
    return chances
