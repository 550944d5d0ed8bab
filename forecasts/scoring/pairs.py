"""Probabilities with what came of them: all that statistics without clusters need."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.arrays import Booleans, Floats, Integers
from forecasts.scoring.groups import Groups
from forecasts.scoring.pools import Pool, pooled
from forecasts.scoring.probabilities import PPM


@dataclass(frozen=True, eq=False)
class Pairs:
    """Forecasts of several experts, sorted by probability, then outcome, within each expert's.

    ppm: (rows,) P(yes) in parts per million; outcome: (rows,) 1 yes, 0 no.
    """

    ppm: Integers
    outcome: Integers
    groups: Groups

    @classmethod
    def of_keys(cls, keys: NDArray[np.uint32], groups: Groups) -> "Pairs":
        """Return the pairs of keys `2 ppm + outcome`, which rise within each group."""
        whole = keys.astype(np.int64)
        return cls(whole >> 1, whole & 1, groups)

    @cached_property
    def keys(self) -> NDArray[np.uint32]:
        """The pairs as whole numbers: 2 ppm + outcome."""
        return (2 * self.ppm + self.outcome).astype(np.uint32)

    @cached_property
    def pool(self) -> Pool:
        """The pairs pooled by probability."""
        return pooled(self.ppm, self.outcome, self.groups)

    @cached_property
    def n_yes(self) -> Integers:
        """How many came true, by expert."""
        found: Integers = self.groups.sum(self.outcome)
        return found

    @cached_property
    def base_rate(self) -> Floats:
        """The share of yes, by expert; NaN without forecasts."""
        return self.groups.mean(self.outcome)

    @cached_property
    def is_one_class(self) -> Booleans:
        """Whether every outcome is the same, by expert."""
        same: Booleans = (self.n_yes == 0) | (self.n_yes == self.groups.n)
        return same

    @cached_property
    def brier(self) -> Floats:
        """The mean of (p - y)², by expert; NaN without forecasts."""
        # Whole numbers up to 10¹² each: nine million of them add up without rounding.
        squares = (self.ppm - PPM * self.outcome) ** 2
        return self.groups.mean(squares) / PPM**2
