"""Discrimination: whether what came was given more than what did not."""

import numpy as np

from forecasts.scoring.arrays import Integers
from forecasts.scoring.pools import pooled
from forecasts.scoring.reasons import NO_FORECASTS, ONE_CLASS, Undefined


def area_under_curve(ppm: Integers, outcome: Integers) -> float | Undefined:
    """Return the chance that a yes was given a higher probability than a no, ties half.

    Formula: Σ_k yes_k (no_<k + no_k/2) / (n_yes n_no) over the distinct probabilities.
    ppm: (n,) parts per million; outcome: (n,) 0 or 1. Range: 0..1, higher is better, .5 is luck.

    Undefined when every outcome is the same.
    Reference: Hanley and McNeil 1982, https://doi.org/10.1148/radiology.143.1.7063747
    """
    if not ppm.size:
        return Undefined(NO_FORECASTS)
    pool = pooled(ppm, outcome)
    n_no = pool.n - pool.n_yes
    contests = int(n_no.sum()) * int(pool.n_yes.sum())
    if not contests:
        return Undefined(ONE_CLASS)
    # Doubled, every count stays whole.
    twice_below = 2 * np.cumsum(n_no) - n_no
    return int(pool.n_yes @ twice_below) / (2 * contests)
