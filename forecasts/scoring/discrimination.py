"""Discrimination: whether what came was given more than what did not."""

from forecasts.scoring.columns import Column, statistic
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.reasons import NO_FORECASTS, ONE_CLASS


@statistic
def area_under_curve(pairs: Pairs) -> Column:
    """Return the chance that a yes was given a higher probability than a no, ties half.

    Formula: Σ_k yes_k (no_<k + no_k/2) / (n_yes n_no) over the distinct probabilities.
    Range: 0..1, higher is better, .5 is luck.

    Undefined when every outcome is the same.
    Reference: Hanley and McNeil 1982, https://doi.org/10.1148/radiology.143.1.7063747
    """
    pool = pairs.pool
    n_no = pool.n - pool.n_yes
    # Doubled, every count stays whole.
    twice_below = 2 * pool.groups.before(n_no) + n_no
    contests = 2 * pairs.n_yes * (pairs.groups.n - pairs.n_yes)
    chance = pool.groups.sum(pool.n_yes * twice_below) / contests
    unless = ((pairs.groups.is_empty, NO_FORECASTS), (pairs.is_one_class, ONE_CLASS))
    return Column(chance, unless)
