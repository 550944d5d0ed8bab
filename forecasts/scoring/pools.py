"""Forecasts of the same probability, pooled."""

from typing import NamedTuple

import numpy as np

from forecasts.scoring.arrays import Booleans, Floats, Integers
from forecasts.scoring.groups import Groups
from forecasts.scoring.probabilities import PPM


class Pool(NamedTuple):
    """Each expert's distinct probabilities, rising, how often used, and how often yes came."""

    ppm: Integers
    n: Integers
    n_yes: Integers
    groups: Groups

    @property
    def probability(self) -> Floats:
        """The distinct probabilities, 0..1."""
        return self.ppm / PPM

    @property
    def frequency(self) -> Floats:
        """How often yes came at each distinct probability, 0..1."""
        return self.n_yes / self.n

    def where(self, rows: Booleans) -> "Pool":
        """Return some of the distinct probabilities."""
        groups = Groups.of_sorted(self.groups.code[rows], len(self.groups))
        return Pool(self.ppm[rows], self.n[rows], self.n_yes[rows], groups)


def pooled(ppm: Integers, outcome: Integers, groups: Groups) -> Pool:
    """Return the forecasts pooled by probability, which loses only their order.

    ppm: (rows,) rising within each group; outcome: (rows,) 0 or 1.
    """
    is_first = np.ones(ppm.size, dtype=np.bool_)
    np.not_equal(ppm[1:], ppm[:-1], out=is_first[1:])
    is_first[groups.start[:-1][~groups.is_empty]] = True
    first = np.flatnonzero(is_first)
    n_yes = np.add.reduceat(outcome, first) if first.size else first
    return Pool(
        ppm=ppm[first],
        n=np.diff(first, append=ppm.size),
        n_yes=n_yes,
        groups=Groups(np.searchsorted(first, groups.start).astype(np.int64)),
    )
