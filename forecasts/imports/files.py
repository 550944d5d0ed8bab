"""Reads CSV, JSON and JSON Lines as rows, or says where a file cannot be read."""

import csv
import json
from collections import Counter
from collections.abc import Collection, Iterator
from decimal import Decimal
from io import BufferedReader, TextIOWrapper
from typing import Any, BinaryIO

from forecasts.exports.fields import unguarded
from forecasts.imports.rows import BadFileError, Format, Row, no_such_column, shown

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "windows-1252": "Windows-1252 (Western Europe)",
    "iso-8859-2": "ISO 8859-2 (Central Europe)",
    "windows-1251": "Windows-1251 (Cyrillic)",
}
UTF_8 = "utf-8"
LONGEST_LINE = 1_000_000
LONGEST_ARRAY = 100 * 1024 * 1024
MOST_FAULTS = 20
# What a file begins with that some other encoding wrote.
MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
SEPARATORS = ";\t|"


def read_rows(
    stream: BinaryIO, format_: Format, known: Collection[str], *, encoding: str = UTF_8
) -> Iterator[Row]:
    """The rows of a file, some with faults. known: the columns that there are.

    Raises BadFileError where nothing can be read from there on.
    """
    readers = {Format.CSV: _csv_rows, Format.JSON: _array_rows, Format.JSON_LINES: _line_rows}
    text = _opened(stream, encoding)
    try:
        yield from readers[format_](text, known, encoding)
    except RecursionError as error:
        raise BadFileError("it is nested too deeply") from error
    except UnicodeError as error:
        raise BadFileError(_undecodable(encoding)) from error
    finally:
        # Whoever opened the file closes it.
        text.detach()


def _opened(stream: BinaryIO, encoding: str) -> TextIOWrapper:
    """The file as text, without a mark of the byte order."""
    # Only what is buffered can be looked at without being read: a pipe is read once.
    peeked = stream if isinstance(stream, BufferedReader) else BufferedReader(stream)  # type: ignore[type-var]
    for mark, other in MARKS:
        if peeked.peek(2).startswith(mark) and encoding != other:
            raise BadFileError(f"it is written in {ENCODINGS[other]}; choose that encoding", 1)
    name = "utf-8-sig" if encoding == UTF_8 else encoding
    return TextIOWrapper(peeked, encoding=name, newline="")


def _lines(text: TextIOWrapper, encoding: str) -> Iterator[str]:
    number = 1
    try:
        while line := text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                raise BadFileError(f"the line has more than {LONGEST_LINE:,} characters", number)
            yield line
            number += 1
    except UnicodeError as error:
        raise BadFileError(_undecodable(encoding), number) from error


def _undecodable(encoding: str) -> str:
    hint = "save it as UTF-8, or choose the encoding that it is written in"
    return f"here or soon after it is not {ENCODINGS[encoding]}; {hint}"


def _csv_rows(text: TextIOWrapper, known: Collection[str], encoding: str) -> Iterator[Row]:
    reader = csv.reader(_lines(text, encoding), strict=True)
    header: list[str] = []
    try:
        for cells in reader:
            if not header:
                header = _header(cells, known, reader.line_num)
            elif cells:
                yield _csv_row(header, cells, reader.line_num)
    except csv.Error as error:
        raise BadFileError(f"it is no CSV: {error}", reader.line_num) from error
    if not header:
        raise BadFileError("it is empty")


def _csv_row(header: list[str], cells: list[str], line: int) -> Row:
    row = Row(line)
    if len(cells) != len(header):
        row.refuse("", f"it has {len(cells)} cells, and the header has {len(header)}")
        return row
    row.cells = dict(zip(header, map(unguarded, cells), strict=True))
    return row


def _header(cells: list[str], known: Collection[str], line: int) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    found = next((one for one in SEPARATORS if len(names) == 1 and one in names[0]), None)
    if found is not None:
        raise BadFileError(f"cells are separated by {shown(found)}; save it with commas", line)
    unknown = [no_such_column(name, known) for name in names if name not in known]
    twice = [name for name, times in Counter(names).items() if times > 1 and name in known]
    wrong = [*unknown[:MOST_FAULTS], *(f'"{name}" is given twice' for name in twice)]
    if wrong:
        raise BadFileError("; ".join(wrong), line)
    return names


def _line_rows(text: TextIOWrapper, known: Collection[str], encoding: str) -> Iterator[Row]:
    for number, line in enumerate(_lines(text, encoding), 1):
        if line.strip():
            yield _object_row(number, _read_line(line), known)


def _read_line(line: str) -> Any:
    try:
        return _loads(line)
    except ValueError as error:
        return BadFileError(f"it is no JSON that can be used: {error}")
    except RecursionError:
        return BadFileError("it is nested too deeply")


def _array_rows(text: TextIOWrapper, known: Collection[str], _: str) -> Iterator[Row]:
    written = text.read(LONGEST_ARRAY + 1)
    if len(written) > LONGEST_ARRAY:
        raise BadFileError("an array of this size is too large; use JSON Lines")
    try:
        found = _loads(written)
    except ValueError as error:
        raise BadFileError(f"it is no JSON that can be used: {error}") from error
    if not isinstance(found, list):
        raise BadFileError("it has to be an array of objects")
    for number, one in enumerate(found, 1):
        yield _object_row(number, one, known)


def _object_row(number: int, found: Any, known: Collection[str]) -> Row:
    row = Row(number)
    if not isinstance(found, dict):
        row.refuse("", str(found) if isinstance(found, BadFileError) else "it is no object")
        return row
    for name in list(found)[: len(known) + MOST_FAULTS]:
        if name not in known:
            row.refuse("", no_such_column(name, known))
    row.cells = {name: value for name, value in found.items() if name in known}
    return row


def _loads(text: str) -> Any:
    return json.loads(
        text,
        parse_float=Decimal,
        parse_constant=_refuse_constant,
        object_pairs_hook=_object,
    )


def _refuse_constant(name: str) -> Any:
    msg = f"{name} is no number of JSON"
    raise ValueError(msg)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(
            name for name, times in Counter(name for name, _ in pairs).items() if times > 1
        )
        msg = f"{shown(twice)} is given twice"
        raise ValueError(msg)
    return found
