"""Experts' scored forecasts, checked on the way in."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.clusters import Clusters, clustered
from forecasts.scoring.groups import Groups
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.probabilities import PPM

WHOLE = (
    "ppm",
    "low",
    "high",
    "outcome",
    "cluster",
    "n_conditions",
    "deadline",
    "question",
)
TIMED = ("relative", "time_brier", "time_log_score", "coverage", "baseline", "peer")
# 2 ppm + outcome is at most 2,000,001.
_KEY_BITS = 21


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


COUNTS = tuple(field.name for field in fields(Counts))


@dataclass(frozen=True, eq=False)
class TrackRecords:
    """Scored forecasts of several experts: parallel arrays, a row per expert and question.

    ppm: P(yes) in parts per million. low, high: the bounds that the wording allows, in ppm.
    outcome: 1 yes, 0 no. cluster: id of the cluster of questions. n_conditions: how many
    conditions the question hangs on. deadline: any integer time scale. question: id, the last
    tie-break. relative, time_brier, time_log_score, coverage, baseline, peer: see
    comparisons.py and exposures.py; NaN where there is none.

    Build with `of`, which sorts by expert, probability and outcome.
    """

    groups: Groups
    ppm: Integers
    low: Integers
    high: Integers
    outcome: Integers
    cluster: Integers
    n_conditions: Integers
    deadline: Integers
    question: Integers
    relative: Floats
    time_brier: Floats
    time_log_score: Floats
    coverage: Floats
    baseline: Floats
    peer: Floats

    @classmethod
    def of(cls, expert: Integers, n_experts: int, **columns: NDArray[Any]) -> Self:
        """Return the records of experts 0..n_experts - 1; columns of TIMED may be left out.

        Raises ValueError, naming the row, for anything that cannot be scored.
        """
        checked: dict[str, Any] = {name: _whole(name, columns[name]) for name in WHOLE}
        nothing = np.full(checked["ppm"].size, np.nan)
        checked |= {name: np.asarray(columns.get(name, nothing)) for name in TIMED}
        _check(checked | {"expert": _whole("expert", expert)})
        order = _canonical_order(expert, checked)
        groups = Groups.of_sorted(expert[order], n_experts)
        # What nobody gave is the same in any order, and one array for all.
        rows = {
            name: column if column is nothing else column[order] for name, column in checked.items()
        }
        return cls(groups, **rows)

    @classmethod
    def of_one(cls, rows: Iterable[tuple[int, ...]]) -> Self:
        """Return one expert's record from rows whose values stand in the order of WHOLE.

        Raises ValueError for a row of another length and for whatever `of` refuses.
        """
        table = np.array(list(rows))
        if not table.size:
            table = np.zeros((0, len(WHOLE)), dtype=np.int64)
        if table.shape[1:] != (len(WHOLE),):
            raise ValueError(f"a row has {len(WHOLE)} values: {', '.join(WHOLE)}")
        return cls.of(np.zeros(len(table), np.int64), 1, **dict(zip(WHOLE, table.T, strict=True)))

    def __len__(self) -> int:
        """Return the number of experts."""
        return len(self.groups)

    def where(self, rows: NDArray[np.bool_]) -> Self:
        """Return the same experts with some of their rows."""
        if rows.all():
            return self
        kept: dict[str, Any] = {name: getattr(self, name)[rows] for name in (*WHOLE, *TIMED)}
        return type(self)(Groups.of_sorted(self.groups.code[rows], len(self)), **kept)

    @cached_property
    def pairs(self) -> Pairs:
        """Probabilities and outcomes alone."""
        return Pairs(self.ppm, self.outcome, self.groups)

    @cached_property
    def clusters(self) -> Clusters:
        """Clusters; the row with fewest conditions, latest deadline, lowest id speaks for each."""
        precedence = (self.n_conditions, -self.deadline, self.question)
        return clustered(self.cluster, self.groups, precedence=precedence)

    @cached_property
    def thinned(self) -> Pairs:
        """One forecast per cluster."""
        rows = np.sort(self.clusters.first)
        groups = Groups.of_sorted(self.groups.code[rows], len(self))
        return Pairs(self.ppm[rows], self.outcome[rows], groups)

    @cached_property
    def in_time(self) -> Integers:
        """The rows that speak for the clusters, by expert, in the order of their deadlines.

        Of one deadline in the order of their content, so that no id shows in the last bit.
        """
        first = self.clusters.first
        keys = (self.outcome, self.ppm, self.deadline, self.groups.code)
        return first[np.lexsort([key[first] for key in keys])]


def _whole(name: str, values: NDArray[Any]) -> Integers:
    # A float column is refused, not truncated: a probability of 0.7 would become 0 ppm.
    given = np.asarray(values)
    if given.ndim != 1:
        raise ValueError(f"{name} must have one dimension, not {given.ndim}")
    if given.size and given.dtype.kind not in "iub":
        raise ValueError(f"{name} must be integers, not {given.dtype}")
    return given.astype(np.int64, copy=False)


def _check(columns: dict[str, NDArray[Any]]) -> None:
    lengths = {name: column.size for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns of unequal lengths: {lengths}")
    ppm, low, high, outcome = (columns[name] for name in ("ppm", "low", "high", "outcome"))
    _refuse(ppm, (ppm < 0) | (ppm > PPM), "ppm {} is not within 0..1000000")
    _refuse(low, low < 0, "low {} is below 0")
    _refuse(low, low > ppm, "low {} is above ppm")
    _refuse(high, high < ppm, "high {} is below ppm")
    _refuse(high, high > PPM, "high {} is above 1000000")
    _refuse(outcome, (outcome >> 1) != 0, "outcome {} is neither 0 nor 1")


def _refuse(values: Integers, is_wrong: NDArray[np.bool_], message: str) -> None:
    rows = np.flatnonzero(is_wrong)
    if rows.size:
        raise ValueError(f"row {rows[0]}: " + message.format(values[rows[0]]))


def _canonical_order(expert: Integers, columns: dict[str, NDArray[Any]]) -> Integers:
    """Sort by content, so that neither ids nor the order of rows show in the last bit of a sum.

    Sums of whole numbers do not mind their order, so that only fractions break ties.
    """
    ties = [columns[name] for name in TIMED if not np.isnan(columns[name]).all()]
    key = (expert << _KEY_BITS) + 2 * columns["ppm"] + columns["outcome"]
    return np.lexsort((*ties, key)) if ties else np.argsort(key)
