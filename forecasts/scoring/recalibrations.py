"""The line that would put an expert's log-odds right."""

from typing import Any

import numpy as np
from scipy import optimize

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.clusters import Numbered, numbered
from forecasts.scoring.distributions import expit
from forecasts.scoring.probabilities import clip_ppm, log_odds
from forecasts.scoring.reasons import FEW_CLUSTERS, NO_FORECASTS, ONE_CLASS, Undefined, undefined

LINE = ("intercept", "slope", "intercept_se", "slope_se")
SHIFT = ("citl", "citl_se")
_WHY_NO_LINE = {
    "constant_forecast": "one probability throughout",
    "separated": "one probability divides every yes from every no: the slope is infinite",
}
NO_SPREAD = "the misses of the clusters cancel"
_NEGLIGIBLE = 1e-12
_MOST_STEPS = 100
# In squared standard errors: the step after is far below the digits shown.
_CONVERGED = 1e-20


def recalibration(ppm: Integers, outcome: Integers, *, cluster: Integers) -> dict[str, Any]:
    """Return the intercept and slope that would recalibrate, and calibration in the large.

    Formula: logit P(y) = a + b·x by maximum likelihood, x the log-odds of p, clipped; citl is a
    with b = 1, the root of Σ expit(a + x) = Σ y. Standard errors: of maximum likelihood, times
    the root of the design effect of the clusters. ppm: (n,) parts per million; outcome: (n,) 0
    or 1; cluster: (n,) ids. Range: any; calibrated at intercept 0, slope 1, citl 0; a slope
    below 1 is overconfident, citl above 0 too low.

    Undefined as status says: no_data, one_class, constant_forecast, separated; standard errors
    also with fewer than 2 clusters.
    Reference: Cox 1958, https://doi.org/10.1093/biomet/45.3-4.562
    """
    status = recalibration_status(ppm, outcome)
    if status in {"no_data", "one_class"}:
        reason = NO_FORECASTS if status == "no_data" else ONE_CLASS
        return {"status": status, **undefined(LINE + SHIFT, reason)}
    x, clusters = log_odds(ppm), numbered(cluster)
    shift = _shift(x, outcome, clusters=clusters)
    if status != "ok":
        return {"status": status, **undefined(LINE, _WHY_NO_LINE[status]), **shift}
    return {"status": status, **_line(x, outcome, clusters=clusters), **shift}


def recalibration_status(ppm: Integers, outcome: Integers) -> str:
    """Return ok, or why there is no line: no_data, one_class, constant_forecast, separated."""
    said = clip_ppm(ppm)
    yes, no = said[outcome == 1], said[outcome == 0]
    if not said.size:
        return "no_data"
    if not (yes.size and no.size):
        return "one_class"
    if said.min() == said.max():
        return "constant_forecast"
    is_separated = no.max() <= yes.min() or yes.max() <= no.min()
    return "separated" if is_separated else "ok"


def _shift(x: Floats, outcome: Integers, *, clusters: Numbered) -> dict[str, Any]:
    # Between these every forecast lies on one side of the base rate, and so does their mean.
    middle = np.log(outcome.sum() / (outcome.size - outcome.sum()))
    low, high = middle - x.max() - 1.0, middle - x.min() + 1.0
    n_yes = outcome.sum()
    citl = optimize.brentq(lambda a: expit(a + x).sum() - n_yes, low, high, xtol=1e-14)
    ones = np.ones((x.size, 1))
    errors = _standard_errors(ones, x + citl, outcome, clusters=clusters, back=np.eye(1))
    return dict(zip(SHIFT, (citl, *errors), strict=True))


def _line(x: Floats, outcome: Integers, *, clusters: Numbered) -> dict[str, Any]:
    # Standardized, the equations can be solved even where the log-odds nearly agree.
    center, spread = x.mean(), x.std()
    design = np.column_stack([np.ones(x.size), (x - center) / spread])
    back = np.array([[1.0, -center / spread], [0.0, 1.0 / spread]])
    found = maximum_likelihood(design, outcome, start=np.array([center, spread]))
    errors = _standard_errors(design, design @ found, outcome, clusters=clusters, back=back)
    return dict(zip(LINE, (*(back @ found), *errors), strict=True))


def maximum_likelihood(design: Floats, outcome: Integers, *, start: Floats) -> Floats:
    """Return the coefficients of a logistic regression, by Newton with step halving.

    Formula: θ ← θ + (XᵀVX)⁻¹Xᵀ(y - p), the step halved while the likelihood falls.
    design: (n, k); outcome: (n,) 0 or 1, not separated by the design; start: (k,). Shape: (k,).

    Reference: Albert and Anderson 1984, https://doi.org/10.1093/biomet/71.1.1
    """
    found, n_steps = start, 0
    decrement = np.inf
    while decrement > _CONVERGED and n_steps < _MOST_STEPS:
        p = expit(design @ found)
        gradient = design.T @ (outcome - p)
        step = np.asarray(np.linalg.solve(_information(design, p), gradient), dtype=np.float64)
        found = found + _halved(step, design, outcome, start=found)
        decrement, n_steps = float(gradient @ step), n_steps + 1
    return found


def _information(design: Floats, p: Floats) -> Floats:
    information: Floats = (design * (p * (1.0 - p))[:, None]).T @ design
    return information


def _halved(step: Floats, design: Floats, outcome: Integers, *, start: Floats) -> Floats:
    least = _log_likelihood(design @ start, outcome)
    # The allowance is for rounding, which would halve the last step for ever.
    least -= 1e-10 * (1.0 + abs(least))
    while _log_likelihood(design @ (start + step), outcome) < least:
        step = step / 2.0
    return step


def _log_likelihood(fitted: Floats, outcome: Integers) -> float:
    return float(outcome @ fitted - np.logaddexp(0.0, fitted).sum())


def _standard_errors(
    design: Floats, fitted: Floats, outcome: Integers, *, clusters: Numbered, back: Floats
) -> list[float | Undefined]:
    if clusters.total <= 1:
        return [Undefined(FEW_CLUSTERS)] * len(back)
    p = expit(fitted)
    variance = np.linalg.inv(_information(design, p))
    pull = (design * (outcome - p)[:, None]) @ variance @ back.T
    together = np.zeros((clusters.total, len(back)))
    np.add.at(together, clusters.code, pull)
    # 1 where every cluster has one forecast, so that a single pair does not change the method.
    # Sorted, so that the ids of clusters do not show in the last bit.
    design_effect = np.sort(together**2, axis=0).sum(axis=0) / (pull**2).sum(axis=0)
    errors = np.sqrt(np.diag(back @ variance @ back.T) * design_effect)
    # Where the clusters' pulls cancel, what is left of them is rounding.
    return [
        float(error) if effect > _NEGLIGIBLE else Undefined(NO_SPREAD)
        for error, effect in zip(errors, design_effect, strict=True)
    ]
