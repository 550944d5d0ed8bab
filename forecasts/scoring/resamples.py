"""Track records as chance would write them, were every stated probability true."""

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from forecasts.scoring.arrays import Integers
from forecasts.scoring.clusters import numbered
from forecasts.scoring.probabilities import PPM

# Draws are fitted together; more of them at once would cost digits, and more rows memory.
_MOST_DRAWS = 250
_MOST_ROWS = 1_000_000


class Layout(NamedTuple):
    """Forecasts cluster by cluster: each cluster's first row and size, and each row's value."""

    start: Integers
    size: Integers
    ppm: Integers
    seed: int


class Resample(NamedTuple):
    """How often each value (column) was drawn in each draw (row), and how often yes came."""

    n: Integers
    n_yes: Integers


def laid_out(ppm: Integers, outcome: Integers, *, cluster: Integers) -> Layout:
    """Return the forecasts in an order, and with a seed, that depend on no id and no row order.

    ppm: (n,) parts per million; outcome: (n,) 0 or 1; cluster: (n,) ids.
    """
    clusters = numbered(cluster)
    members: list[list[int]] = [[] for _ in range(clusters.total)]
    for code, key in zip(clusters.code.tolist(), (2 * ppm + outcome).tolist(), strict=True):
        members[code].append(key)
    rows = sorted(sorted(keys) for keys in members)
    size = np.array([len(keys) for keys in rows])
    seed = int.from_bytes(sha256(repr(rows).encode()).digest(), "big")
    flat = np.array([key for keys in rows for key in keys])
    return Layout(np.cumsum(size) - size, size, flat // 2, seed)


def resamples(
    layout: Layout,
    values: Integers,
    *,
    n_draws: int,
    seed: int | None = None,
    keeps_forecasts: bool = False,
) -> Iterator[Resample]:
    """Yield the draws in batches: clusters with replacement, y = 1[U <= p], one U per cluster.

    values: (m,) distinct probabilities in rising order, ppm. keeps_forecasts: each draw has the
    forecasts as they are, and only what happens is drawn. Shape of a batch: (draws, m).
    """
    rng = np.random.default_rng([layout.seed, keeps_forecasts, *([] if seed is None else [seed])])
    draw = _redrawn if keeps_forecasts else _resampled
    batch = max(1, min(_MOST_DRAWS, _MOST_ROWS // layout.ppm.size))
    for done in range(0, n_draws, batch):
        yield draw(layout, values, rng=rng, n_draws=min(batch, n_draws - done))


def _resampled(
    layout: Layout, values: Integers, *, rng: np.random.Generator, n_draws: int
) -> Resample:
    n_clusters = layout.size.size
    chosen = rng.integers(n_clusters, size=n_draws * n_clusters)
    uniform = _uniforms(rng, chosen.size)
    size = layout.size[chosen]
    draw, row = np.repeat(np.arange(n_draws), n_clusters), layout.start[chosen]
    if layout.ppm.size > n_clusters:
        row = np.repeat(row - (np.cumsum(size) - size), size) + np.arange(size.sum())
        draw, uniform = np.repeat(draw, size), np.repeat(uniform, size)
    cell = draw * values.size + np.searchsorted(values, layout.ppm)[row]
    is_yes = uniform < layout.ppm[row]
    shape = (n_draws, values.size)
    n = np.bincount(cell, minlength=n_draws * values.size).reshape(shape)
    n_yes = np.bincount(cell[is_yes], minlength=n_draws * values.size).reshape(shape)
    return Resample(n, n_yes)


def _redrawn(
    layout: Layout, values: Integers, *, rng: np.random.Generator, n_draws: int
) -> Resample:
    n_clusters = layout.size.size
    uniform = _uniforms(rng, n_draws * n_clusters).reshape(n_draws, n_clusters)
    order = np.argsort(layout.ppm, kind="stable")
    cluster, ppm = np.repeat(np.arange(n_clusters), layout.size)[order], layout.ppm[order]
    first = np.searchsorted(ppm, values)
    n_yes = np.add.reduceat(uniform[:, cluster] < ppm, first, axis=1, dtype=np.int64)
    n = np.broadcast_to(np.diff(first, append=ppm.size), n_yes.shape)
    return Resample(n, n_yes)


def _uniforms(rng: np.random.Generator, size: int) -> Integers:
    # In whole parts per million, below p happens in exactly p of all cases.
    return rng.integers(PPM, size=size)
