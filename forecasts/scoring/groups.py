"""Rows of several experts in one array, each expert's one after the other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.arrays import Booleans, Floats, Integers


@dataclass(frozen=True, eq=False)
class Groups:
    """Group g holds the rows from start[g] up to start[g + 1]; it may hold none.

    start: (groups + 1,) rising from 0 to the number of rows.
    """

    start: Integers

    @classmethod
    def of_sizes(cls, sizes: Iterable[int] | Integers) -> "Groups":
        """Return groups of so many rows each."""
        counts = np.asarray(list(sizes) if not isinstance(sizes, np.ndarray) else sizes)
        return cls(np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]))

    @classmethod
    def of_sorted(cls, code: Integers, total: int) -> "Groups":
        """Return the groups 0..total - 1 of rows whose group numbers never fall."""
        return cls(np.searchsorted(code, np.arange(total + 1)).astype(np.int64))

    def __len__(self) -> int:
        """Return the number of groups."""
        return self.start.size - 1

    @cached_property
    def n(self) -> Integers:
        """How many rows each group holds."""
        return np.diff(self.start)

    @cached_property
    def code(self) -> Integers:
        """Row by row the number of its group."""
        return np.repeat(np.arange(len(self)), self.n)

    @cached_property
    def is_empty(self) -> Booleans:
        """Whether a group holds no row."""
        empty: Booleans = self.n == 0
        return empty

    @cached_property
    def _first(self) -> Integers:
        """The first row of each group that has any."""
        return self.start[:-1][~self.is_empty]

    def sum(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the sums of the groups: (rows,) to (groups,); whole numbers stay whole.

        A group's sum depends on its own rows alone, to the last bit.
        """
        dtype = np.result_type(values, np.int64)
        sums: NDArray[Any] = np.add.reduceat(values, self._first, dtype=dtype)
        if sums.size == len(self):
            return sums
        found = np.zeros(len(self), dtype=dtype)
        found[~self.is_empty] = sums
        return found

    def mean(self, values: NDArray[Any]) -> Floats:
        """Return the means of the groups: (rows,) to (groups,); NaN for an empty group."""
        with np.errstate(invalid="ignore"):
            means: Floats = self.sum(values) / self.n
        return means

    def before(self, values: Integers) -> Integers:
        """Return what the rows before each one add up to within its group: (rows,)."""
        running = np.cumsum(values) - values
        return running - np.repeat(running[self._first], self.n[~self.is_empty])

    def split(self, *columns: NDArray[Any]) -> Iterator[tuple[NDArray[Any], ...]]:
        """Yield each group's part of the columns."""
        for begin, end in zip(self.start[:-1].tolist(), self.start[1:].tolist(), strict=True):
            yield tuple(column[begin:end] for column in columns)
