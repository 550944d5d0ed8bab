"""The few distributions that tests and intervals need, typed."""

import numpy as np
from scipy import special

from forecasts.scoring.arrays import Floats, Integers


def expit(log_odds: Floats) -> Floats:
    """Return the probabilities of the log-odds."""
    probabilities: Floats = special.expit(log_odds)
    return probabilities


def normal_p_values(z: Floats) -> Floats:
    """Return the chances of a standard normal at least as far from 0 as z, on either side."""
    chances: Floats = 2.0 * special.ndtr(-np.abs(z))
    return chances


def normal_quantile(probability: float) -> float:
    """Return the point below which a standard normal falls with the probability."""
    return float(special.ndtri(probability))


def chi_squared_p_values(statistic: Floats, *, df: Integers) -> Floats:
    """Return the chances of chi-squared variables of df degrees at or above the statistics."""
    chances: Floats = special.chdtrc(df, statistic)
    return chances


def student_quantiles(probability: float, *, df: Integers) -> Floats:
    """Return the points below which Student's t of df degrees falls with the probability."""
    points: Floats = special.stdtrit(df, probability)
    return points
