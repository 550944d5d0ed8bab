"""Two experts side by side, on the questions that both answered."""

from typing import Any

import numpy as np
from scipy import special

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.distributions import student_quantiles
from forecasts.scoring.reasons import FEW_CLUSTERS, undefined

NONE_SHARED = "no scored question that both answered"
NO_SPREAD = "the difference is the same in every cluster"
# Below this a standard error is rounding, and its interval would pretend to certainty.
_NEGLIGIBLE = 1e-12


def paired_difference(
    losses_one: Floats, losses_other: Floats, cluster: Integers
) -> dict[str, Any]:
    """Return the mean difference of two experts' losses, its uncertainty and the t-test of 0.

    Formula: d = one - other; difference = mean d; SE² = G/(G - 1) · Σ_g (Σ_{j∈g} (d_j - mean))²
    / n²; ci95 = difference ± t(.975, G - 1)·SE; p_value = 2 P(T > |difference|/SE), T Student's
    t of G - 1 degrees. losses: (n,) one row per question, any one unit; cluster: (n,) ids.
    Range: any, in the unit of the losses; below 0 the first expert is the better.

    Undefined without a question; se, ci95 and p_value also with fewer than 2 clusters, ci95 and
    p_value when the standard error is nil.
    Reference: Diebold and Mariano 1995, https://doi.org/10.1080/07350015.1995.10524599; Liang
    and Zeger 1986, https://doi.org/10.1093/biomet/73.1.13
    """
    gap = losses_one - losses_other
    ids, code = np.unique(cluster, return_inverse=True)
    sizes = {"n": int(gap.size), "n_clusters": int(ids.size)}
    if not gap.size:
        return sizes | undefined(("difference", "se", "ci95", "p_value"), NONE_SHARED)
    difference = float(gap.mean())
    found = sizes | {"difference": difference}
    if ids.size < 2:
        return found | undefined(("se", "ci95", "p_value"), FEW_CLUSTERS)
    error = _standard_error(gap - difference, code)
    return found | {"se": error} | _tested(difference, error, df=ids.size - 1)


def _standard_error(away: Floats, code: Integers) -> float:
    sums = np.bincount(code, weights=away)
    return float(np.sqrt(sums.size / (sums.size - 1) * (sums @ sums)) / away.size)


def _tested(difference: float, error: float, *, df: int) -> dict[str, Any]:
    if error < _NEGLIGIBLE:
        return undefined(("ci95", "p_value"), NO_SPREAD)
    reach = float(student_quantiles(0.975, df=np.array(df))) * error
    beyond = float(special.stdtr(df, -abs(difference) / error))
    return {"ci95": [difference - reach, difference + reach], "p_value": 2.0 * beyond}
