"""What was said beside what came, in ten bins of equal width."""

import numpy as np

from forecasts.scoring.arrays import Integers
from forecasts.scoring.columns import Table, statistic
from forecasts.scoring.frequencies import wilson_within
from forecasts.scoring.groups import Groups
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.pools import Pool
from forecasts.scoring.probabilities import PPM
from forecasts.scoring.track_records import TrackRecords

N_BINS = 10


def bin_numbers(ppm: Integers) -> Integers:
    """Return the tenth that each probability falls in, 0..9; a bound belongs above, 1 to the last.

    Whole numbers, because 0.3, 0.6 and 0.7 as floats land in the wrong tenth.
    """
    return np.minimum(ppm // (PPM // N_BINS), N_BINS - 1)


def bins_of(said: Pairs | Pool) -> Integers:
    """Return the number of each row's bin, ten for every expert: (rows,)."""
    return said.groups.code * N_BINS + bin_numbers(said.ppm)


@statistic
def counted_bins(pairs: Pairs) -> Table:
    """Return ten bins of equal width, the empty ones too, without their intervals.

    Formula: bin k holds k/10 <= p < (k + 1)/10, the last 1 as well; observed_frequency =
    n_yes/n. Range: shares 0..1; calibrated where observed_frequency is near mean_probability.

    An empty bin has n = 0 and null shares.
    """
    pool, total = pairs.pool, N_BINS * len(pairs.groups)
    number = bins_of(pool)
    # Whole numbers, which floats hold exactly.
    n, n_yes, said = (
        np.bincount(number, weights=weights, minlength=total).astype(np.int64)
        for weights in (pool.n, pool.n_yes, pool.n * pool.ppm)
    )
    lower = np.tile(np.arange(N_BINS), len(pairs.groups))
    columns = {
        "lower": lower / N_BINS,
        "upper": (lower + 1) / N_BINS,
        "n": n,
        "n_yes": n_yes,
        "mean_probability": said / PPM / n,
        "observed_frequency": n_yes / n,
    }
    return Table(columns, Groups(np.arange(0, total + 1, N_BINS)))


def calibration_bins(records: TrackRecords) -> Table:
    """Return the bins of counted_bins with the interval of each share.

    Formula: wilson95 over one forecast per cluster within the bin, the one that speaks for it.

    Reference: Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953
    """
    bins, pairs = counted_bins(records.pairs), records.pairs
    wilson95 = wilson_within(
        bins_of(pairs),
        pairs.outcome,
        clusters=records.clusters,
        n_classes=N_BINS * len(records),
    )
    return Table({**bins.columns, "wilson95": wilson95}, bins.groups)
