"""Standard errors and intervals, which treat a cluster of questions as one observation."""

import numpy as np

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.clusters import numbered
from forecasts.scoring.distributions import expit, normal_quantile, student_quantile
from forecasts.scoring.reasons import FEW_CLUSTERS, Undefined

# Below this a standard error is rounding, and its interval would pretend to certainty.
NEGLIGIBLE = 1e-12


def clustered_standard_error(losses: Floats, cluster: Integers) -> float | Undefined:
    """Return the standard error of the mean of the losses, clustered.

    Formula: SE² = G/(G - 1) · Σ_g (Σ_{j∈g} (b_j - mean))² / n².
    losses: (n,), any unit; cluster: (n,) ids. Range: 0 and up, in the unit of the losses.

    Undefined with fewer than 2 clusters.
    Reference: Liang and Zeger 1986, https://doi.org/10.1093/biomet/73.1.13
    """
    clusters = numbered(cluster)
    if clusters.total <= 1:
        return Undefined(FEW_CLUSTERS)
    sums = np.bincount(clusters.code, weights=losses - losses.mean())
    correction = clusters.total / (clusters.total - 1)
    return float(np.sqrt(correction * (sums @ sums)) / losses.size)


def logit_interval(mean: float, error: float, *, n_clusters: int) -> list[float] | Undefined:
    """Return the 95 % interval of a mean within 0..1, built on the log-odds scale.

    Formula: expit(logit m ± t(.975, G - 1) · SE / (m(1 - m))). Range: [lo, hi] within 0..1.

    Undefined when the standard error is nil, as it is whenever the mean is 0 or 1.
    Reference: Agresti 2013, Categorical Data Analysis, section 3.1 (delta method).
    """
    if error < NEGLIGIBLE:
        return Undefined("every cluster scored the same")
    variance = mean * (1.0 - mean)
    reach = student_quantile(0.975, df=n_clusters - 1) * error / variance
    center = np.log(mean / (1.0 - mean))
    return [float(end) for end in expit(np.array([center - reach, center + reach]))]


def wilson_intervals(n_yes: Integers, n: Integers) -> Floats:
    """Return the 95 % Wilson intervals of shares.

    Formula: (k + z²/2 ± z √(k(n - k)/n + z²/4)) / (n + z²), z = 1.96.
    n_yes, n: (m,) counts, n at least 1. Shape: (m, 2). Range: within 0..1.

    Reference: Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953
    """
    z = normal_quantile(0.975)
    reach = z * np.sqrt(n_yes * (n - n_yes) / n + z * z / 4)
    center = n_yes + z * z / 2
    ends = np.stack([center - reach, center + reach], axis=-1) / (n + z * z)[..., None]
    bounds: Floats = np.clip(ends, 0.0, 1.0)
    return bounds
