"""CORP: the calibration curve and the Brier score's parts, without bins to choose."""

from typing import NamedTuple

import numpy as np
from scipy import optimize

from forecasts.scoring.arrays import Booleans, Floats, Integers
from forecasts.scoring.columns import Column, Fields, Table, statistic
from forecasts.scoring.groups import Groups
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.pools import Pool
from forecasts.scoring.reasons import NO_FORECASTS

# Few enough that what lifts one expert above the other costs no digit that tells steps apart.
_EXPERTS_AT_ONCE = 250


class Steps(NamedTuple):
    """The steps of isotonic curves: first and last probability, rows, rows with yes; by expert."""

    x_min: Floats
    x_max: Floats
    n: Integers
    n_yes: Integers
    groups: Groups

    @property
    def cep(self) -> Floats:
        """The height of each step: the share of yes."""
        return self.n_yes / self.n


@statistic
def corp_decomposition(pairs: Pairs) -> Fields:
    """Return miscalibration, discrimination and uncertainty, and the calibration curve.

    Formula: c = isotonic regression of y on p, ties pooled; MCB = S(p) - S(c),
    DSC = S(ȳ) - S(c), UNC = S(ȳ); S = MCB - DSC + UNC, S the Brier score. Range: MCB 0..1,
    lower is better; DSC 0..UNC, higher is better; UNC 0...25. curve: steps from x_min to x_max,
    n rows, cep the share of yes.

    Undefined without forecasts.
    Reference: Dimitriadis, Gneiting and Jordan 2021, https://doi.org/10.1073/pnas.2016191118
    """
    n, base_rate = pairs.groups.n, pairs.base_rate
    steps = isotonic_steps(pairs.pool)
    recalibrated = steps.groups.sum(steps.n_yes * (1.0 - steps.cep)) / n
    away = steps.cep - np.repeat(base_rate, steps.groups.n)
    unless = ((pairs.groups.is_empty, NO_FORECASTS),)
    return {
        # Never below 0 but by rounding: no rising curve fits better than the isotonic one.
        "mcb": Column(np.maximum(pairs.brier - recalibrated, 0.0), unless),
        "dsc": Column(steps.groups.sum(steps.n * away**2) / n, unless),
        "unc": Column(base_rate * (1.0 - base_rate), unless),
        "curve": _curve(steps, unless),
    }


def isotonic_steps(pool: Pool) -> Steps:
    """Return each expert's rising step function nearest to the outcomes, in squares.

    Formula: pool-adjacent-violators on the distinct probabilities, weighted by their rows.
    Reference: Ayer et al. 1955, https://doi.org/10.1214/aoms/1177728423
    """
    starts = _block_starts(pool)
    n, n_yes = (_summed(column, starts) for column in (pool.n, pool.n_yes))
    owner = pool.groups.code[starts]
    # Rounding can leave two blocks of one height; whole numbers tell that they are one step.
    is_new = np.ones(starts.size, dtype=np.bool_)
    is_new[1:] = (n_yes[1:] * n[:-1] != n_yes[:-1] * n[1:]) | (owner[1:] != owner[:-1])
    first = starts[is_new]
    last = np.append(first[1:], pool.ppm.size)[: first.size] - 1
    return Steps(
        pool.probability[first],
        pool.probability[last],
        _summed(pool.n, first),
        _summed(pool.n_yes, first),
        Groups.of_sorted(pool.groups.code[first], len(pool.groups)),
    )


def _block_starts(pool: Pool) -> Integers:
    """One compiled call fits many experts, each lifted by 2 above the one before."""
    bounds = pool.groups.start[::_EXPERTS_AT_ONCE]
    bounds = np.append(bounds, pool.ppm.size) if bounds[-1] != pool.ppm.size else bounds
    parts = [np.zeros(0, dtype=np.int64)]
    for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        rows = slice(begin, end)
        lift = 2.0 * (pool.groups.code[rows] % _EXPERTS_AT_ONCE)
        fit = optimize.isotonic_regression(pool.frequency[rows] + lift, weights=pool.n[rows])
        parts.append(fit.blocks[:-1] + begin)
    return np.concatenate(parts)


def _summed(column: Integers, starts: Integers) -> Integers:
    return np.add.reduceat(column, starts) if starts.size else starts


def _curve(steps: Steps, unless: tuple[tuple[Booleans, str], ...]) -> Table:
    columns = {"x_min": steps.x_min, "x_max": steps.x_max, "n": steps.n, "cep": steps.cep}
    return Table(columns, steps.groups, unless)
