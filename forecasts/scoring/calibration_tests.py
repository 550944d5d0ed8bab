"""Tests of the claim that the stated probabilities are the true ones."""

import numpy as np

from forecasts.scoring.arrays import Booleans
from forecasts.scoring.columns import Column, Fields, statistic
from forecasts.scoring.distributions import chi_squared_p_values, normal_p_values
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.pools import Pool
from forecasts.scoring.probabilities import PPM, clip_ppm, log_odds
from forecasts.scoring.reasons import NO_FORECASTS


@statistic
def score_test(thinned: Pairs) -> Fields:
    """Return Rao's test of intercept 0 and slope 1 in logit P(y) = a + b·x.

    Formula: u = (Σ(y - p), Σ(y - p)x), V = [[Σv, Σvx], [Σvx, Σvx²]], chi2 = uᵀV⁻¹u on 2 df;
    bias_z = u₀/√V₀₀, slope_z = u₁/√V₁₁; p clipped, x its log-odds, v = p(1 - p). With one
    probability throughout, bias_z² on 1 df. thinned: one row per cluster. Range: chi2 0 and up,
    lower is better; bias_z above 0: too low; slope_z below 0: too bold.

    Undefined without forecasts; slope_z also with one probability throughout.
    Reference: Cox 1958, https://doi.org/10.1093/biomet/45.3-4.562
    """
    pool = thinned.pool
    groups, p, x = pool.groups, clip_ppm(pool.ppm) / PPM, log_odds(pool.ppm)
    v, miss = pool.n * p * (1.0 - p), pool.n_yes - pool.n * p
    bias_z = groups.sum(miss) / np.sqrt(groups.sum(v))
    # Centered, the two parts are orthogonal: no matrix to invert when probabilities nearly agree.
    away = x - np.repeat(groups.sum(v * x) / groups.sum(v), groups.n)
    slope = groups.sum(miss * away) ** 2 / groups.sum(v * away**2)
    constant = _is_constant(pool)
    chi2, df = bias_z**2 + np.where(constant, 0.0, slope), 2 - constant.astype(np.int64)
    unless = ((groups.is_empty, NO_FORECASTS),)
    slope_z = groups.sum(miss * x) / np.sqrt(groups.sum(v * x**2))
    return {
        "chi2": Column(chi2, unless),
        "df": Column(df, unless),
        "p_value": Column(chi_squared_p_values(chi2, df=df), unless),
        "bias_z": Column(bias_z, unless),
        "slope_z": Column(slope_z, (*unless, (constant, "one probability throughout"))),
    }


def _is_constant(pool: Pool) -> Booleans:
    """Whether an expert's clipped probabilities are all the same: rising, the ends tell."""
    said, start = clip_ppm(pool.ppm), pool.groups.start
    constant = np.ones(len(pool.groups), dtype=np.bool_)
    used = ~pool.groups.is_empty
    constant[used] = said[start[:-1][used]] == said[start[1:][used] - 1]
    return constant


@statistic
def spiegelhalter_test(thinned: Pairs) -> Fields:
    """Return Spiegelhalter's test of the Brier score against what the forecasts promise.

    Formula: z = Σ(y - p)(1 - 2p) / √Σ(1 - 2p)² p(1 - p). thinned: one row per cluster. Range:
    any; above 0 the Brier score is worse than promised. Blind to bias that is the same on both
    sides of one half.

    Undefined, with a status, without forecasts and when every p is 0, .5 or 1.
    Reference: Spiegelhalter 1986, https://doi.org/10.1002/sim.4780050506
    """
    pool = thinned.pool
    groups, p = pool.groups, pool.probability
    lean = 1.0 - 2.0 * p
    variance = groups.sum(pool.n * lean**2 * p * (1.0 - p))
    z = groups.sum((pool.n_yes - pool.n * p) * lean) / np.sqrt(variance)
    status = np.where(groups.is_empty, "no_data", np.where(variance == 0.0, "zero_variance", "ok"))
    unless = (
        (groups.is_empty, NO_FORECASTS),
        (variance == 0.0, "every probability is 0, 0.5 or 1"),
    )
    return {
        "status": Column(status),
        "z": Column(z, unless),
        "p_value": Column(normal_p_values(z), unless),
    }
