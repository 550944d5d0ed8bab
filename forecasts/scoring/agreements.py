"""How far people agree who judge the same thing, beyond chance."""

from dataclasses import dataclass, field

import krippendorff
import numpy as np

from forecasts.scoring.arrays import Floats, Integers

N_DRAWS = 2_000
SEED = 20_180_401
FEWEST_CLUSTERS = 5
FEW_UNITS = "fewer than 2 things were judged twice"
ONE_ANSWER = "every answer is the same, so that chance would agree as well"
FEW_FOR_INTERVAL = "fewer than 5 questions were judged twice"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's alpha with its interval; what is None has its reason in `undefined`."""

    alpha: float | None
    ci95: tuple[float, float] | None
    n_units: int
    undefined: dict[str, str] = field(default_factory=dict)


def nominal_agreement(counts: Integers, *, cluster: Integers) -> Agreement:
    """Return Krippendorff's alpha for answers without an order, and a bootstrap interval.

    Formula: alpha = 1 - D_o / D_e; D_o the share of pairs of answers to one thing that differ,
    each thing weighed by its answers; D_e that share among all pairs of answers whatsoever. The
    interval: the 2.5 and 97.5 per cent points of alpha over 2,000 draws of the clusters with
    replacement; draws in which every answer is the same count as full agreement. counts: (u, k)
    how often each answer (column) was given to each thing (row); things with fewer than two
    answers do not count; cluster: (u,) ids. Range: up to 1, higher is better; 0 is as good as
    chance, below 0 worse.

    Undefined below two things, and where every answer is the same; the interval also below five
    clusters.
    Reference: Krippendorff 2018, Content Analysis, 4th edition, chapter 12.
    """
    paired = counts.sum(axis=1) > 1
    counts, cluster = counts[paired], cluster[paired]
    n_units = int(paired.sum())
    reason = _why_undefined(counts)
    if reason:
        return Agreement(None, None, n_units, {"alpha": reason, "ci95": reason})
    alpha = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
    n_clusters = np.unique(cluster).size
    if n_clusters < FEWEST_CLUSTERS:
        return Agreement(float(alpha), None, n_units, {"ci95": FEW_FOR_INTERVAL})
    low, high = np.quantile(_drawn_alphas(counts, cluster), [0.025, 0.975]).tolist()
    return Agreement(float(alpha), (low, high), n_units)


def _why_undefined(counts: Integers) -> str:
    if len(counts) < 2:
        return FEW_UNITS
    return ONE_ANSWER if np.count_nonzero(counts.sum(axis=0)) < 2 else ""


def _drawn_alphas(counts: Integers, cluster: Integers) -> Floats:
    """Return alpha of each draw. Clusters that say the same are drawn together, as a kind."""
    _, code = np.unique(cluster, return_inverse=True)
    size = counts.sum(axis=1)
    differing = (size**2 - (counts**2).sum(axis=1)) / (size - 1)
    sums = np.zeros((code.max() + 1, counts.shape[1] + 1))
    np.add.at(sums, code, np.column_stack([counts, differing]))
    kinds, how_many = np.unique(sums, axis=0, return_counts=True)
    rng = np.random.default_rng(SEED)
    times = rng.multinomial(len(sums), how_many / len(sums), size=N_DRAWS)
    drawn = times @ kinds
    answers, observed = drawn[:, :-1], drawn[:, -1]
    total = answers.sum(axis=1)
    expected = (total**2 - (answers**2).sum(axis=1)) / (total - 1)
    alphas: Floats = 1 - np.divide(
        observed, expected, out=np.zeros_like(observed), where=expected > 0
    )
    return alphas
