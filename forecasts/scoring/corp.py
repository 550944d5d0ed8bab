"""CORP: the calibration curve and the Brier score's parts, without bins to choose."""

from typing import Any, NamedTuple

import numpy as np
from scipy import optimize

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.pools import Pool, pooled
from forecasts.scoring.proper_scores import brier_losses
from forecasts.scoring.reasons import NO_FORECASTS, undefined


class Steps(NamedTuple):
    """The steps of an isotonic curve: first and last probability, rows, and rows with yes."""

    x_min: Floats
    x_max: Floats
    n: Integers
    n_yes: Integers


def corp_decomposition(ppm: Integers, outcome: Integers) -> dict[str, Any]:
    """Return miscalibration, discrimination and uncertainty, and the calibration curve.

    Formula: c = isotonic regression of y on p, ties pooled; MCB = S(p) - S(c),
    DSC = S(ȳ) - S(c), UNC = S(ȳ); S = MCB - DSC + UNC, S the Brier score. ppm: (n,) parts per
    million; outcome: (n,) 0 or 1. Range: MCB 0..1, lower is better; DSC 0..UNC, higher is
    better; UNC 0...25. curve: steps from x_min to x_max, n rows, cep the share of yes.

    Undefined without forecasts.
    Reference: Dimitriadis, Gneiting and Jordan 2021, https://doi.org/10.1073/pnas.2016191118
    """
    n = ppm.size
    if not n:
        return undefined(("mcb", "dsc", "unc", "curve"), NO_FORECASTS)
    steps = isotonic_steps(pooled(ppm, outcome))
    cep, base_rate = steps.n_yes / steps.n, outcome.mean()
    recalibrated = steps.n @ (cep * (1.0 - cep)) / n
    return {
        # Never below 0 but by rounding: no rising curve fits better than the isotonic one.
        "mcb": max(brier_losses(ppm, outcome).mean() - recalibrated, 0.0),
        "dsc": steps.n @ (cep - base_rate) ** 2 / n,
        "unc": base_rate * (1.0 - base_rate),
        "curve": _curve(steps),
    }


def isotonic_steps(pool: Pool) -> Steps:
    """Return the rising step function nearest to the outcomes, in squares.

    Formula: pool-adjacent-violators on the distinct probabilities, weighted by their rows.
    Reference: Ayer et al. 1955, https://doi.org/10.1214/aoms/1177728423
    """
    starts = optimize.isotonic_regression(pool.frequency, weights=pool.n).blocks[:-1]
    n, n_yes = np.add.reduceat(pool.n, starts), np.add.reduceat(pool.n_yes, starts)
    # Rounding can leave two blocks of one height; whole numbers tell that they are one step.
    is_new = np.append(True, n_yes[1:] * n[:-1] != n_yes[:-1] * n[1:])
    first = starts[is_new]
    last = np.append(first[1:], pool.ppm.size) - 1
    return Steps(
        pool.probability[first],
        pool.probability[last],
        np.add.reduceat(pool.n, first),
        np.add.reduceat(pool.n_yes, first),
    )


def _curve(steps: Steps) -> list[dict[str, Any]]:
    names = ("x_min", "x_max", "n", "cep")
    columns = (steps.x_min, steps.x_max, steps.n, steps.n_yes / steps.n)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]
