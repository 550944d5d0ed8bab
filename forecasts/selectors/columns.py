"""Columns of a query as numpy arrays: by COPY on PostgreSQL, row by row elsewhere."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import (
    BigIntegerField,
    BooleanField,
    F,
    Field,
    ForeignKey,
    Func,
    QuerySet,
    Subquery,
)
from numpy.typing import NDArray

from forecasts.selectors.copies import copied_batches

Columns = dict[str, NDArray[Any]]
Fields = dict[str, Field[Any, Any]]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Stands for the end of what has not ended: later than all that can be recorded.
FAR = datetime(9000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BATCH = 50_000
DTYPES = {
    "BooleanField": np.dtype(np.bool_),
    "DateTimeField": np.dtype(np.int64),
    "FloatField": np.dtype(np.float64),
    "AutoField": np.dtype(np.int64),
    "BigAutoField": np.dtype(np.int64),
    "BigIntegerField": np.dtype(np.int64),
    "IntegerField": np.dtype(np.int64),
    "PositiveBigIntegerField": np.dtype(np.int64),
    "PositiveIntegerField": np.dtype(np.int64),
    "PositiveSmallIntegerField": np.dtype(np.int64),
    "SmallIntegerField": np.dtype(np.int64),
}


class Ppm(Func):
    """A probability as a whole number of parts per million, exact on every database.

    PostgreSQL multiplies decimals and its cast rounds; SQLite holds binary fractions, of which
    0.29 times a million lies below 290,000, and its cast cuts.
    """

    template = "CAST(%(expressions)s * 1000000 AS bigint)"
    arity = 1

    def __init__(self, expression: Any) -> None:
        """Of a column's name or an expression."""
        super().__init__(expression, output_field=BigIntegerField())

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Round before the cast."""
        template = "CAST(ROUND(%(expressions)s * 1000000) AS bigint)"
        return self.as_sql(compiler, connection, template=template, **context)


def listed(numbers: Iterable[int]) -> str:
    """Whole numbers as one text."""
    return ",".join(map(str, numbers))


def as_array(listed: str) -> str:
    """Listed numbers as an array of PostgreSQL."""
    return f"{{{listed}}}"


class Among(Func):
    """Whether a column of whole numbers is among those given, which travel as one parameter.

    `__in` makes a parameter of each, which for some hundred costs more than the query, and of
    which SQLite takes a limited number.
    """

    def __init__(self, name: str, numbers: Iterable[int]) -> None:
        """Of a column's name."""
        super().__init__(F(name), output_field=BooleanField())
        self.listed = listed(numbers)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Compare with an array."""
        column, params = self._column(compiler)
        return f"{column} = ANY(%s::bigint[])", (*params, as_array(self.listed))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Compare with a list in JSON."""
        column, params = self._column(compiler)
        listed = "SELECT value FROM json_each(%s)"
        return f"{column} IN ({listed})", (*params, f"[{self.listed}]")

    def _column(self, compiler: Any) -> Any:
        if not self.listed:
            raise EmptyResultSet  # as `__in` does, so that nothing is asked
        return compiler.compile(self.source_expressions[0])


class AmongSelected(Func):
    """Whether a column of whole numbers is among those that a query selects.

    PostgreSQL runs it first. Of `__in` between two OR it would make a scan of the whole table.
    """

    def __init__(self, name: str, rows: QuerySet[Any, Any]) -> None:
        """Of a column's name."""
        super().__init__(F(name), Subquery(rows), output_field=BooleanField())

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Compare with an array."""
        (column, params), (rows, more) = map(compiler.compile, self.source_expressions)
        return f"{column} = ANY(ARRAY{rows})", (*params, *more)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Compare with rows."""
        (column, params), (rows, more) = map(compiler.compile, self.source_expressions)
        return f"{column} IN {rows}", (*params, *more)


