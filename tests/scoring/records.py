"""Track records for tests, written as an editor would say them."""

from collections.abc import Sequence

import numpy as np

from forecasts.scoring import TrackRecords, to_ppm
from forecasts.scoring.arrays import Integers
from tests.scoring.singles import one_record

# What a reader would work through on paper: eight forecasts, two of them a pair of nested horizons.
EIGHT = (
    ("0.9", 1),
    ("0.8", 1),
    ("0.8", 0),
    ("0.6", 1),
    ("0.4", 0),
    ("0.3", 1),
    ("0.2", 0),
    ("0.1", 0),
)


def integers(*values: int) -> Integers:
    return np.array(values, dtype=np.int64)


def pairs(*forecasts: tuple[str, int]) -> tuple[Integers, Integers]:
    """Return the probabilities in ppm and the outcomes."""
    ppm = integers(*(to_ppm(probability) for probability, _ in forecasts))
    return ppm, integers(*(outcome for _, outcome in forecasts))


def record(
    *forecasts: tuple[str, int],
    cluster: Sequence[int] | None = None,
    low: Integers | None = None,
    high: Integers | None = None,
) -> TrackRecords:
    """Return stated forecasts, each a cluster of its own unless told otherwise."""
    ppm, outcome = pairs(*forecasts)
    numbers = np.arange(ppm.size)
    return one_record(
        ppm=ppm,
        low=ppm if low is None else low,
        high=ppm if high is None else high,
        outcome=outcome,
        cluster=numbers if cluster is None else integers(*cluster),
        n_conditions=np.zeros_like(numbers),
        deadline=numbers,
        question=numbers,
    )


def random_record(n: int, *, seed: int, cluster_size: int = 1, step: int = 50_000) -> TrackRecords:
    """Return n forecasts by a calibrated expert who speaks in multiples of the step."""
    rng = np.random.default_rng(seed)
    numbers = np.arange(n)
    ppm = rng.integers(1, 1_000_000 // step, size=n) * step
    return one_record(
        ppm=ppm,
        low=ppm // 2,
        high=ppm + (1_000_000 - ppm) // 2,
        outcome=(rng.integers(1_000_000, size=n) < ppm).astype(np.int64),
        cluster=numbers // cluster_size,
        n_conditions=rng.integers(3, size=n),
        deadline=rng.integers(1_000, size=n),
        question=numbers,
    )
