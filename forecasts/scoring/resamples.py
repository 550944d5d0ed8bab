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
    n_clusters = layout.size.size
    batch = max(1, min(_MOST_DRAWS, _MOST_ROWS // layout.ppm.size))
    for done in range(0, n_draws, batch):
        size = min(batch, n_draws - done) * n_clusters
        chosen = (
            np.arange(size) % n_clusters if keeps_forecasts else rng.integers(n_clusters, size=size)
        )
        yield _drawn(layout, values, chosen, rng=rng)


def _drawn(
    layout: Layout, values: Integers, chosen: Integers, *, rng: np.random.Generator
) -> Resample:
    n_clusters = layout.size.size
    n_draws = chosen.size // n_clusters
    # Whole parts per million: below p happens in exactly p of all cases, never at 0, always at 1.
    uniform = rng.integers(PPM, size=chosen.size)
    size = layout.size[chosen]
    row = np.repeat(layout.start[chosen] - (np.cumsum(size) - size), size) + np.arange(size.sum())
    draw = np.repeat(np.arange(chosen.size) // n_clusters, size)
    cell = draw * values.size + np.searchsorted(values, layout.ppm)[row]
    is_yes = np.repeat(uniform, size) < layout.ppm[row]
    shape = (n_draws, values.size)
    n = np.bincount(cell, minlength=n_draws * values.size).reshape(shape)
    n_yes = np.bincount(cell[is_yes], minlength=n_draws * values.size).reshape(shape)
    return Resample(n, n_yes)
