"""One expert's scored forecasts, checked on the way in."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.arrays import Integers
from forecasts.scoring.probabilities import PPM


@dataclass(frozen=True, slots=True)
class Counts:
    """What stands beside the scored forecasts, or was left out of them, as numbers."""

    n_early: int = 0
    n_ambiguous: int = 0
    n_annulled: int = 0
    n_withdrawn: int = 0
    n_inferred: int = 0
    n_coded_after_known: int = 0
    n_date_unproven: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class TrackRecord:
    """One expert's scored forecasts: parallel arrays, one row per question.

    ppm: P(yes) in parts per million. low, high: the bounds that the wording allows, in ppm.
    outcome: 1 yes, 0 no. cluster: id of the cluster of questions. n_conditions: how many
    conditions the question hangs on. deadline: any integer time scale. question: id, the last
    tie-break.

    Raises ValueError, naming the row, for anything that cannot be scored.
    """

    ppm: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    outcome: NDArray[np.int64]
    cluster: NDArray[np.int64]
    n_conditions: NDArray[np.int64]
    deadline: NDArray[np.int64]
    question: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Refuse what cannot be scored."""
        for name in _columns():
            object.__setattr__(self, name, _column(name, getattr(self, name)))
        lengths = {name: getattr(self, name).size for name in _columns()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns of unequal lengths: {lengths}")
        _refuse(self.ppm, (self.ppm < 0) | (self.ppm > PPM), "ppm {} is not within 0..1000000")
        _refuse(self.low, self.low < 0, "low {} is below 0")
        _refuse(self.low, self.low > self.ppm, "low {} is above ppm")
        _refuse(self.high, self.high < self.ppm, "high {} is below ppm")
        _refuse(self.high, self.high > PPM, "high {} is above 1000000")
        _refuse(self.outcome, (self.outcome >> 1) != 0, "outcome {} is neither 0 nor 1")

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[int, int, int, int, int, int, int, int]]) -> Self:
        """Return the record of rows whose values stand in the order of the fields.

        Raises ValueError for a row of another length and for whatever the record refuses.
        """
        table = np.array(list(rows))
        width = len(_columns())
        if not table.size:
            table = np.zeros((0, width), dtype=np.int64)
        if table.shape[1:] != (width,):
            raise ValueError(f"a row has {width} values: {', '.join(_columns())}")
        return cls(*table.T)

    def __len__(self) -> int:
        """Return the number of scored forecasts."""
        return int(self.ppm.size)

    def in_order_of_precedence(self) -> Self:
        """Return the same rows, ordered so that the first of each cluster speaks for it.

        Fewest conditions first, then latest deadline, then lowest question id. The values come
        last, so that the order in which rows were handed in never shows.
        """
        ties = (self.high, self.low, self.outcome, self.ppm)
        order = np.lexsort((*ties, self.question, -self.deadline, self.n_conditions, self.cluster))
        return type(self)(*(getattr(self, name)[order] for name in _columns()))


def _columns() -> list[str]:
    return [field.name for field in fields(TrackRecord)]


def _column(name: str, values: NDArray[Any]) -> Integers:
    # A float column is refused, not truncated: a probability of 0.7 would become 0 ppm.
    given = np.asarray(values)
    if given.ndim != 1:
        raise ValueError(f"{name} must have one dimension, not {given.ndim}")
    if given.size and given.dtype.kind not in "iub":
        raise ValueError(f"{name} must be integers, not {given.dtype}")
    column = given.astype(np.int64)
    column.flags.writeable = False
    return column


def _refuse(values: Integers, is_wrong: NDArray[np.bool_], message: str) -> None:
    rows = np.flatnonzero(is_wrong)
    if rows.size:
        raise ValueError(f"row {rows[0]}: " + message.format(values[rows[0]]))
