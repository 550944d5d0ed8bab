"""Statements and questions as parallel columns, whether they come from tables or from a file."""

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any, Self

import numpy as np

from forecasts.scoring.arrays import Booleans, Integers

# Times are whole microseconds since the epoch, so that no comparison of instants ever rounds.
NEVER = int(np.iinfo(np.int64).max)
UNKNOWN = int(np.iinfo(np.int64).min)
# In place of a number in ppm: a forecast in words that nobody coded, or a withdrawal.
ABSENT = -1


class Answer(IntEnum):
    """The ruling on a question as it stood."""

    OPEN = 0
    YES = 1
    NO = 2
    AMBIGUOUS = 3
    ANNULLED = 4


@dataclass(frozen=True, slots=True, eq=False)
class Statements:
    """Forecasts and withdrawals: parallel arrays, one row per statement.

    expert: a code from 0. question: the row of the question. order: id, the later row has the
    higher one. stated_at: UNKNOWN in files without times. adopted_at: when the number was adopted,
    recorded_at where it needs no adoption, NEVER where it was not. low, ppm, high: P(yes) and its
    bounds in parts per million, ABSENT where there is no number.

    Raises ValueError for columns of unequal lengths.
    """

    expert: Integers
    question: Integers
    order: Integers
    stated_at: Integers
    recorded_at: Integers
    adopted_at: Integers
    is_withdrawal: Booleans
    is_inferred: Booleans
    proves_its_date: Booleans
    low: Integers
    ppm: Integers
    high: Integers

    def __post_init__(self) -> None:
        """Refuse columns that are not parallel."""
        _refuse_unequal(self)

    def __len__(self) -> int:
        """Return the number of statements."""
        return int(self.order.size)

    def where(self, rows: Booleans | Integers) -> Self:
        """Return the chosen statements: a mask, or row numbers."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    @property
    def coded_at(self) -> Integers:
        """When the number was adopted; when the row was recorded, if none was."""
        return np.where(self.adopted_at == NEVER, self.recorded_at, self.adopted_at)

    @property
    def has_number(self) -> Booleans:
        """Whether there is a probability that can stand."""
        is_said: Booleans = self.ppm != ABSENT
        return is_said & ~self.is_withdrawal


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """Questions as they stood: parallel arrays, row i is the question of code i.

    order: id. opens_at: UNKNOWN where its first forecast opens it. deadline, known_at: NEVER
    where there is none. answer: an Answer. cluster: any code. n_conditions: how many conditions
    it hangs on.

    Raises ValueError for columns of unequal lengths.
    """

    order: Integers
    opens_at: Integers
    deadline: Integers
    known_at: Integers
    answer: Integers
    cluster: Integers
    n_conditions: Integers

    def __post_init__(self) -> None:
        """Refuse columns that are not parallel."""
        _refuse_unequal(self)

    def __len__(self) -> int:
        """Return the number of questions."""
        return int(self.order.size)

    def opened(self, rows: Booleans) -> Self:
        """Return the questions, some of them without their answers."""
        return replace(
            self,
            answer=np.where(rows, Answer.OPEN, self.answer),
            known_at=np.where(rows, NEVER, self.known_at),
        )

    @property
    def end(self) -> Integers:
        """Statements from here on are too late: the deadline or, if earlier, known_at."""
        return np.minimum(self.deadline, self.known_at)


def _refuse_unequal(columns: Any) -> None:
    lengths = {field.name: getattr(columns, field.name).size for field in fields(columns)}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns of unequal lengths: {lengths}")
