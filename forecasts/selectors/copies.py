"""Rows of a query through PostgreSQL's binary COPY, in batches of arrays."""

import select
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Self

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
# Signature, flags, length of what would extend the header.
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL_FOUND = "There is a NULL: wrap what can be NULL in Coalesce."


class Shape(NamedTuple):
    """How rows go over the wire: the type of each column, and a row without a NULL."""

    types: list[int]
    row: np.dtype[Any]

    @classmethod
    def of(cls, names: list[str], types: list[int]) -> Self:
        """The number of columns, then length and value of each; raises TypeError, see below."""
        strange = [name for name, oid in zip(names, types, strict=True) if oid not in WIRE_TYPES]
        if strange:
            raise TypeError(f"{', '.join(strange)}: of no fixed width in PostgreSQL.")
        layout = [("columns", ">i2")]
        for number, oid in enumerate(types):
            layout += [(f"length{number}", ">i4"), (f"value{number}", WIRE_TYPES[oid])]
        return cls(types, np.dtype(layout))


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
        shape = shape_of(cursor, names, sql, params)
        yield from sent_batches(cursor, shape, sql, params, size)


def shape_of(cursor: Any, names: list[str], sql: str, params: Sequence[Any]) -> Shape:
    """Ask what the statement selects. cursor: Django's."""
    nothing = f"SELECT * FROM ({sql}) AS shape LIMIT 0"  # noqa: S608, Django compiled it
    # Past Django's log, so that a read counts as one query, as elsewhere.
    asked = cursor.connection.execute(nothing, params)
    return Shape.of(names, [column.type_code for column in asked.description])


def sent_batches(
    cursor: Any, shape: Shape, sql: str, params: Sequence[Any], size: int
) -> Iterator[list[NDArray[Any]]]:
    """What copied_batches returns, of a statement whose shape is known."""
    session = cursor.connection
    # COPY takes no parameters; the driver quotes them into the text.
    copy = ClientCursor(session).mogrify(f"COPY ({sql}) TO STDOUT (FORMAT binary)", params)
    with cursor.copy(copy):
        for data in _batches(session.pgconn, shape.row.itemsize, size):
            yield _values(np.frombuffer(data, dtype=shape.row), shape.types)


def _values(rows: NDArray[Any], types: list[int]) -> list[NDArray[Any]]:
    if (rows["columns"] != len(types)).any():
        raise ValueError(NULL_FOUND)
    values = [rows[f"value{number}"] for number in range(len(types))]
    return [
        column + MICROSECONDS_TO_2000 if oid == TIMESTAMPTZ else column
        for column, oid in zip(values, types, strict=True)
    ]


def _batches(pgconn: pq.abc.PGconn, width: int, size: int) -> Iterator[bytearray]:
    """Whole rows of this width, many together.

    A message of the server is one row. A NULL makes it shorter and nothing makes one longer, so
    that its length tells; the first has the file's header before it, the last is a trailer.
    Psycopg's own loop waits anew for each message, which takes twice as long as this one.
    """
    arrival = select.poll()
    arrival.register(pgconn.socket, select.POLLIN)
    batch, full = bytearray(), width * size
    receive = pgconn.get_copy_data
    while (received := receive(1))[0] >= 0:
        length, message = received
        if length == width:
            batch += message
            if len(batch) >= full:
                yield batch
                batch = bytearray()
        elif length == 0:
            arrival.poll()
            pgconn.consume_input()
        else:
            batch += _odd(message, width)
    _finish(pgconn)
    if batch:
        yield batch


def _odd(message: memoryview, width: int) -> memoryview:
    """The row, if there is one, in a message that is not exactly a row."""
    rest = message[len(HEADER) :] if message[: len(HEADER)] == HEADER else message
    if rest == TRAILER:
        return rest[:0]
    if len(rest) not in (0, width):
        raise ValueError(NULL_FOUND)
    return rest


def _finish(pgconn: pq.abc.PGconn) -> None:
    """Raise what ended the rows if it was not their end, after all that the server has to say."""
    failed = None
    while result := pgconn.get_result():
        if result.status != pq.ExecStatus.COMMAND_OK:
            failed = result
    if failed:
        raise errors.error_from_result(failed)
