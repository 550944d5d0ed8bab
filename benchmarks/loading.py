"""Fills the real tables by the steps of load.sql."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.scales import Scale
from benchmarks.standing import SCORED

STEP = re.compile(r"^-- step: (.+)$", re.MULTILINE)
SCRIPT = Path(__file__).with_name("load.sql")
LARGE = "forecasts_forecast"
CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('f', 'u')
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = %s::regclass AND NOT indisprimary
AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype = 'u')
"""


def load(url: str, scale: Scale) -> float:
    """Load, index, vacuum; return the seconds it took."""
    started = time.perf_counter()
    numbers = {"experts": scale.experts, "pairs": scale.pairs, "questions": scale.questions}
    with (
        psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection,
        without_indexes(connection),
    ):
        for title, statements in steps():
            with progress(title):
                connection.execute(statements, numbers)
    with psycopg.connect(url, autocommit=True) as connection:
        with progress("vacuum and analyze"):
            connection.execute("VACUUM ANALYZE")
        with progress("scored: expert, ppm, outcome, and nothing else"):
            connection.execute(f"CREATE UNLOGGED TABLE bench.scored AS {SCORED}")
            connection.execute("CREATE INDEX ON bench.scored (expert)")
            connection.execute("VACUUM ANALYZE bench.scored")
    return time.perf_counter() - started


def steps() -> Iterator[tuple[str, str]]:
    """Title and statements of each step, the opening comment left out."""
    _, *parts = STEP.split(SCRIPT.read_text())
    return zip(parts[::2], parts[1::2], strict=True)


@contextmanager
def without_indexes(connection: psycopg.Connection) -> Iterator[None]:
    """Take the large table's indexes, keys and references away, and put them back as they were.

    Each is then built, and each reference checked, in one go.
    """
    table = sql.Identifier(LARGE)
    constraints = connection.execute(CONSTRAINTS, [LARGE]).fetchall()
    indexes = connection.execute(INDEXES, [LARGE]).fetchall()
    for name, _ in constraints:
        drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {} CASCADE")
        connection.execute(drop.format(table, sql.Identifier(name)))
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    with progress(f"{len(indexes)} indexes and {len(constraints)} constraints"):
        for _, definition in indexes:
            connection.execute(definition)
        for name, definition in constraints:
            add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} " + definition)
            connection.execute(add.format(table, sql.Identifier(name)))


@contextmanager
def progress(title: str) -> Iterator[None]:
    """Say what is being done, then how long it took."""
    print(f"  {title} … ", end="", flush=True)
    started = time.perf_counter()
    yield
    print(f"{time.perf_counter() - started:.1f} s", flush=True)
