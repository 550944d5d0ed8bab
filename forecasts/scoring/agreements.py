"""How far people agree who judge the same thing, beyond chance."""

from dataclasses import dataclass, field

import krippendorff
import numpy as np

from forecasts.scoring.arrays import Floats, Integers

N_DRAWS = 2_000
SEED = 20_180_401
FEWEST_CLUSTERS = 5
# What rounding leaves of a difference that is none.
TINY = 1e-12
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


def interval_agreement(values: Floats, *, unit: Integers, cluster: Integers) -> Agreement:
    """Return Krippendorff's alpha for numbers, and a bootstrap interval.

    Formula: alpha = 1 - D_o / D_e; D_o the mean over judgments of the squared differences to the
    others of the same thing, each thing weighed by its judgments; D_e the mean squared difference
    of all pairs of judgments whatsoever. The interval as in nominal_agreement. values: (j,) the
    judgments; unit: (j,) the thing that each is about; cluster: (j,) ids, the same for all of a
    thing. Range: up to 1, higher is better; 0 is as good as chance, below 0 worse.

    Undefined below two things judged twice, and where every number is the same; the interval also
    below five clusters.
    Reference: Krippendorff 2018, Content Analysis, 4th edition, chapter 12.
    """
    sums, of = _sums_by_unit(values, unit, cluster)
    n_units = len(sums)
    reason = _why_no_interval_alpha(sums)
    if reason:
        return Agreement(None, None, n_units, {"alpha": reason, "ci95": reason})
    alpha = float(_interval_alphas(sums.sum(axis=0)[None])[0])
    _, code = np.unique(of, return_inverse=True)
    n_clusters = int(code.max()) + 1
    if n_clusters < FEWEST_CLUSTERS:
        return Agreement(alpha, None, n_units, {"ci95": FEW_FOR_INTERVAL})
    by_cluster = np.zeros((n_clusters, sums.shape[1]))
    np.add.at(by_cluster, code, sums)
    rng = np.random.default_rng(SEED)
    times = rng.multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), size=N_DRAWS)
    low, high = np.quantile(_interval_alphas(times @ by_cluster), [0.025, 0.975]).tolist()
    return Agreement(alpha, (low, high), n_units)


def _sums_by_unit(values: Floats, unit: Integers, cluster: Integers) -> tuple[Floats, Integers]:
    """Return n, Σv, Σv² and the weighed differences of each thing judged twice, and its cluster."""
    _, first, code = np.unique(unit, return_index=True, return_inverse=True)
    n, total, squares = (
        np.bincount(code, weights=weights, minlength=first.size)
        for weights in (None, values, values**2)
    )
    is_paired = n > 1
    n, total, squares = n[is_paired], total[is_paired], squares[is_paired]
    # Σ over ordered pairs of (v - w)² is 2(n Σv² - (Σv)²).
    differing = np.maximum(n * squares - total**2, 0.0) * 2 / (n - 1)
    return np.column_stack([n, total, squares, differing]), cluster[first][is_paired]


def _why_no_interval_alpha(sums: Floats) -> str:
    if len(sums) < 2:
        return FEW_UNITS
    n, total, squares, _ = sums.sum(axis=0)
    return ONE_ANSWER if n * squares - total**2 <= TINY * n * squares else ""


def _interval_alphas(sums: Floats) -> Floats:
    """Return alpha of each row of sums; full agreement where every number is the same."""
    n, total, squares, observed = sums.T
    spread = n * squares - total**2
    expected = np.where(spread > TINY * n * squares, 2 * spread / (n - 1), 0.0)
    alphas: Floats = 1 - np.divide(
        observed, expected, out=np.zeros_like(observed), where=expected > 0
    )
    return alphas
