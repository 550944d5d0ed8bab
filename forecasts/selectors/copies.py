"""Rows of a query through PostgreSQL's binary COPY, in batches of arrays."""

import select
from collections.abc import Iterator
from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from numpy.typing import NDArray
from psycopg import ClientCursor, errors, pq

# By PostgreSQL's number of each type: how it goes over the wire.
WIRE_TYPES = {16: "?", 20: ">i8", 21: ">i2", 23: ">i4", 700: ">f4", 701: ">f8", 1184: ">i8"}
TIMESTAMPTZ = 1184
MICROSECONDS_TO_2000 = 946_684_800_000_000
SIGNATURE_LENGTH = 19
TRAILER = b"\xff\xff"


def copied_batches(
    rows: QuerySet[Any, Any], names: list[str], size: int
) -> Iterator[list[NDArray[Any]]]:
    """Arrays of at most `size` rows, one for each name, read while the server still sends.

    Raises TypeError for a type without a fixed width and ValueError for a NULL.
    """
    connection = connections[rows.db]
    try:
        sql, params = rows.query.get_compiler(using=rows.db).as_sql()
    except EmptyResultSet:  # nothing can match, and Django has no SQL for that
        return
    with connection.wrap_database_errors, connection.cursor() as cursor:
        shape = f"SELECT * FROM ({sql}) AS shape LIMIT 0"  # noqa: S608, Django compiled it
        cursor.execute(shape, params)
        types = [column.type_code for column in cursor.description]
        row = _row(names, types)
        session = cursor.connection
        # COPY takes no parameters; the driver quotes them into the text.
        copy = ClientCursor(session).mogrify(f"COPY ({sql}) TO STDOUT (FORMAT binary)", params)
        with cursor.copy(copy):
            for data in _batches(session.pgconn, row.itemsize, size):
                yield _values(np.frombuffer(data, dtype=row), types)


def _row(names: list[str], types: list[int]) -> np.dtype[Any]:
    """How a row without a NULL looks: the number of columns, then length and value of each."""
    strange = [name for name, oid in zip(names, types, strict=True) if oid not in WIRE_TYPES]
    if strange:
        raise TypeError(f"{', '.join(strange)}: of no fixed width in PostgreSQL.")
    layout = [("columns", ">i2")]
    for number, oid in enumerate(types):
        layout += [(f"length{number}", ">i4"), (f"value{number}", WIRE_TYPES[oid])]
    return np.dtype(layout)


def _values(rows: NDArray[Any], types: list[int]) -> list[NDArray[Any]]:
    values = [rows[f"value{number}"] for number in range(len(types))]
    return [
        column + MICROSECONDS_TO_2000 if oid == TIMESTAMPTZ else column
        for column, oid in zip(values, types, strict=True)
    ]


def _batches(pgconn: pq.abc.PGconn, width: int, size: int) -> Iterator[bytearray]:
    """Whole rows of this width, many together.

    A NULL makes a row shorter and nothing makes one longer, so the length tells.
    """
    batch = bytearray()
    for message in _messages(pgconn):
        if len(message) == width:
            batch += message
            if len(batch) >= width * size:
                yield batch
                batch = bytearray()
        elif message != TRAILER:
            raise ValueError("There is a NULL: wrap what can be NULL in Coalesce.")
    if batch:
        yield batch


def _messages(pgconn: pq.abc.PGconn) -> Iterator[memoryview]:
    """What the server sends, the file header taken off: one message for each row, and a trailer.

    Psycopg's own loop waits anew for each message, which takes twice as long as this one.
    """
    arrival = select.poll()
    arrival.register(pgconn.socket, select.POLLIN)
    skipped = SIGNATURE_LENGTH
    while True:
        length, message = pgconn.get_copy_data(1)
        if length > 0:
            if skipped:
                message, skipped = message[skipped:], 0
            if message:
                yield message
        elif length == 0:
            arrival.poll()
            pgconn.consume_input()
        else:
            return _finish(pgconn)


def _finish(pgconn: pq.abc.PGconn) -> None:
    """Raise what ended the rows if it was not their end, after all that the server has to say."""
    failed = None
    while result := pgconn.get_result():
        if result.status != pq.ExecStatus.COMMAND_OK:
            failed = result
    if failed:
        raise errors.error_from_result(failed)