class InBytes(Func):
    """A text to order by, character by character, as Python does and not every database."""

    template = "%(expressions)s"
    arity = 1

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """By the collation that has no language."""
        return self.as_sql(compiler, connection, template='%(expressions)s COLLATE "C"', **context)


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970 UTC, as columns of times hold them."""
    return (instant - EPOCH) // MICROSECOND


def instant(microseconds_: int) -> datetime:
    """The instant of whole microseconds since 1970 UTC."""
    return EPOCH + microseconds_ * MICROSECOND


def read_columns(rows: QuerySet[Any, Any], *, is_short: bool = False) -> Columns:
    """Array by name of what `rows`, a query with values_list(), selects, in its order.

    is_short: some hundred rows at most, for which COPY does not pay.

    int64, float64 or bool; times are microseconds since 1970 UTC. Memory: the arrays, an
    eighth of them, and one batch. Raises TypeError for a column of another type (wrap
    probabilities in Ppm, turn texts into conditions) and ValueError for a NULL (wrap what
    can be NULL in Coalesce).
    """
    fields = fields_of(rows)
    is_copied = connections[rows.db].vendor == "postgresql" and not is_short
    batches = (
        copied_batches(rows, list(fields), BATCH)
        if is_copied
        else _fetched(rows, fields, is_short=is_short)
    )
    return gathered(fields, batches)


def gathered(fields: Fields, batches: Iterable[list[NDArray[Any]]]) -> Columns:
    """Array by name of batches whose arrays stand in the order of the fields."""
    grown = {name: _Grown(_dtype(name, field)) for name, field in fields.items()}
    for batch in batches:
        for column, values in zip(grown.values(), batch, strict=True):
            column.append(values)
    return {name: column.whole() for name, column in grown.items()}


def fields_of(rows: QuerySet[Any, Any]) -> Fields:
    """What each selected column holds; of a foreign key, what it points to."""
    compiler = rows.query.get_compiler(using=rows.db)
    compiler.setup_query()
    fields = [_pointed_to(column.output_field) for column, _, _ in compiler.select]
    names = rows.query.selected
    if names is None:
        raise TypeError("Name the columns to read: values_list().")
    return dict(zip(names, fields, strict=True))


def _pointed_to(field: Field[Any, Any]) -> Field[Any, Any]:
    while isinstance(field, ForeignKey):
        field = field.target_field
    return field


def _dtype(name: str, field: Field[Any, Any]) -> np.dtype[Any]:
    kind = field.get_internal_type()
    if kind not in DTYPES:
        raise TypeError(f"{name} is a {kind}, of which no array can be made.")
    return DTYPES[kind]


def _fetched(
    rows: QuerySet[Any, Any], fields: Fields, *, is_short: bool
) -> Iterator[list[NDArray[Any]]]:
    found = iter(rows) if is_short else rows.iterator(chunk_size=BATCH)
    while batch := list(islice(found, BATCH)):
        columns = zip(fields.items(), zip(*batch, strict=True), strict=True)
        yield [_array(name, field, values) for (name, field), values in columns]


def _array(name: str, field: Field[Any, Any], values: Iterable[Any]) -> NDArray[Any]:
    found = list(values)
    if None in found:
        raise ValueError(f"{name} is NULL in places: wrap it in Coalesce.")
    if field.get_internal_type() == "DateTimeField":
        found = [microseconds(instant) for instant in found]
    return np.array(found, dtype=_dtype(name, field))


class _Grown:
    """An array that grows in place, so that there are never two of it."""

    __slots__ = ("_array", "_length")

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._array = np.empty(0, dtype)
        self._length = 0

    def append(self, values: NDArray[Any]) -> None:
        end = self._length + len(values)
        if end > len(self._array):
            self._array.resize(end + end // 8, refcheck=False)
        self._array[self._length : end] = values
        self._length = end

    def whole(self) -> NDArray[Any]:
        self._array.resize(self._length, refcheck=False)
        return self._array
