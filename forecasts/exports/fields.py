"""The fields of exported tables: what each holds, and how it is written."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from json import dumps
from typing import Any, TypeAlias

from forecasts.selectors.ledgers import zulu

Row: TypeAlias = tuple[Any, ...]

# A spreadsheet would run what begins so. A mark before it says that it is text; texts that look
# marked already are marked once more, so that taking one mark away always gives what was said.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
MARK = "'"


@dataclass(frozen=True, slots=True)
class Field:
    """One column. type: of Table Schema (Frictionless).

    column: of the query that it is read from. to: the table and the field that it points to.
    """

    name: str
    type: str
    description: str
    column: str
    to: tuple[str, str] | None = None

    def described(self) -> dict[str, str]:
        """As a table schema has it."""
        return {"name": self.name, "type": self.type, "description": self.description}


def _field(
    type_: str, name: str, description: str, column: str = "", to: tuple[str, str] | None = None
) -> Field:
    return Field(name, type_, description, column or name, to)


FieldMaker: TypeAlias = Callable[..., Field]
text: FieldMaker = partial(_field, "string")
whole: FieldMaker = partial(_field, "integer")
number: FieldMaker = partial(_field, "number")
flag: FieldMaker = partial(_field, "boolean")
moment: FieldMaker = partial(_field, "datetime")
listed: FieldMaker = partial(_field, "array")


def plain(row: Iterable[Any]) -> Row:
    """A row as JSON has it: times in UTC with microseconds, nothing where a text is empty."""
    return tuple(map(_plain, row))


def cells(row: Row) -> tuple[str, ...]:
    """A plain row as cells of CSV; see `guarded`."""
    return tuple(map(_cell, row))


def guarded(said: str) -> str:
    """The text, with a mark before what a spreadsheet would take for a formula."""
    return MARK + said if _FORMULA.match(said) else said


def unguarded(cell: str) -> str:
    """What was said, of a cell that may be guarded; see `guarded`."""
    return cell[len(MARK) :] if cell.startswith(MARK) and _FORMULA.match(cell) else cell


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return zulu(value)
    if isinstance(value, Decimal):
        return float(value)
    return None if value == "" else value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    return dumps(value, ensure_ascii=False, separators=(",", ":"))
