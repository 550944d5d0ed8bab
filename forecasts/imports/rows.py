"""Rows of a file as they stand in it, and what is wrong with them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final

LONGEST_SHOWN = 60


class _Absent:
    """Stands where a file has no such column: nothing is said of it."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


class Format(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSON = "json"
    JSON_LINES = "jsonl"

    @property
    def unit(self) -> str:
        """What is counted: an array has rows wherever its lines break."""
        return "row" if self is Format.JSON else "line"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Why something is refused. column: empty where the whole row is meant."""

    line: int
    column: str
    reason: str


@dataclass(slots=True)
class Row:
    """One row: the cells that it has, by column."""

    line: int
    cells: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, column: str, reason: str) -> None:
        """Say what is wrong with it."""
        self.faults.append(Fault(self.line, column, reason))


class BadFileError(ValueError):
    """A file that cannot be read to its end. line: 0 where no line is at fault."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


def shown(value: Any) -> str:
    """A value in quotes, cut, with everything escaped that could disturb a terminal."""
    text = value if isinstance(value, str) else repr(value)
    return repr(text[:LONGEST_SHOWN] + "…" if len(text) > LONGEST_SHOWN else text)


def no_such_column(name: str, known: Collection[str]) -> str:
    """Say so, with the nearest name that there is."""
    if not name:
        return "a column has no name"
    near = get_close_matches(name[:100].lower(), list(known), n=1, cutoff=0.5)
    hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
    return f"there is no column {shown(name)}; {hint}"
