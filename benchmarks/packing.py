"""Fills the scorecards of a loaded server with packed rows, as sweeps would have."""

from collections.abc import Iterator

from benchmarks.lines.tables import AS_OF, everybody
from forecasts.models import Expert
from forecasts.scoring.packed_rows import packed_rows
from forecasts.scoring.versions import STATISTICS_VERSION

import psycopg


def pack(url: str) -> None:
    """Store the packed row of every expert, and mark every scorecard as up to date."""
