"""An expert's scored forecasts in a few bytes: all that needs neither ranges nor times."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from forecasts.scoring.arrays import Integers
from forecasts.scoring.groups import Groups
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.track_records import TrackRecords

WIRE = np.dtype("<u4")


class PackedRow(NamedTuple):
    """Four bytes for each forecast, little-endian, in rising order of keys.

    keys: 2 ppm + outcome. clusters: the number of each forecast's cluster; nothing where each
    forecast is a cluster of its own.
    """

    keys: bytes
    clusters: bytes


def packed_rows(records: TrackRecords) -> list[PackedRow]:
    """Return the packed row of each expert."""
    keys, code = records.pairs.keys.astype(WIRE), records.clusters.code
    is_plain = records.clusters.groups.n == records.groups.n
    rows = []
    parts = records.groups.split(keys, code)
    for plain, (own, clusters) in zip(is_plain.tolist(), parts, strict=True):
        ordinal = np.zeros(0) if plain else clusters - clusters.min()
        rows.append(PackedRow(own.tobytes(), ordinal.astype(WIRE).tobytes()))
    return rows


def unpacked(rows: Iterable[PackedRow]) -> tuple[Pairs, Integers]:
    """Return the pairs of the experts, and the number of each forecast's cluster."""
    packed = list(rows)
    sizes = np.array([len(row.keys) for row in packed], dtype=np.int64) // WIRE.itemsize
    keys = np.frombuffer(b"".join(row.keys for row in packed), dtype=WIRE)
    clusters = [
        np.frombuffer(row.clusters, dtype=WIRE) if row.clusters else np.arange(n)
        for row, n in zip(packed, sizes.tolist(), strict=True)
    ]
    cluster = np.concatenate(clusters or [np.zeros(0)]).astype(np.int64)
    return Pairs.of_keys(keys, Groups.of_sizes(sizes)), cluster
