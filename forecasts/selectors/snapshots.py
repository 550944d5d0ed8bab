"""Reading many tables as they were at one moment, while others write."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

DEFERRED = "DEFERRED"


@contextmanager
def snapshot() -> Iterator[None]:
    """Every query inside sees the same moment, and nobody waits for it.

    Inside another transaction it is that one's view, whatever that is.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with _not_writing(), transaction.atomic():
            yield


@contextmanager
def _not_writing() -> Iterator[None]:
    """On SQLite a transaction that may write keeps others from writing; this one does not."""
    sqlite: Any = connection
    sqlite.ensure_connection()
    usual, sqlite.transaction_mode = sqlite.transaction_mode, DEFERRED
    try:
        yield
    finally:
        sqlite.transaction_mode = usual
