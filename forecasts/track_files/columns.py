"""A track record as columns: what was said, and on which questions."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.arrays import Integers

# Times are microseconds since 1970 in UTC; these two sort before and after every other.
UNKNOWN = int(np.iinfo(np.int64).min)
NEVER = int(np.iinfo(np.int64).max)
# A number that is not given. No probability in ppm is negative.
ABSENT = -1

OPEN, YES, NO, AMBIGUOUS, ANNULLED = range(5)


@dataclass(frozen=True, slots=True, eq=False)
class Statements:
    """Forecasts and withdrawals, one row each, in the order of the file."""

    expert: Integers
    """Index into TrackFile.experts."""
    question: Integers
    """Index into TrackFile.questions."""
    order: Integers
    """Which of two otherwise simultaneous statements is the later: by line of the file."""
    stated_at: Integers
    """UNKNOWN where the file has no times."""
    recorded_at: Integers
    """`stated_at` unless given: not late."""
    adopted_at: Integers
    """From when the numbers hold: `recorded_at` unless given, NEVER where there are none."""
    is_withdrawal: NDArray[np.bool_]
    is_inferred: NDArray[np.bool_]
    proves_its_date: NDArray[np.bool_]
    low: Integers
    """In ppm, as the next two; ABSENT in withdrawals and before adoption."""
    ppm: Integers
    high: Integers

    def __len__(self) -> int:
        return self.expert.size

    def where(self, rows: NDArray[np.bool_] | Integers) -> Self:
        """The chosen rows: a mask, or their numbers."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """What the file says about each question, one row each, in the order of TrackFile.questions."""

    order: Integers
    """Which of two questions comes first where nothing else decides: its own index."""
    opens_at: Integers
    """UNKNOWN where the first statement opens it."""
    deadline: Integers
    """NEVER where there is none."""
    known_at: Integers
    """NEVER where there is none, and where the answer is neither yes nor no."""
    answer: Integers
    """OPEN, YES, NO, AMBIGUOUS or ANNULLED."""
    cluster: Integers
    """The index of the first question that shares the family."""
    n_conditions: Integers

    def __len__(self) -> int:
        return self.order.size


@dataclass(frozen=True, slots=True, eq=False)
class TrackFile:
    """All that a file says. The order of its rows shows in `statements` only."""

    experts: list[str]
    """Names, sorted."""
    is_synthetic: NDArray[np.bool_]
    """By expert."""
    questions: list[str]
    """Names, sorted: by number where every one of them is a number."""
    topics: list[tuple[str, ...]]
    """By question, each sorted."""
    statements: Statements
    facts: Questions
