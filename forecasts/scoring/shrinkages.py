"""Experts' means drawn toward the mean of all, the more so the less is known of each."""

import math
from dataclasses import dataclass

import numpy as np

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.reasons import Undefined

TOO_FEW = "fewer than 2 experts with at least 2 clusters of questions"
# The square of a standard error of 1e-12: a variance below this is rounding.
_NEGLIGIBLE = 1e-24


@dataclass(frozen=True, slots=True)
class Population:
    """Where experts stand, how far apart they are, and how much chance moves one of them."""

    mean: float  # μ, in the unit of the scores
    variance: float  # τ², between the true means of experts
    within: float  # s², of one cluster of one expert
    n_experts: int

    def shrunk(self, mean: Floats, n_clusters: Integers) -> tuple[Floats, Floats]:
        """Return the experts' shrunk means, and the reliability of the raw ones.

        Formula: m* = μ + B(m - μ), B = τ²/(τ² + s²/G), and 0 where both variances are 0.
        mean: (k,) any unit; n_clusters: (k,) at least 1. Shapes: (k,), (k,). Range: m* between m
        and μ, direction as the scores; B 0..1, higher tells more of the expert and less of luck.

        Reference: Efron and Morris 1975, https://doi.org/10.1080/01621459.1975.10479864
        """
        reliability = _reliability(n_clusters, between=self.variance, within=self.within)
        return self.mean + reliability * (mean - self.mean), reliability


def population(mean: Floats, n_clusters: Integers, spread: Floats) -> Population | Undefined:
    """Return the population of the experts, by DerSimonian and Laird's method of moments.

    Formula: s² = Σ spread / Σ (G - 1); w = G/s²; μ_F = Σwm/Σw; Q = Σ w(m - μ_F)²;
    τ² = max(0, (Q - (k - 1)) / (Σw - Σw²/Σw)); μ = Σw*m / Σw*, w* = 1/(τ² + s²/G).
    With s² = 0 the limit as it goes to 0. mean: (k,) each expert's mean, any unit; n_clusters:
    (k,) G, at least 1; spread: (k,) (G - 1)s_i² = (G - 1)·G·SE_i², 0 where G is 1. Range: μ as
    the means, direction too; τ² and s² 0 and up, in the unit squared. The order of the experts
    does not show in any digit.

    Undefined with fewer than 2 experts of at least 2 clusters.
    Reference: DerSimonian and Laird 1986, https://doi.org/10.1016/0197-2456(86)90046-2
    """
    if np.count_nonzero(n_clusters >= 2) < 2:
        return Undefined(TOO_FEW)
    within = _cleared(math.fsum(spread) / sum((n_clusters - 1).tolist()))
    between = _variance_between(mean, n_clusters, within=within)
    weights = n_clusters.astype(np.float64)
    if between > 0.0:
        # w* times τ², which no small variance can make infinite.
        weights = _reliability(n_clusters, between=between, within=within)
    return Population(_weighted_mean(mean, weights), between, within, mean.size)


def _variance_between(mean: Floats, n_clusters: Integers, *, within: float) -> float:
    # Multiplied by s² throughout, so that experts without any spread need no rule of their own.
    away = mean - _weighted_mean(mean, n_clusters.astype(np.float64))
    excess = math.fsum([*(n_clusters * away * away), -(mean.size - 1) * within])
    # In whole numbers: one huge G would leave no digit of this difference.
    sizes = n_clusters.tolist()
    total = sum(sizes)
    return _cleared(excess / ((total * total - sum(size * size for size in sizes)) / total))


def _weighted_mean(mean: Floats, weights: Floats) -> float:
    return math.fsum(weights * mean) / math.fsum(weights)


def _cleared(variance: float) -> float:
    return variance if variance > _NEGLIGIBLE else 0.0


def _reliability(n_clusters: Integers, *, between: float, within: float) -> Floats:
    signal = between * n_clusters
    total = signal + within
    shares: Floats = np.divide(signal, total, out=np.zeros_like(total), where=total > 0.0)
    return shares
