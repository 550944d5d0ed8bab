"""What an import does, or would do: numbers of all kinds of rows, and the first of each."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from forecasts.imports.differences import Change
from forecasts.imports.resources import Compared
from forecasts.imports.rows import Fault

KINDS = ("new", "changed", "unchanged", "refused")
MOST_SHOWN = 100
MOST_FAULTS = 10_000


@dataclass(frozen=True, slots=True)
class Shown:
    """One row as it is shown."""

    line: int
    name: str
    changes: tuple[Change, ...]
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class Report:
    """Counts rows by what becomes of them; keeps the first hundred of each kind."""

    table: str
    is_kept: bool = False
    """Whether it was done."""
    counts: Counter[str] = field(default_factory=Counter)
    shown: dict[str, list[Shown]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    faults: list[Fault] = field(default_factory=list)
    """The first ten thousand."""
    n_faults: int = 0
    _hash: Any = field(default_factory=sha256, repr=False)

    def add(self, one: Compared) -> None:
        """Count a row."""
        kind = one.kind
        self.counts[kind] += 1
        self._hash.update(f"{one.line}:{kind}:{len(one.changes)}\n".encode())
        if len(self.shown[kind]) < MOST_SHOWN:
            shown = Shown(one.line, one.name, tuple(one.changes), tuple(one.faults))
            self.shown[kind].append(shown)
        self.n_faults += len(one.faults)
        self.faults += one.faults[: MOST_FAULTS - len(self.faults)]

    def refuse_file(self, fault: Fault) -> None:
        """Say that nothing can be read from a line on."""
        self.add(Compared(fault.line, faults=[fault]))

    @property
    def n_rows(self) -> int:
        """Of all kinds."""
        return self.counts.total()

    @property
    def is_refused(self) -> bool:
        """Whether something is wrong, so that nothing is done."""
        return self.counts["refused"] > 0

    @property
    def changes_something(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.counts["new"] or self.counts["changed"])

    @property
    def fingerprint(self) -> str:
        """The same for the same outcome of every row."""
        return str(self._hash.hexdigest())

    def as_json(self) -> dict[str, Any]:
        """The numbers and the rows that are shown."""
        shown = {kind: [asdict(one) for one in rows] for kind, rows in self.shown.items()}
        return {"counts": self.numbers(), "shown": shown}

    def numbers(self) -> dict[str, int]:
        """How many rows of each kind."""
        return {kind: self.counts[kind] for kind in KINDS}
