"""The tables of the simulation: whom they ask about, and how they are written."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from benchmarks.simulated_experts import (
    CALIBRATED,
    EXTREME,
    FOUR,
    MODERATE,
    SINGLE,
    SLIGHTLY_HIGH,
    TOO_BOLD,
    TOO_HIGH,
    TWENTIETHS,
    TWO_VALUES,
    UNEQUAL,
    Expert,
)
from benchmarks.simulated_judges import Judge, judge_alone, judge_families, judge_midway
from benchmarks.simulated_verdicts import Rate, rate_of

N_CLUSTERS = (10, 20, 50, 100)
# More experts at once would only cost memory.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name in the page, who is drawn, and what is asked of them."""

    name: str
    judge: Judge
    experts: tuple[Expert, ...]

    def rows(self, *, runs: int, seed: int) -> Iterator["Row"]:
        """Yield the rows, one after the other."""
        for expert, n_clusters in product(self.experts, N_CLUSTERS):
            yield self.row(expert, n_clusters, runs=runs, seed=seed)

    def row(self, expert: Expert, n_clusters: int, *, runs: int, seed: int) -> "Row":
        """Return one row, whose draws depend on no other row."""
        name = f"{self.name} {' '.join(expert.words)} {n_clusters}".encode()
        batches = [
            self.judge(
                expert,
                min(_BATCH, runs - done),
                n_clusters,
                np.random.default_rng([seed, done, *name]),
            )
            for done in range(0, runs, _BATCH)
        ]
        rates = {
            column: rate_of(np.concatenate([batch[column] for batch in batches]))
            for column in batches[0]
        }
        return Row(expert, n_clusters, rates)


@dataclass(frozen=True, slots=True)
class Row:
    """What came of experts who are alike, with as many clusters each."""

    expert: Expert
    n_clusters: int
    rates: dict[str, Rate]

    @property
    def heading(self) -> list[str]:
        """The heads of the columns."""
        return ["questions", "expert", "says", "G", *self.rates]

    @property
    def cells(self) -> list[str]:
        """The columns as text."""
        rates = (f"{100 * rate.share:.1f} ± {100 * rate.error:.1f}" for rate in self.rates.values())
        return [*self.expert.words, str(self.n_clusters), *rates]


TABLES = (
    Table(
        "independent, calibrated",
        judge_alone,
        tuple(
            Expert(shape, CALIBRATED, SINGLE)
            for shape in (MODERATE, EXTREME, TWENTIETHS, TWO_VALUES)
        ),
    ),
    Table(
        "independent, not calibrated",
        judge_alone,
        tuple(
            Expert(shape, fault, SINGLE)
            for fault in (TOO_BOLD, TOO_HIGH, SLIGHTLY_HIGH)
            for shape in (MODERATE, EXTREME)
        ),
    ),
    Table(
        "families, calibrated",
        judge_families,
        tuple(
            Expert(shape, CALIBRATED, family)
            for family in (FOUR, UNEQUAL)
            for shape in (MODERATE, EXTREME)
        ),
    ),
    Table(
        "families, not calibrated",
        judge_families,
        tuple(Expert(MODERATE, fault, FOUR) for fault in (TOO_BOLD, TOO_HIGH)),
    ),
    Table(
        "early rulings",
        judge_midway,
        (
            Expert(MODERATE, CALIBRATED, SINGLE),
            Expert(EXTREME, CALIBRATED, SINGLE),
            Expert(MODERATE, CALIBRATED, FOUR),
            Expert(MODERATE, TOO_BOLD, SINGLE),
        ),
    ),
)


def written(rows: list[Row]) -> str:
    """Return the rows as a table in Markdown whose columns line up."""
    grid = [rows[0].heading, *(row.cells for row in rows)]
    widths = [max(len(cells[column]) for cells in grid) for column in range(len(grid[0]))]
    lines = [_line(cells, widths) for cells in grid]
    return "\n".join([lines[0], _line(["-" * width for width in widths], widths), *lines[1:]])


def _line(cells: list[str], widths: list[int]) -> str:
    parts = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(parts)} |"
