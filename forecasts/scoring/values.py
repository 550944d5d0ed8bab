"""What was said beside what came, at the exact probabilities an expert used."""

from typing import Any

import numpy as np

from forecasts.scoring.arrays import Integers
from forecasts.scoring.frequencies import counted, wilson_within
from forecasts.scoring.probabilities import PPM
from forecasts.scoring.reasons import NO_FORECASTS, Undefined

MOST_VALUES = 25
# Outside these an expert speaks of near certainty, in ppm.
NEAR_CERTAIN = (50_000, 950_000)


def value_table(
    ppm: Integers, outcome: Integers, *, cluster: Integers
) -> list[dict[str, Any]] | Undefined:
    """Return one row for every distinct probability, in rising order.

    Formula: n forecasts of that probability, n_yes of them came; wilson95 over one forecast per
    cluster, its first row. ppm: (n,) parts per million; outcome: (n,) 0 or 1; cluster: (n,) ids.
    Range: 0 to 25 rows; calibrated where wilson95 holds the probability.

    Undefined with more than 25 distinct probabilities.
    Reference: Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953
    """
    distinct, group = np.unique(ppm, return_inverse=True)
    if distinct.size > MOST_VALUES:
        return Undefined(f"more than {MOST_VALUES} distinct probabilities")
    n, n_yes = counted(group, outcome, n_groups=distinct.size)
    wilson = wilson_within(group, outcome, cluster=cluster)
    rows = zip((distinct / PPM).tolist(), n.tolist(), n_yes.tolist(), strict=True)
    return [
        {"probability": probability, "n": of, "n_yes": yes, "wilson95": wilson[k]}
        for k, (probability, of, yes) in enumerate(rows)
    ]


def extreme_share(ppm: Integers) -> float | Undefined:
    """Return the share of forecasts outside [.05, .95].

    ppm: (n,) parts per million. Range: 0..1; above .6 intervals promise too much until n is
    about 100.

    Undefined without forecasts.
    """
    if not ppm.size:
        return Undefined(NO_FORECASTS)
    return float(np.mean((ppm < NEAR_CERTAIN[0]) | (ppm > NEAR_CERTAIN[1])))
