"""A sheet: the cells of a file as numbers, column by column."""

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.arrays import Integers
from forecasts.track_files.blocks import Block
from forecasts.track_files.cells import BAD, Names, columns, name, topics
from forecasts.track_files.columns import ABSENT, UNKNOWN
from forecasts.track_files.problems import Problems


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Rows in the order of the file, without those that have a cell nobody can read."""

    lines: Integers
    cells: dict[str, Integers]
    """Every column there may be; what the file leaves out reads as if it were empty."""
    experts: list[str]
    """Names by number, like the following; numbered as they come up."""
    questions: list[str]
    families: list[str]
    topics: list[tuple[str, ...]]

    def __getitem__(self, column: str) -> Integers:
        return self.cells[column]

    def __len__(self) -> int:
        return self.lines.size

    def is_given(self, column: str) -> bool:
        """Whether the file has the column: what it leaves out is one value, repeated."""
        return self.cells[column].strides != (0,)

    @property
    def is_withdrawal(self) -> NDArray[np.bool_]:
        """Whether the row is a withdrawal by itself, not a forecast."""
        is_forecast = (self["probability"] != ABSENT) | (self["forecast_at"] != UNKNOWN)
        is_withdrawal: NDArray[np.bool_] = ~is_forecast & (self["withdrawn_at"] != UNKNOWN)
        return is_withdrawal

    @property
    def said_at(self) -> Integers:
        """When the forecast, or the withdrawal that is a row by itself, was made."""
        return np.where(self.is_withdrawal, self["withdrawn_at"], self["forecast_at"])

    @property
    def recorded_at(self) -> Integers:
        """As given, else when it was made: nothing says that it was late."""
        recorded = self["recorded_at"]
        return np.where(recorded == UNKNOWN, self.said_at, recorded)

    def first_rows(self, column: str) -> Integers:
        """By number of the column's name: the first row that has it.

        Names that only rows with other faults have get the length of the sheet.
        """
        names = {"expert": self.experts, "question": self.questions}[column]
        first = np.full(len(names), len(self))
        # Of repeated places the last assignment holds, so go backwards.
        first[self[column][::-1]] = np.arange(len(self))[::-1]
        return first


class SheetBuilder:
    """Collects a sheet from blocks of rows; what is wrong with cells goes to `problems`."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.names = {column: Names(name) for column in ("expert", "question", "family")}
        self.topics = Names(topics)
        self.readers = columns(self.names, self.topics)
        # These grow in place; a list of blocks would leave the memory full of holes.
        self._lines = array("q")
        self._cells: dict[str, array[int]] = {}

    def add(self, header: list[str], rows: Block) -> None:
        """Read rows that are as wide as the header."""
        values = {}
        is_bad = np.zeros(len(rows.cells), bool)
        for column, texts in zip(header, zip(*rows.cells, strict=True), strict=False):
            values[column] = self.readers[column].values_of(texts)
            bad = np.flatnonzero(values[column] == BAD)
            if bad.size:
                is_bad[bad] = True
                self._refuse(column, [texts[row] for row in bad], rows.lines[bad])
        self._lines.frombytes(rows.lines[~is_bad].tobytes())
        for column, found in values.items():
            self._cells.setdefault(column, array("q")).frombytes(found[~is_bad].tobytes())

    def _refuse(self, column: str, texts: list[str], lines: Integers) -> None:
        reader = self.readers[column]
        self.problems.add_rows(lines, column, lambda place: reader.reason(texts[place]))

    def sheet(self) -> Sheet:
        """All that was added."""
        lines = np.frombuffer(self._lines, np.int64)
        return Sheet(
            lines=lines,
            cells={
                column: np.frombuffer(self._cells[column], np.int64)
                if column in self._cells
                else np.broadcast_to(np.int64(reader.empty), lines.shape)
                for column, reader in self.readers.items()
            },
            experts=self.names["expert"].in_order(),
            questions=self.names["question"].in_order(),
            families=self.names["family"].in_order(),
            topics=self.topics.in_order(),
        )
