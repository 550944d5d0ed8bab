"""How often yes came in each class of forecasts, and how sure that share is."""

import numpy as np

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.clusters import Clusters, one_per_cluster_within
from forecasts.scoring.intervals import wilson_intervals


def counted(number: Integers, outcome: Integers, *, n_classes: int) -> tuple[Integers, Integers]:
    """Return how many forecasts each class holds, and how many of them came true.

    number: (rows,) of the class, 0..n_classes - 1; outcome: (rows,) 0 or 1. Shape: two of
    (n_classes,).
    """
    n = np.bincount(number, minlength=n_classes)
    return n, np.bincount(number[outcome == 1], minlength=n_classes)


def wilson_within(
    number: Integers, outcome: Integers, *, clusters: Clusters, n_classes: int
) -> Floats:
    """Return the 95 % Wilson interval of every class, one forecast per cluster within it.

    Formula: see wilson_intervals. number: (rows,) of the class; outcome: (rows,) 0 or 1.
    Shape: (n_classes, 2), within 0..1; NaN for an empty class.
    """
    rows = one_per_cluster_within(number, clusters)
    n, n_yes = counted(number[rows], outcome[rows], n_classes=n_classes)
    return wilson_intervals(n_yes, n)
