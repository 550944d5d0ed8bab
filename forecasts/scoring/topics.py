"""Which topics each question is on."""

from dataclasses import dataclass

import numpy as np

from forecasts.scoring.arrays import Booleans, Integers
from forecasts.scoring.groups import Groups


@dataclass(frozen=True, slots=True, eq=False)
class Topics:
    """Topics by question; a question can be on several.

    names: in the order they are listed. code: place in names, question after question, whose
    groups `questions` are.
    """

    names: tuple[str, ...]
    code: Integers
    questions: Groups

    def holds(self, name: str) -> Booleans:
        """Return whether each question is on the topic; none is on one that is not listed."""
        number = self.names.index(name) if name in self.names else -1
        return self.questions.sum(self.code == number) > 0

    def of(self, question: Integers) -> tuple[Integers, Integers]:
        """Return rows and topics: each row's place once for every topic of its question."""
        n = self.questions.n[question]
        rows = np.repeat(np.arange(n.size), n)
        within = np.arange(rows.size) - np.repeat(np.cumsum(n) - n, n)
        return rows, self.code[self.questions.start[question][rows] + within]
