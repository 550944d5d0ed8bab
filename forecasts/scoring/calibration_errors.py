"""The expected calibration error, and what chance alone would make of it."""

from itertools import pairwise, zip_longest

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.bins import N_BINS, bin_numbers, bins_of
from forecasts.scoring.columns import Column, statistic
from forecasts.scoring.groups import Groups
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.probabilities import PPM
from forecasts.scoring.reasons import NO_FORECASTS, Undefined
from forecasts.scoring.track_records import TrackRecords

# From here on a transform is faster than the sum, which takes n² steps.
_LONG = 1_000


@statistic
def calibration_error(pairs: Pairs) -> Column:
    """Return the expected calibration error on ten bins.

    Formula: Σ n_k/n · abs(p̄_k - ȳ_k). Range: 0..1, lower is better, meaningless without its
    floor.

    Undefined without forecasts.
    Reference: Bröcker and Smith 2007, https://doi.org/10.1175/WAF993.1
    """
    n_experts, pool = len(pairs.groups), pairs.pool
    excess = np.bincount(
        bins_of(pool), weights=pool.n * pool.ppm - PPM * pool.n_yes, minlength=N_BINS * n_experts
    )
    # Sums of whole numbers, which floats hold exactly.
    total = np.abs(excess).reshape(n_experts, N_BINS).sum(axis=1)
    return Column(total / (PPM * pairs.groups.n), ((pairs.groups.is_empty, NO_FORECASTS),))


def calibration_error_floor(records: TrackRecords) -> Column:
    """Return the calibration error that a perfectly calibrated expert expects from chance.

    Formula: (1/n) Σ_k E abs(S_k - Σ_{j∈k} p_j), S_k the number of yes in bin k if every
    probability were true and the questions of a cluster came yes together, y = 1[U <= p]:
    Poisson-binomial where each cluster has one. Range: 0..1.

    Undefined without forecasts.
    """
    parts = records.groups.split(records.ppm, records.clusters.code)
    return Column([_floor(ppm, cluster) for ppm, cluster in parts])


def _floor(ppm: Integers, cluster: Integers) -> float | Undefined:
    if not ppm.size:
        return Undefined(NO_FORECASTS)
    bins = Groups.of_sorted(bin_numbers(ppm), N_BINS)
    misses = (_expected_miss(*part) for part in bins.split(ppm, cluster) if part[0].size)
    return sum(misses) / ppm.size


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
    falling, code = (ppm / PPM)[order], cluster[order]
    ends = [0, *((code[1:] != code[:-1]).nonzero()[0] + 1).tolist(), ppm.size]
    parts = [_within_cluster(falling[begin:end]) for begin, end in pairwise(ends)]
    # In an order of their own, so that the ids of clusters do not show in the last bit.
    parts.sort(key=np.ndarray.tolist)
    # Halving the list, not lengthening one row, keeps the cost low when there are thousands.
    while len(parts) > 1:
        neighbors = zip_longest(parts[::2], parts[1::2], fillvalue=np.ones(1))
        parts = [_convolved(left, right) for left, right in neighbors]
    return parts[0]


def _convolved(left: Floats, right: Floats) -> Floats:
    if min(left.size, right.size) < _LONG:
        return np.convolve(left, right)
    size = left.size + right.size - 1
    length = next_fast_len(size, real=True)
    product = irfft(rfft(left, length) * rfft(right, length), length)[:size]
    # Rounding leaves chances of nearly nothing a little below 0.
    chances: Floats = np.maximum(product, 0.0)
    return chances


def _within_cluster(falling: Floats) -> Floats:
    chances = np.ones(falling.size + 1)
    chances[1:] = falling
    chances[:-1] -= falling
    return chances
