"""The exported tables: nothing in them that the API does not show."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Any, TypeAlias, TypeVar

from django.db.models import QuerySet

from forecasts.exports.fields import Field, Row, plain

ItemT = TypeVar("ItemT")
Rows: TypeAlias = Callable[[datetime], Iterator[Row]]

AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Table:
    """One table. rows: yields them plain, as of an instant, without ever holding all of them.

    key: names of the fields that tell one row from another.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    rows: Rows
    key: tuple[str, ...] = ("id",)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the fields."""
        return tuple(field.name for field in self.fields)


def read_table(
    name: str,
    title: str,
    rows: Callable[[datetime], QuerySet[Any]],
    *fields: Field,
    key: tuple[str, ...] = ("id",),
) -> Table:
    """A table that is read column by column from one query."""
    columns = [field.column for field in fields]

    def read(as_of: datetime) -> Iterator[Row]:
        found = rows(as_of).order_by("pk").values_list(*columns)
        return map(plain, found.iterator(chunk_size=AT_ONCE))

    return Table(name, title, fields, read, key)


def with_lists(
    table: Table, name: str, lists: Callable[[list[Any]], dict[Any, list[str]]], by: str
) -> Table:
    """The table with a column of lists, which are read for some rows at a time.

    lists: by the field `by`, for those given.
    """
    place, of = table.header.index(name), itemgetter(table.header.index(by))

    def read(as_of: datetime) -> Iterator[Row]:
        for rows in chunks(table.rows(as_of), AT_ONCE):
            found = lists([of(row) for row in rows])
            for row in rows:
                yield (*row[:place], found.get(of(row), []), *row[place + 1 :])

    return Table(table.name, table.title, table.fields, read, table.key)


def chunks(items: Iterator[ItemT], size: int) -> Iterator[list[ItemT]]:
    """The items, so many at a time."""
    while chunk := list(islice(items, size)):
        yield chunk
