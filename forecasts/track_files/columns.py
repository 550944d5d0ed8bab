"""A track record as columns: what was said, and on which questions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.statements import ABSENT, NEVER, UNKNOWN, Answer, Questions, Statements

OPEN, YES, NO, AMBIGUOUS, ANNULLED = Answer
__all__ = [
    "ABSENT",
    "AMBIGUOUS",
    "ANNULLED",
    "NEVER",
    "NO",
    "OPEN",
    "UNKNOWN",
    "YES",
    "Questions",
    "Statements",
    "TrackFile",
]


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
