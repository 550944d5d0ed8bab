"""Tests of the claim that the stated probabilities are the true ones."""

from typing import Any

import numpy as np

from forecasts.scoring.arrays import Integers
from forecasts.scoring.distributions import chi_squared_p_value, normal_p_value
from forecasts.scoring.probabilities import PPM, clip_ppm, log_odds
from forecasts.scoring.reasons import NO_FORECASTS, Undefined, undefined


def score_test(ppm: Integers, outcome: Integers) -> dict[str, Any]:
    """Return Rao's test of intercept 0 and slope 1 in logit P(y) = a + b·x.

    Formula: u = (Σ(y - p), Σ(y - p)x), V = [[Σv, Σvx], [Σvx, Σvx²]], chi2 = uᵀV⁻¹u on 2 df;
    bias_z = u₀/√V₀₀, slope_z = u₁/√V₁₁; p clipped, x its log-odds, v = p(1 - p). With one
    probability throughout, bias_z² on 1 df. ppm: (n,) parts per million; outcome: (n,) 0 or 1;
    one row per cluster. Range: chi2 0 and up, lower is better; bias_z above 0: too
    low; slope_z below 0: too bold.

    Undefined without forecasts; slope_z also with one probability throughout.
    Reference: Cox 1958, https://doi.org/10.1093/biomet/45.3-4.562
    """
    if not ppm.size:
        return undefined(("chi2", "df", "p_value", "bias_z", "slope_z"), NO_FORECASTS)
    p, x = clip_ppm(ppm) / PPM, log_odds(ppm)
    v, miss = p * (1.0 - p), outcome - p
    bias_z = miss.sum() / np.sqrt(v.sum())
    if np.ptp(p) == 0.0:
        slope = Undefined("one probability throughout")
        return _tested(bias_z**2, df=1) | {"bias_z": bias_z, "slope_z": slope}
    # Centered, the two parts are orthogonal: no matrix to invert when probabilities nearly agree.
    away = x - (v @ x) / v.sum()
    chi2 = bias_z**2 + (miss @ away) ** 2 / (v @ away**2)
    return _tested(chi2, df=2) | {"bias_z": bias_z, "slope_z": (miss @ x) / np.sqrt(v @ x**2)}


def _tested(chi2: float, *, df: int) -> dict[str, Any]:
    return {"chi2": chi2, "df": df, "p_value": chi_squared_p_value(chi2, df=df)}


def spiegelhalter_test(ppm: Integers, outcome: Integers) -> dict[str, Any]:
    """Return Spiegelhalter's test of the Brier score against what the forecasts promise.

    Formula: z = Σ(y - p)(1 - 2p) / √Σ(1 - 2p)² p(1 - p). ppm: (n,) parts per million; outcome:
    (n,) 0 or 1; one row per cluster. Range: any; above 0 the Brier score is worse than promised.
    Blind to bias that is the same on both sides of one half.

    Undefined, with a status, without forecasts and when every p is 0, .5 or 1.
    Reference: Spiegelhalter 1986, https://doi.org/10.1002/sim.4780050506
    """
    if not ppm.size:
        return {"status": "no_data"} | undefined(("z", "p_value"), NO_FORECASTS)
    p = ppm / PPM
    lean = 1.0 - 2.0 * p
    variance = (lean**2 * p * (1.0 - p)).sum()
    if variance == 0.0:
        reason = "every probability is 0, 0.5 or 1"
        return {"status": "zero_variance"} | undefined(("z", "p_value"), reason)
    z = ((outcome - p) @ lean) / np.sqrt(variance)
    return {"status": "ok", "z": z, "p_value": normal_p_value(z)}
