"""Fills the scorecards of a loaded server with packed rows, as sweeps would have."""

import psycopg

from benchmarks.lines.tables import AS_OF, everybody
from forecasts.scoring.packed_rows import packed_rows
from forecasts.scoring.versions import STATISTICS_VERSION

TABLE = "CREATE TEMPORARY TABLE packed (expert int8, keys bytea, clusters bytea)"
INTO = "COPY packed (expert, keys, clusters) FROM STDIN (FORMAT binary)"
STORE = """
UPDATE forecasts_scorecard card SET
    keys = packed.keys, clusters = packed.clusters, computed_touches = touches,
    computed_at = %(as_of)s, statistics_version = %(version)s, drawn = '{}'
FROM packed WHERE card.expert_id = packed.expert
"""


def pack(url: str) -> None:
    """Store the packed row of every expert, and mark every scorecard as up to date."""
    said, tally = everybody(is_alone=True)
    rows = zip(said.expert_ids.tolist(), packed_rows(tally.records), strict=True)
    with psycopg.connect(url) as connection:
        connection.execute(
            "CREATE TEMPORARY TABLE packed (expert int8, keys bytea, clusters bytea)"
        )
        with connection.cursor().copy(INTO) as copy:
            copy.set_types(["int8", "bytea", "bytea"])
            for expert, row in rows:
                copy.write_row((expert, row.keys, row.clusters))
        connection.execute(STORE, {"as_of": AS_OF, "version": STATISTICS_VERSION})
