"""Clusters of questions whose answers hang together."""

from typing import NamedTuple

import numpy as np

from forecasts.scoring.arrays import Integers
from forecasts.scoring.groups import Groups
from forecasts.scoring.orders import ordered


class Clusters(NamedTuple):
    """Row by row the number of its cluster, from 0; the row that speaks for each; by expert.

    order: the rows by expert and cluster, the one that speaks first.
    """

    code: Integers
    first: Integers
    groups: Groups
    order: Integers


class Numbered(NamedTuple):
    """Row by row the number of its cluster, counted from 0, and how many clusters there are."""

    code: Integers
    total: int


def numbered(cluster: Integers) -> Numbered:
    """Return the clusters of one expert's rows, numbered from 0 without gaps."""
    ids, code = np.unique(cluster, return_inverse=True)
    return Numbered(code.astype(np.int64), int(ids.size))


def clustered(cluster: Integers, groups: Groups, *, precedence: tuple[Integers, ...]) -> Clusters:
    """Return the clusters within each group; the row of lowest precedence speaks for its own.

    cluster: (rows,) ids; precedence: (rows,) each, the first decides before the second.
    """
    order = ordered((cluster, groups.code), ties=precedence[::-1])
    owner, ids = groups.code[order], cluster[order]
    is_new = np.ones(order.size, dtype=np.bool_)
    is_new[1:] = (owner[1:] != owner[:-1]) | (ids[1:] != ids[:-1])
    code = np.empty(order.size, dtype=np.int64)
    code[order] = np.cumsum(is_new) - 1
    first = order[is_new]
    return Clusters(code, first, Groups.of_sorted(groups.code[first], len(groups)), order)


def one_per_cluster_within(number: Integers, clusters: Clusters) -> Integers:
    """Return the row that speaks for each cluster within each class of rows.

    number: (rows,) of the class, from 0.
    """
    keys = number * max(clusters.first.size, 1) + clusters.code
    first = np.unique(keys[clusters.order], return_index=True)[1]
    return clusters.order[first]
