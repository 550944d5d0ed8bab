"""Clusters of questions whose answers hang together."""

from typing import NamedTuple

import numpy as np

from forecasts.scoring.arrays import Integers


class Clusters(NamedTuple):
    """Row by row the number of its cluster, counted from 0, and how many clusters there are."""

    code: Integers
    total: int


def numbered(cluster: Integers) -> Clusters:
    """Return the clusters of the ids, numbered from 0 without gaps."""
    ids, code = np.unique(cluster, return_inverse=True)
    return Clusters(code.astype(np.int64), int(ids.size))


def one_per_cluster(cluster: Integers) -> Integers:
    """Return the position of the first row of each cluster, which speaks for the cluster."""
    return np.unique(cluster, return_index=True)[1].astype(np.int64)


def one_per_cluster_within(group: Integers, cluster: Integers) -> Integers:
    """Return the position of the first row of each cluster within each group of rows."""
    clusters = numbered(cluster)
    return one_per_cluster(group * clusters.total + clusters.code)
