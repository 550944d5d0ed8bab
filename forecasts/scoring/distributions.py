"""The few distributions that tests and intervals need, typed."""

from scipy import special

from forecasts.scoring.arrays import Floats


def expit(log_odds: Floats) -> Floats:
    """Return the probabilities of the log-odds."""
    probabilities: Floats = special.expit(log_odds)
    return probabilities


def normal_p_value(z: float) -> float:
    """Return the chance of a standard normal at least as far from 0 as z, on either side."""
    return float(2.0 * special.ndtr(-abs(z)))


def normal_quantile(probability: float) -> float:
    """Return the point below which a standard normal falls with the probability."""
    return float(special.ndtri(probability))


def chi_squared_p_value(statistic: float, *, df: int) -> float:
    """Return the chance of a chi-squared variable of df degrees at or above the statistic."""
    return float(special.chdtrc(df, statistic))


def student_quantile(probability: float, *, df: int) -> float:
    """Return the point below which Student's t of df degrees falls with the probability."""
    return float(special.stdtrit(df, probability))
