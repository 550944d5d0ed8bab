"""What is wrong with a file, all of it together."""

from collections.abc import Callable
from dataclasses import dataclass

from forecasts.scoring.arrays import Integers

MOST_KEPT = 1_000
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong; `line` counts from 1, which is the header."""

    line: int
    column: str
    """Empty where the whole line is meant."""
    reason: str

    def __str__(self) -> str:
        where = f"line {self.line}, {self.column}" if self.column else f"line {self.line}"
        return f"{where}: {self.reason}"


class BadRowsError(ValueError):
    """A file holds rows that cannot be scored. Says the first of them, and how many there are."""

    def __init__(self, problems: list[Problem], total: int) -> None:
        super().__init__(problems, total)
        self.problems = problems
        self.total = total

    def __str__(self) -> str:
        more = self.total - len(self.problems)
        return "\n".join([*map(str, self.problems), *([f"and {more:,} more"] if more else [])])


class Problems:
    """Collects what is wrong; keeps the first thousand in the order of lines, counts the rest."""

    def __init__(self) -> None:
        self.total = 0
        self._kept: list[Problem] = []

    def add(self, line: int, column: str, reason: str) -> None:
        self.total += 1
        self._kept.append(Problem(line, column, reason))
        if len(self._kept) >= 2 * MOST_KEPT:
            self._kept = self._first()

    def add_rows(self, lines: Integers, column: str, reason: Callable[[int], str]) -> None:
        """One for each of the lines, which ascend; `reason` gets the place in `lines`."""
        for place, line in enumerate(lines[:MOST_KEPT].tolist()):
            self.add(line, column, reason(place))
        # Nobody will read these, so nobody has to word them.
        self.total += max(lines.size - MOST_KEPT, 0)

    def raise_any(self) -> None:
        """Raise BadRowsError if there are any."""
        if self.total:
            raise BadRowsError(self._first(), self.total)

    def _first(self) -> list[Problem]:
        return sorted(self._kept)[:MOST_KEPT]


def shown(text: str) -> str:
    """The text in quotes, cut, with everything escaped that could disturb a terminal."""
    return repr(text[:_LONGEST_SHOWN] + "…" if len(text) > _LONGEST_SHOWN else text)
