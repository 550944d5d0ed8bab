"""Forecasts of the same probability, pooled."""

from typing import NamedTuple

import numpy as np

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.probabilities import PPM


class Pool(NamedTuple):
    """Distinct probabilities in rising order, how often each was used and how often yes came."""

    ppm: Integers
    n: Integers
    n_yes: Integers

    @property
    def probability(self) -> Floats:
        """The distinct probabilities, 0..1."""
        return self.ppm / PPM

    @property
    def frequency(self) -> Floats:
        """How often yes came at each distinct probability, 0..1."""
        return self.n_yes / self.n


def pooled(ppm: Integers, outcome: Integers) -> Pool:
    """Return the forecasts pooled by probability, which loses only their order."""
    distinct, code = np.unique(ppm, return_inverse=True)
    n_yes = np.bincount(code[outcome == 1], minlength=distinct.size)
    return Pool(distinct, np.bincount(code, minlength=distinct.size), n_yes)
