"""Queries whose SQL Django makes once, and that then run with other values.

Making the SQL of a query takes Django longer than PostgreSQL needs to answer it about one expert.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeAlias

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

from forecasts.selectors.columns import (
    BATCH,
    Columns,
    Fields,
    as_array,
    fields_of,
    gathered,
    listed,
    read_columns,
)
from forecasts.selectors.copies import Shape, sent_batches, shape_of

Value: TypeAlias = "datetime | Sequence[int]"
Build: TypeAlias = Callable[..., QuerySet[Any, Any]]
# What stands for an instant while the SQL is made: none that is ever asked about.
AN_INSTANT = datetime(1234, 5, 6, 7, 8, 9, 10, tzinfo=UTC)


@dataclass(slots=True)
class Compiled:
    """A statement, its parameters with stand-ins among them, and what it selects."""

    sql: str
    params: tuple[Any, ...]
    stand_ins: dict[Any, str]
    fields: Fields
    shape: Shape | None = None

    def filled(self, values: dict[str, Value]) -> list[Any]:
        """The parameters, each stand-in replaced by what it stands for."""
        given = {name: _parameter(value) for name, value in values.items()}
        names = self.stand_ins
        return [given[names[one]] if one in names else one for one in self.params]


def read_compiled(build: Build, **values: Value) -> Columns:
    """What read_columns finds of `build(**values)`, which it calls only once on PostgreSQL.

    build: a function of a module. What it makes of instants and of numbers must not depend on
    which they are, but for Among, which takes the numbers. Nothing is asked about nobody.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql" or _has_nothing(values):
        return read_columns(build(**values))
    found = _compiled(build, **_kinds(values))
    params = found.filled(values)
    with connection.wrap_database_errors, connection.cursor() as cursor:
        if found.shape is None:
            found.shape = shape_of(cursor, list(found.fields), found.sql, params)
        return gathered(found.fields, sent_batches(cursor, found.shape, found.sql, params, BATCH))


def fetch_compiled(build: Build, **values: Value) -> Iterable[tuple[Any, ...]]:
    """The same as rows of whole numbers, texts and bytes, for what is of no fixed width."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql" or _has_nothing(values):
        return build(**values)
    found = _compiled(build, **_kinds(values))
    with connection.cursor() as cursor:
        cursor.execute(found.sql, found.filled(values))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _has_nothing(values: dict[str, Value]) -> bool:
    return not all(isinstance(value, datetime) or value for value in values.values())


def _kinds(values: dict[str, Value]) -> dict[str, bool]:
    """Whether each value is an instant."""
    return {name: isinstance(value, datetime) for name, value in values.items()}


@cache
def _compiled(build: Build, **is_instant: bool) -> Compiled:
    stand_ins: dict[str, Value] = {
        # No id is below 0.
        name: AN_INSTANT if instant else [-number]
        for number, (name, instant) in enumerate(is_instant.items(), start=1)
    }
    rows = build(**stand_ins)
    sql, params = rows.query.get_compiler(using=DEFAULT_DB_ALIAS).as_sql()
    names = {_parameter(value): name for name, value in stand_ins.items()}
    return Compiled(sql, params, names, fields_of(rows))


def _parameter(value: Value) -> Any:
    return value if isinstance(value, datetime) else as_array(listed(value))
