"""What state the database is in, so that two equal answers to that mean equal rows."""

import os
import sqlite3
from functools import lru_cache
from pathlib import Path
from threading import Lock

from django.db import DatabaseError, connection

SNAPSHOT = "SELECT pg_current_snapshot()::text"


def database_state() -> str | None:
    """A text that no commit leaves as it was; None where nothing can be said.

    PostgreSQL's snapshot names every transaction that has not ended; all others have, and what
    they wrote is visible or never will be. So equal snapshots see the same rows, and one taken
    after a commit differs from each taken before it, in whatever order transactions began.

    Inside a transaction more is visible than others see, so there nothing is said.
    """
    if connection.in_atomic_block:
        return None
    try:
        return _snapshot() if connection.vendor == "postgresql" else _data_version()
    except (DatabaseError, sqlite3.Error, OSError):
        # Whoever reads next meets the same, and says so.
        return None


def _snapshot() -> str:
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT)
        return str(cursor.fetchone()[0])


def _data_version() -> str | None:
    path = Path(str(connection.settings_dict["NAME"]))
    if not path.is_file():
        return None  # it lives in memory
    inode = path.stat().st_ino
    return f"{inode}:{_watch(os.getpid(), path, inode).version()}"


class Watch:
    """A connection that reads nothing: SQLite tells it of the commits of all others."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._lock = Lock()

    def version(self) -> int:
        """Another number after each commit."""
        with self._lock:
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


@lru_cache(maxsize=1)
def _watch(pid: int, path: Path, inode: int) -> Watch:
    """One for each process and file; it keeps the file open, so that no other gets its number."""
    return Watch(path)
