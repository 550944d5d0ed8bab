"""The band and the floor that chance alone puts around a calibration curve."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.probabilities import PPM
from forecasts.scoring.reasons import NO_FORECASTS, Undefined, undefined
from forecasts.scoring.resamples import Resample, laid_out, resamples

N_DRAWS = 1_000
LEAST_FORECASTS = 10
COVERAGE = 0.9
MOST_POINTS = 1_000


def consistency_band(
    ppm: Integers,
    outcome: Integers,
    *,
    cluster: Integers,
    n_draws: int = N_DRAWS,
    seed: int | None = None,
) -> dict[str, Any]:
    """Return the band of the calibration curve, and the mean MCB, of a calibrated expert.

    Formula: n_draws draws, seeded by the forecasts (and `seed`): clusters with replacement, for
    each a uniform U, y* = 1[U <= p]; c* the isotonic curve, linear between the p drawn. band: the
    pointwise 5 % and 95 % points of c*, at every distinct p (of more than 1,000, at 1,000 evenly
    spread by rank). mcb_floor: mean of S(p) - S(c*) over
    as many draws of y* for the forecasts as they are: repeating some would leave the curve less
    to fit, and the floor too low. ppm: (n,) parts per million; outcome: (n,) 0 or 1; cluster:
    (n,) ids. Range: 0..1; a curve outside the band, and an MCB far above its floor, are more than
    chance.

    Undefined without forecasts; the band also with fewer than 10.
    Reference: Dimitriadis, Gneiting and Jordan 2021, https://doi.org/10.1073/pnas.2016191118
    """
    if not ppm.size:
        return undefined(("band", "mcb_floor"), NO_FORECASTS)
    values = np.unique(ppm)
    p, layout = values / PPM, laid_out(ppm, outcome, cluster=cluster)
    draws = partial(resamples, layout, values, n_draws=n_draws, seed=seed)
    floor = np.concatenate(
        [
            _miscalibration(drawn, isotonic_curves(drawn), p=p)
            for drawn in draws(keeps_forecasts=True)
        ]
    ).mean()
    if ppm.size < LEAST_FORECASTS:
        return {"band": Undefined("fewer than 10 forecasts"), "mcb_floor": floor}
    at = _places(p.size)
    curves = [between(isotonic_curves(drawn), p, is_drawn=drawn.n > 0)[:, at] for drawn in draws()]
    return {"band": _band(np.concatenate(curves), p[at]), "mcb_floor": floor}


def _places(n_values: int) -> Integers:
    """Return where the band is read: everywhere, or at so many values evenly spread by rank."""
    n = min(n_values, MOST_POINTS)
    return np.linspace(0, n_values - 1, n).round().astype(np.int64)


def isotonic_curves(drawn: Resample) -> Floats:
    """Return the isotonic curve of each draw, 0 where the draw has no forecast.

    Formula: pool-adjacent-violators within each row. Shape: as drawn. Range: 0..1.
    """
    is_drawn = drawn.n > 0
    n = drawn.n[is_drawn]
    # Lifted by 2 over the one before, no draw pools with another: one compiled call fits all.
    lift = 2.0 * np.nonzero(is_drawn)[0]
    fit = optimize.isotonic_regression(drawn.n_yes[is_drawn] / n + lift, weights=n)
    curves = np.zeros(drawn.n.shape)
    curves[is_drawn] = fit.x - lift
    return curves


def between(curves: Floats, p: Floats, *, is_drawn: NDArray[np.bool_]) -> Floats:
    """Return the curves with the values that a draw missed: linear between, level outside.

    curves: (draws, m); p: (m,) rising; is_drawn: (draws, m), one at least in each row.
    """
    at, last = np.arange(p.size), p.size - 1
    left = np.maximum.accumulate(np.where(is_drawn, at, -1), axis=1)
    right = np.minimum.accumulate(np.where(is_drawn, at, p.size)[:, ::-1], axis=1)[:, ::-1]
    left, right = np.where(left < 0, right, left), np.where(right > last, left, right)
    span = p[right] - p[left]
    share = np.where(span > 0, p - p[left], 0.0) / np.where(span > 0, span, 1.0)
    below, above = (np.take_along_axis(curves, end, axis=1) for end in (left, right))
    filled: Floats = below + share * (above - below)
    return filled


def _miscalibration(drawn: Resample, curves: Floats, *, p: Floats) -> Floats:
    # S(p) - S(c), each Σ (n q² - 2 n_yes q + n_yes) / n: the last term cancels.
    saved = drawn.n * (p**2 - curves**2) - 2 * drawn.n_yes * (p - curves)
    miscalibration: Floats = saved.sum(axis=1) / drawn.n.sum(axis=1)
    return miscalibration


def _band(curves: Floats, p: Floats) -> list[dict[str, float]]:
    tail = (1.0 - COVERAGE) / 2
    lower, upper = np.quantile(curves, (tail, 1.0 - tail), axis=0)
    points = zip(p.tolist(), lower.tolist(), upper.tolist(), strict=True)
    return [dict(zip(("x", "lower", "upper"), point, strict=True)) for point in points]
