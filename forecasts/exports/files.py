"""Files that know their length and checksum, and are on the disk when they are closed."""

import csv
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from json import dumps
from pathlib import Path
from typing import BinaryIO

from forecasts.exports.fields import Row, cells
from forecasts.exports.tables import AT_ONCE, Table, chunks
from forecasts.track_files.progress import ProgressBar

CSV, JSON_LINES, JSON, PLAIN = "text/csv", "application/x-ndjson", "application/json", "text/plain"


@dataclass(frozen=True, slots=True)
class Written:
    """One file as it was written. table: what it holds, if that is a table."""

    name: str
    media_type: str
    size: int
    sha256: str
    n_rows: int | None = None
    table: Table | None = None


class HashedFile:
    """A new file that is written from its beginning to its end, once."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = sha256()
        self.size = 0

    def write(self, text: str) -> None:
        """Append the text."""
        data = text.encode()
        self._stream.write(data)
        self._hash.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._hash.hexdigest()


@contextmanager
def hashed_file(path: Path) -> Iterator[HashedFile]:
    """A file to write, which is on the disk at the end. Raises OSError."""
    with path.open("xb") as stream:
        yield HashedFile(stream)
        stream.flush()
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Put on the disk which files are in the folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Progress:
    """Counts rows, and tells a bar."""

    def __init__(self, bar: ProgressBar | None = None) -> None:
        self.n_done = 0
        self._bar = bar

    def add(self, n_rows: int) -> None:
        """So many more are written."""
        self.n_done += n_rows
        if self._bar is not None:
            self._bar(self.n_done)


def write_table(folder: Path, table: Table, rows: Iterator[Row], told: Progress) -> list[Written]:
    """Write the rows as CSV and as JSON Lines in one pass, some at a time."""
    names = (f"{table.name}.csv", f"{table.name}.jsonl")
    n_rows = 0
    with ExitStack() as stack:
        sheet, lines = (stack.enter_context(hashed_file(folder / name)) for name in names)
        sheet.write(csv_text([table.header]))
        for chunk in chunks(rows, AT_ONCE):
            sheet.write(csv_text(map(cells, chunk)))
            lines.write("".join(_line(table, row) for row in chunk))
            n_rows += len(chunk)
            told.add(len(chunk))
    return [
        Written(name, kind, file.size, file.sha256, n_rows, table)
        for name, kind, file in zip(names, (CSV, JSON_LINES), (sheet, lines), strict=True)
    ]


def csv_text(rows: Iterable[tuple[str, ...]]) -> str:
    """The rows as RFC 4180 has them."""
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _line(table: Table, row: Row) -> str:
    facts = dict(zip(table.header, row, strict=True))
    return dumps(facts, ensure_ascii=False, separators=(",", ":")) + "\n"
