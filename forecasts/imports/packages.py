"""Reads an export back: its checksums first, then its tables row by row."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from forecasts.exports.packages import CHECKSUMS, DESCRIPTION, TABLES
from forecasts.imports.rows import shown
from forecasts.ledgers.verify_ledger import BadLedgerError, check

SUM = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_]+\.[a-z]+)")
AT_ONCE = 1 << 20
LONGEST_LINE = 2_000_000
LEDGER = "ledger.jsonl"
Told = Callable[[int], object]


class BadPackageError(ValueError):
    """A folder that is no whole export; what is wrong with it, in words."""


@dataclass(slots=True)
class Package:
    """A folder with an export, whose files are as they were written."""

    folder: Path
    told: Told = lambda _: None
    n_read: int = 0
    place: str = ""
    """File and line of the row that was read last."""

    @classmethod
    def opened(cls, folder: Path, told: Told = lambda _: None) -> "Package":
        """The package, once its checksums and its ledger hold. Raises BadPackageError, OSError."""
        _check_sums(folder)
        try:
            check(str(folder / LEDGER))
        except BadLedgerError as error:
            raise BadPackageError(f"{LEDGER}: {error}") from error
        return cls(folder, told)

    def rows(self, table: str) -> Iterator["Facts"]:
        """The rows of a table, as JSON Lines hold them."""
        name = f"{table}.jsonl"
        with (self.folder / name).open(encoding="utf-8", newline="\n") as stream:
            number = 0
            while line := stream.readline(LONGEST_LINE):
                number += 1
                self.place = f"{name}, line {number}"
                yield Facts(json.loads(line, parse_float=Decimal))
                self.n_read += 1
                self.told(self.n_read)

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Say of what is wrong with a row where it stands. Raises BadPackageError."""
        try:
            yield
        except ValidationError as error:
            raise BadPackageError(f"{self.place}: {'; '.join(error.messages)}") from error
        except BadPackageError as error:
            raise BadPackageError(f"{self.place}: {error}") from error
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadPackageError(f"{self.place}: it cannot be read: {error}") from error


class Facts(dict[str, Any]):
    """What a row says, by name."""

    def __missing__(self, name: str) -> Any:
        raise BadPackageError(f"it has no {name}: another version of Hindcast wrote it")

    def text(self, name: str) -> str:
        """A text, which may be empty."""
        return str(self[name] or "")

    def moment(self, name: str) -> datetime:
        """A time."""
        return datetime.fromisoformat(self[name])

    def moment_or_none(self, name: str) -> datetime | None:
        """A time, if there is one."""
        return self.moment(name) if self[name] else None


def _check_sums(folder: Path) -> None:
    sums = folder / CHECKSUMS
    if not sums.is_file():
        raise BadPackageError(f"there is no {CHECKSUMS}: this is no export")
    listed = dict(_listed(sums.read_text(encoding="utf-8", errors="replace")))
    wanted = {f"{table.name}.jsonl" for table in TABLES} | {LEDGER, DESCRIPTION}
    if missing := sorted(wanted - listed.keys()):
        raise BadPackageError(f"{CHECKSUMS} does not list {', '.join(missing)}")
    for name, digest in listed.items():
        if not (folder / name).is_file():
            raise BadPackageError(f"{name} is missing")
        if _digest(folder / name) != digest:
            raise BadPackageError(f"{name} was changed: it is not what {CHECKSUMS} says")


def _listed(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        found = SUM.fullmatch(line)
        if found is None:
            raise BadPackageError(f"{CHECKSUMS} has a line that is none: {shown(line)}")
        yield found[2], found[1]


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while part := stream.read(AT_ONCE):
            found.update(part)
    return found.hexdigest()
