"""Fills a loaded server with packed rows and comparisons, as sweeps would have."""

import psycopg

from benchmarks.lines.tables import AS_OF, answered, everybody
from forecasts.scoring.versions import STATISTICS_VERSION
from forecasts.selectors.question_comparisons import computed_questions

TABLE = "CREATE TEMPORARY TABLE packed (expert int8, keys bytea, clusters bytea)"
INTO = "COPY packed (expert, keys, clusters) FROM STDIN (FORMAT binary)"
STORE = """
UPDATE forecasts_scorecard card SET
    keys = packed.keys, clusters = packed.clusters, computed_touches = touches,
    computed_at = %(as_of)s, statistics_version = %(version)s, drawn = '{}'
FROM packed WHERE card.expert_id = packed.expert
"""
COMPARISONS = """
COPY forecasts_questioncomparison (question_id, touches, statistics_version, opening, pairs)
FROM STDIN (FORMAT binary)
"""


def pack(url: str) -> None:
    """Store the packed row of every expert, and mark every scorecard as up to date."""
    with psycopg.connect(url) as connection:
        connection.execute(TABLE)
        with connection.cursor().copy(INTO) as copy:
            copy.set_types(["int8", "bytea", "bytea"])
            for ids, rows in everybody():
                for expert, row in zip(ids, rows, strict=True):
                    copy.write_row((expert, row.keys, row.clusters))
        connection.execute(STORE, {"as_of": AS_OF, "version": STATISTICS_VERSION})


def compare(url: str) -> None:
    """Store the comparisons of every question that somebody answered."""
    found = computed_questions(answered(), as_of=AS_OF)
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.cursor().copy(COMPARISONS) as copy:
            copy.set_types(["int8", "int8", "int2", "int8", "bytea"])
            for question, kept in found.items():
                copy.write_row((question, 1, STATISTICS_VERSION, kept.opening, kept.pairs))
        connection.execute("VACUUM ANALYZE forecasts_questioncomparison")
        connection.execute("VACUUM ANALYZE forecasts_scorecard")
