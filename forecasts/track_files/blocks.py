"""Blocks of rows from CSV, each row with the line it begins on."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, compress, islice
from typing import Self

import numpy as np

from forecasts.scoring.arrays import Integers
from forecasts.track_files.problems import Problems

SIZE = 8_192
_LINE_BREAK = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Rows, none of them blank, with the lines of the file on which they begin."""

    lines: Integers
    cells: list[list[str]]

    def without_first(self) -> Self:
        return type(self)(self.lines[1:], self.cells[1:])

    def as_wide_as(self, header: list[str], problems: Problems) -> Self:
        """The rows with as many cells as the header; the others are problems."""
        width = len(header)
        is_right = np.fromiter(map(len, self.cells), np.int64, len(self.cells)) == width
        if is_right.all():
            return self
        wrong = list(compress(self.cells, ~is_right))
        problems.add_rows(
            self.lines[~is_right],
            "",
            lambda place: f"has {len(wrong[place])} cells; the header has {width}",
        )
        return type(self)(self.lines[is_right], list(compress(self.cells, is_right)))


def blocks_of_rows(lines: Iterable[str], problems: Problems) -> Iterator[Block]:
    """The rows of a CSV file, block by block; what is no CSV goes to `problems`."""
    reader = csv.reader(_without_mark(lines), strict=True)
    first, is_over = 1, False
    while not is_over:
        rows: list[list[str]] = []
        fault = None
        try:
            # Far faster than a loop; where the reader fails, what came before is kept.
            rows.extend(islice(reader, SIZE))
            is_over = len(rows) < SIZE
        except csv.Error as error:
            fault = str(error)
        begins = _begins(rows, first, reader.line_num)
        if fault is not None:
            problems.add(int(begins[-1]), "", f"is no CSV: {fault}")
            if begins[-1] == 1:
                # What follows is no header.
                problems.raise_any()
        first = reader.line_num + 1
        if any(rows):
            yield _without_blanks(Block(begins[:-1], rows))


def _without_mark(lines: Iterable[str]) -> Iterator[str]:
    """The lines without the byte order mark that spreadsheets put in front."""
    rest = iter(lines)
    return chain((line.removeprefix("\ufeff") for line in [next(rest, "")]), rest)


def _begins(rows: list[list[str]], first: int, last: int) -> Integers:
    """The line on which each row begins, and the one on which the next one does."""
    if last - first + 1 == len(rows):
        return np.arange(first, last + 2)
    # Some row has a line break within quotes, or the reader has failed.
    heights = (1 + sum(len(_LINE_BREAK.findall(cell)) for cell in row) for row in rows)
    return np.cumsum([first, *heights])


def _without_blanks(block: Block) -> Block:
    if all(block.cells):
        return block
    is_filled = np.fromiter(map(bool, block.cells), bool, len(block.cells))
    return Block(block.lines[is_filled], list(compress(block.cells, is_filled)))
