"""What was said beside what came, at the exact probabilities an expert used."""

import numpy as np

from forecasts.scoring.columns import Column, Table, statistic
from forecasts.scoring.frequencies import wilson_within
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.reasons import NO_FORECASTS
from forecasts.scoring.track_records import TrackRecords

MOST_VALUES = 25
# Outside these an expert speaks of near certainty, in ppm.
NEAR_CERTAIN = (50_000, 950_000)


def value_table(records: TrackRecords) -> Table:
    """Return one row for every distinct probability, in rising order.

    Formula: n forecasts of that probability, n_yes of them came; wilson95 over one forecast per
    cluster, the one that speaks for it. Range: 0 to 25 rows; calibrated where wilson95 holds the
    probability.

    Undefined with more than 25 distinct probabilities.
    Reference: Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953
    """
    pool = records.pairs.pool
    number = np.repeat(np.arange(pool.ppm.size), pool.n)
    columns = {
        "probability": pool.probability,
        "n": pool.n,
        "n_yes": pool.n_yes,
        "wilson95": wilson_within(
            number, records.outcome, clusters=records.clusters, n_classes=pool.ppm.size
        ),
    }
    reason = f"more than {MOST_VALUES} distinct probabilities"
    return Table(columns, pool.groups, ((pool.groups.n > MOST_VALUES, reason),))


@statistic
def extreme_share(pairs: Pairs) -> Column:
    """Return the share of forecasts outside [.05, .95].

    Range: 0..1; above .6 intervals promise too much until n is about 100.

    Undefined without forecasts.
    """
    pool = pairs.pool
    is_extreme = (pool.ppm < NEAR_CERTAIN[0]) | (pool.ppm > NEAR_CERTAIN[1])
    share = pool.groups.sum(np.where(is_extreme, pool.n, 0)) / pairs.groups.n
    return Column(share, ((pairs.groups.is_empty, NO_FORECASTS),))
