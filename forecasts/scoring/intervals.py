"""Standard errors and intervals, which treat a cluster of questions as one observation."""

import numpy as np

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.clusters import Clusters
from forecasts.scoring.columns import Column, statistic
from forecasts.scoring.distributions import expit, normal_quantile, student_quantiles
from forecasts.scoring.groups import Groups
from forecasts.scoring.reasons import FEW_CLUSTERS

# Below this a standard error is rounding, and its interval would pretend to certainty.
NEGLIGIBLE = 1e-12
NO_SPREAD = "every cluster scored the same"


@statistic
def clustered_standard_error(losses: Floats, groups: Groups, clusters: Clusters) -> Column:
    """Return the standard errors of the experts' mean losses, clustered.

    Formula: SE² = G/(G - 1) · Σ_g (Σ_{j∈g} (b_j - mean))² / n². losses: (rows,), any unit.
    Range: 0 and up, in the unit of the losses.

    Undefined with fewer than 2 clusters.
    Reference: Liang and Zeger 1986, https://doi.org/10.1093/biomet/73.1.13
    """
    deviations = losses - np.repeat(groups.mean(losses), groups.n)
    sums = np.bincount(clusters.code, weights=deviations, minlength=clusters.first.size)
    squares = _sorted_within(np.square(sums, dtype=np.float64), clusters.groups)
    total = clusters.groups.n
    variance = total / (total - 1) * clusters.groups.sum(squares) / groups.n.astype(float) ** 2
    error = np.sqrt(variance)
    return Column(np.where(error < NEGLIGIBLE, 0.0, error), ((total <= 1, FEW_CLUSTERS),))


def _sorted_within(values: Floats, groups: Groups) -> Floats:
    """Sort, so that the ids of clusters do not show in the last bit of a sum."""
    return values[np.lexsort((values, groups.code))]


@statistic
def logit_interval(mean: Floats, error: Column, *, n_clusters: Integers) -> Column:
    """Return the 95 % intervals of means within 0..1, built on the log-odds scale.

    Formula: expit(logit m ± t(.975, G - 1) · SE / (m(1 - m))). Shape: (experts, 2).
    Range: [lo, hi] within 0..1.

    Undefined where the error is, and where it is nil, as it is whenever the mean is 0 or 1.
    Reference: Agresti 2013, Categorical Data Analysis, section 3.1 (delta method).
    """
    reach = student_quantiles(0.975, df=n_clusters - 1) * error.values / (mean * (1.0 - mean))
    center = np.log(mean / (1.0 - mean))
    ends = expit(np.column_stack([center - reach, center + reach]))
    return Column(ends, (*error.unless, (error.values < NEGLIGIBLE, NO_SPREAD)))


@statistic
def wilson_intervals(n_yes: Integers, n: Integers) -> Floats:
    """Return the 95 % Wilson intervals of shares, NaN where n is 0.

    Formula: (k + z²/2 ± z √(k(n - k)/n + z²/4)) / (n + z²), z = 1.96.
    n_yes, n: (m,) counts. Shape: (m, 2). Range: within 0..1.

    Reference: Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953
    """
    z = normal_quantile(0.975)
    reach = z * np.sqrt(n_yes * (n - n_yes) / n + z * z / 4)
    center = n_yes + z * z / 2
    ends = np.stack([center - reach, center + reach], axis=-1) / (n + z * z)[..., None]
    bounds: Floats = np.clip(ends, 0.0, 1.0)
    return bounds
