"""What was said beside what came, in ten bins of equal width."""

from typing import Any

import numpy as np

from forecasts.scoring.arrays import Integers
from forecasts.scoring.frequencies import counted, wilson_within
from forecasts.scoring.probabilities import PPM

N_BINS = 10


def bin_numbers(ppm: Integers) -> Integers:
    """Return the tenth that each probability falls in, 0..9; a bound belongs above, 1 to the last.

    Whole numbers, because 0.3, 0.6 and 0.7 as floats land in the wrong tenth.
    """
    return np.minimum(ppm // (PPM // N_BINS), N_BINS - 1)


def calibration_bins(
    ppm: Integers, outcome: Integers, *, cluster: Integers
) -> list[dict[str, Any]]:
    """Return ten bins of equal width, the empty ones too.

    Formula: bin k holds k/10 <= p < (k + 1)/10, the last 1 as well; observed_frequency =
    n_yes/n over every forecast; wilson95 over one forecast per cluster within the bin, its first
    row. ppm: (n,) parts per million; outcome: (n,) 0 or 1; cluster: (n,) ids.
    Range: shares 0..1; calibrated where observed_frequency is near mean_probability.

    An empty bin has n = 0 and null shares.
    Reference: Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953
    """
    group = bin_numbers(ppm)
    n, n_yes = counted(group, outcome, n_groups=N_BINS)
    wilson = wilson_within(group, outcome, cluster=cluster)
    total = np.bincount(group, weights=ppm, minlength=N_BINS)
    return [
        {
            "lower": k / N_BINS,
            "upper": (k + 1) / N_BINS,
            "n": int(n[k]),
            "n_yes": int(n_yes[k]),
            "mean_probability": total[k] / PPM / n[k] if n[k] else None,
            "observed_frequency": n_yes[k] / n[k] if n[k] else None,
            "wilson95": wilson.get(k),
        }
        for k in range(N_BINS)
    ]
