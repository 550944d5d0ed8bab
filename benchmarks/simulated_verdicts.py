"""What the statistics say of simulated experts: whether they hold the truth, whom they accuse."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from forecasts.scoring import TrackRecords
from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.calibration_tests import score_test, spiegelhalter_test
from forecasts.scoring.columns import Column, Fields
from forecasts.scoring.consistency_bands import isotonic_curves
from forecasts.scoring.corp import corp_decomposition
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.probabilities import PPM
from forecasts.scoring.proper_scores import brier_score
from forecasts.scoring.resamples import laid_out, resamples
from forecasts.scoring.sequential_tests import sequential_test

LEVEL = 0.05
# With the observed value they are 100, so that 5 % of the ranks are a whole number.
_N_DRAWS = 99
# PAV leaves rounding in the last digits, and equal values must not count as greater.
_ROUNDING = 1e-12


class Rate(NamedTuple):
    """How often something was so, of how many cases where it was defined."""

    hits: float
    total: int

    @property
    def share(self) -> float:
        """The share, NaN of no cases."""
        return self.hits / self.total if self.total else float("nan")

    @property
    def error(self) -> float:
        """The Monte Carlo standard error of the share."""
        return float(np.sqrt(self.share * (1.0 - self.share) / self.total)) if self.total else 0.0


def rate_of(verdicts: Floats) -> Rate:
    """Return the rate among verdicts of 1 and 0; NaN where the statistic is undefined."""
    defined = verdicts[~np.isnan(verdicts)]
    return Rate(float(defined.sum()), defined.size)


def covers(records: TrackRecords, expected: Floats) -> Floats:
    """Return whether each interval holds what the expert expected: 1, 0, NaN without one."""
    column = _of(brier_score(records), "ci95")
    low, high = column.values.T
    return _unless(column, (low <= expected) & (expected <= high))


def is_without_interval(records: TrackRecords) -> Floats:
    """Return whether an expert has no interval: every cluster scored the same."""
    return np.isnan(covers(records, np.zeros(len(records)))).astype(np.float64)


def rejected_by_score_test(thinned: Pairs) -> Floats:
    """Return whom the score test rejects at 5 %."""
    column = _of(score_test(thinned), "p_value")
    return _unless(column, column.values < LEVEL)


def rejected_by_spiegelhalter(thinned: Pairs) -> Floats:
    """Return whom Spiegelhalter's test rejects at 5 %."""
    column = _of(spiegelhalter_test(thinned), "p_value")
    return _unless(column, column.values < LEVEL)


def alarmed(records: TrackRecords) -> Floats:
    """Return whom the sequential test ever alarmed about."""
    rows, groups = records.in_time, records.clusters.groups
    columns = groups.split(records.ppm[rows], records.outcome[rows])
    return np.array([_alarm(*column) for column in columns])


def _alarm(ppm: Integers, outcome: Integers) -> float:
    return float(sequential_test(ppm, outcome)["alarm"]) if ppm.size else float("nan")


def miscalibrated(records: TrackRecords) -> Floats:
    """Return whose MCB is above the 95 % point of the draws that its floor is made of."""
    observed = _of(corp_decomposition(records.pairs), "mcb").values
    columns = records.groups.split(records.ppm, records.outcome, records.clusters.code)
    each = zip(observed.tolist(), columns, strict=True)
    return np.array([_is_above(mcb, *column) for mcb, column in each])


def _is_above(mcb: float, ppm: Integers, outcome: Integers, cluster: Integers) -> float:
    if not ppm.size:
        return float("nan")
    drawn = np.concatenate(list(_drawn_mcb(ppm, outcome, cluster)))
    n_as_high = 1 + int((drawn >= mcb - _ROUNDING).sum())
    return float(n_as_high <= LEVEL * (_N_DRAWS + 1))


def _drawn_mcb(ppm: Integers, outcome: Integers, cluster: Integers) -> Iterator[Floats]:
    values = np.unique(ppm)
    p, layout = values / PPM, laid_out(ppm, outcome, cluster=cluster)
    for drawn in resamples(layout, values, n_draws=_N_DRAWS):
        curves = isotonic_curves(drawn)
        saved = drawn.n * (p**2 - curves**2) - 2 * drawn.n_yes * (p - curves)
        yield saved.sum(axis=1) / drawn.n.sum(axis=1)


def _of(fields: Fields, name: str) -> Column:
    column = fields[name]
    assert isinstance(column, Column)
    return column


def _unless(column: Column, verdicts: Floats) -> Floats:
    is_void = np.any([mask for mask, _ in column.unless], axis=0)
    return np.where(is_void, np.nan, verdicts)
