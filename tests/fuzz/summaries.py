"""What was tried and what came of it, as tables."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MOST_TOLD = 20


@dataclass(slots=True)
class Line:
    """A row of the table. faults: what was wrong, each with what it takes to see it again."""

    label: str
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)

    def note(self, status: int, seconds: float) -> None:
        """Count an answer."""
        self.statuses[status] += 1
        self.slowest = max(self.slowest, seconds)


def table(lines: Sequence[Line]) -> str:
    """A row for each line, and one for all of them."""
    total = Line("all of them")
    for line in lines:
        total.statuses += line.statuses
        total.slowest = max(total.slowest, line.slowest)
        total.faults += line.faults
    head = ("", "requests", "slowest, ms", "faults", "statuses")
    rows = [head, *map(row, [*lines, total])]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 1 <= number <= 3 else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
        for cells in rows
    )


def row(line: Line) -> tuple[str, ...]:
    """As the table has it."""
    statuses = ", ".join(
        f"{status or 'none'} x {n:,}" for status, n in sorted(line.statuses.items())
    )
    return (
        line.label,
        f"{line.statuses.total():,}",
        f"{1000 * line.slowest:,.0f}",
        f"{len(line.faults):,}",
        statuses,
    )


def told(faults: Iterable[str]) -> str:
    """The first faults, whole."""
    found = list(dict.fromkeys(faults))
    shown = [f"- {fault}" for fault in found[:MOST_TOLD]]
    if len(found) > MOST_TOLD:
        shown.append(f"  and {len(found) - MOST_TOLD:,} more")
    return "\n".join(shown)
