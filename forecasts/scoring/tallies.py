"""From statements to what each expert is scored on: one path for tables and files."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.arrays import Booleans, Integers
from forecasts.scoring.comparisons import comparisons
from forecasts.scoring.exposures import exposures, standing_spells
from forecasts.scoring.horizons import HORIZONS, horizon_numbers
from forecasts.scoring.kept_comparisons import KeptComparisons
from forecasts.scoring.standings import Fate, Late, Standings, standing_forecasts
from forecasts.scoring.statements import NEVER, Answer, Questions, Statements
from forecasts.scoring.topics import Topics
from forecasts.scoring.track_records import COUNTS, Counts, TrackRecords


@dataclass(frozen=True, slots=True)
class Options:
    """Which forecasts count.

    topic: of questions on this topic only. horizon: one of HORIZONS. coding: whose number it is.
    late: whether those recorded after the answer was known count. early: whether rulings before
    the deadline count at once, which favors those who said yes. known_until: what the world knew
    by then, in microseconds; None for all that was recorded. disputed: whether pairs of expert and
    question under dispute count.
    """

    topic: str | None = None
    horizon: str | None = None
    coding: Literal["all", "stated", "inferred"] = "all"
    late: Late = "include"
    early: Literal["exclude", "include"] = "exclude"
    known_until: int | None = None
    disputed: Literal["include", "exclude"] = "include"


EVERYTHING = Options()
LABELS = ("question", "is_inferred", "horizon", "year")


@dataclass(frozen=True, eq=False)
class Tally:
    """Scored forecasts of experts 0..n_experts - 1 with what they can be grouped by.

    expert, question: (rows,) codes. is_inferred: whose number it is. horizon: place in HORIZONS,
    -1 where no times are known. year: of the deadline, -1 without one. counts and recheck_at, the
    next deadline that changes the scores by itself or NEVER: one per expert.
    """

    n_experts: int
    expert: Integers
    question: Integers
    is_inferred: Booleans
    horizon: Integers
    year: Integers
    columns: dict[str, NDArray[Any]]
    counts: list[Counts]
    recheck_at: Integers

    @cached_property
    def records(self) -> TrackRecords:
        """The track record of each expert."""
        return TrackRecords.of(self.expert, self.n_experts, **self.columns)

    def only(self, experts: Integers) -> Self:
        """Return the tally of some experts, in the order given. experts: codes, each once."""
        place = np.full(self.n_experts, -1)
        place[experts] = np.arange(experts.size)
        rows = np.flatnonzero(place[self.expert] >= 0)
        return replace(
            self,
            n_experts=experts.size,
            expert=place[self.expert[rows]],
            columns={name: column[rows] for name, column in self.columns.items()},
            counts=[self.counts[expert] for expert in experts.tolist()],
            recheck_at=self.recheck_at[experts],
            **{name: getattr(self, name)[rows] for name in LABELS},
        )

    def in_parts(self, size: int) -> Iterator[Self]:
        """Yield the tallies of so many experts at a time, in order."""
        order = np.argsort(self.expert, kind="stable")
        bounds = np.arange(0, self.n_experts + size, size)
        ends = np.searchsorted(self.expert[order], bounds)
        for number, (begin, end) in enumerate(pairwise(ends.tolist())):
            first = number * size
            last = min(first + size, self.n_experts)
            rows = order[begin:end]
            yield replace(
                self,
                n_experts=last - first,
                expert=self.expert[rows] - first,
                columns={name: column[rows] for name, column in self.columns.items()},
                counts=self.counts[first:last],
                recheck_at=self.recheck_at[first:last],
                **{name: getattr(self, name)[rows] for name in LABELS},
            )

    def parts(self, rows: Integers, code: Integers, n_codes: int) -> TrackRecords:
        """Return the track records of parts 0..n_codes - 1. rows: to take; code: of each."""
        taken = {name: column[rows] for name, column in self.columns.items()}
        return TrackRecords.of(code, n_codes, **taken)


def tally(
    statements: Statements,
    questions: Questions,
    *,
    n_experts: int,
    counted_at: int,
    options: Options = EVERYTHING,
    topics: Topics,
    disputed: Booleans | None = None,
    is_alone: bool = False,
    kept: KeptComparisons | None = None,
) -> Tally:
    """Return what experts 0..n_experts - 1 are scored on; statements of others are compared with.

    counted_at: deadlines after it have not passed, in microseconds. disputed: one per statement,
    whether its pair is under dispute; None where nothing is. is_alone: without what takes times
    or others. kept: stands in for the statements of others, with options that leave out no
    statement and no answer.
    """
    known, said = _known(questions, options), _said(statements, options, disputed)
    at = counted_at if options.known_until is None else min(counted_at, options.known_until)
    standings = standing_forecasts(said, known, counted_at=at, late=options.late)
    if kept is not None:
        standings = replace(standings, opening=kept.opening)
    chosen = _chosen(said, known, standings, options, topics) & (standings.expert < n_experts)
    counted = [Fate.SCORED] if options.early == "exclude" else [Fate.SCORED, Fate.EARLY]
    rows = np.flatnonzero(chosen & np.isin(standings.fate, counted))
    statement, question = standings.statement[rows], standings.question[rows]
    return Tally(
        n_experts=n_experts,
        expert=standings.expert[rows],
        question=question,
        is_inferred=said.is_inferred[statement],
        horizon=horizon_numbers(said.stated_at[statement], known.deadline[question]),
        year=_years(known.deadline[question]),
        columns=_columns(said, known, standings, rows)
        | ({} if is_alone else _timed_columns(said, known, standings, rows, kept)),
        counts=_counts(said, standings, chosen, rows, n_experts),
        recheck_at=_next_deadlines(known, standings, n_experts),
    )


def _known(questions: Questions, options: Options) -> Questions:
    """Return the questions as the world knew them: answers that came later are open."""
    if options.known_until is None:
        return questions
    since = np.where(questions.known_at == NEVER, questions.deadline, questions.known_at)
    return questions.opened((since > options.known_until) & (since != NEVER))


def _said(statements: Statements, options: Options, disputed: Booleans | None) -> Statements:
    kept = np.ones(len(statements), dtype=np.bool_)
    if options.disputed == "exclude" and disputed is not None:
        kept &= ~disputed
    if options.known_until is not None:
        kept &= statements.stated_at <= options.known_until
    return statements if kept.all() else statements.where(kept)


def _chosen(
    statements: Statements,
    questions: Questions,
    standings: Standings,
    options: Options,
    topics: Topics,
) -> Booleans:
    chosen = np.ones(len(standings), dtype=np.bool_)
    if options.coding != "all":
        is_inferred = statements.is_inferred[standings.statement]
        chosen &= is_inferred == (options.coding == "inferred")
    if options.horizon is not None:
        deadline = questions.deadline[standings.question]
        numbers = horizon_numbers(statements.stated_at[standings.statement], deadline)
        chosen &= numbers == HORIZONS.index(options.horizon)
    if options.topic is not None:
        chosen &= topics.holds(options.topic)[standings.question]
    return chosen


def _columns(
    statements: Statements, questions: Questions, standings: Standings, rows: Integers
) -> dict[str, NDArray[Any]]:
    statement, question = standings.statement[rows], standings.question[rows]
    return {
        "ppm": statements.ppm[statement],
        "low": statements.low[statement],
        "high": statements.high[statement],
        "outcome": (questions.answer[question] == Answer.YES).astype(np.int64),
        "cluster": questions.cluster[question],
        "n_conditions": questions.n_conditions[question],
        "deadline": questions.deadline[question],
        "question": questions.order[question],
    }


def _timed_columns(
    statements: Statements,
    questions: Questions,
    standings: Standings,
    rows: Integers,
    kept: KeptComparisons | None,
) -> dict[str, NDArray[Any]]:
    spells = standing_spells(statements, questions, standings)
    exposed = exposures(spells, questions, standings)
    if kept is None:
        compared = comparisons(spells, statements, questions, standings)
    else:
        compared = kept.at(standings)
    return {
        "relative": compared.relative[rows],
        "time_brier": exposed.brier[rows],
        "time_log_score": exposed.log_score[rows],
        "coverage": exposed.coverage[rows],
        "baseline": exposed.baseline[rows],
        "peer": compared.peer[rows],
    }


def _counts(
    statements: Statements,
    standings: Standings,
    chosen: Booleans,
    rows: Integers,
    n_experts: int,
) -> list[Counts]:
    def of(pairs: Booleans | Integers) -> list[int]:
        numbers: list[int] = np.bincount(standings.expert[pairs], minlength=n_experts).tolist()
        return numbers

    numbers = {
        f"n_{fate.word}": of(chosen & (standings.fate == fate))
        for fate in Fate
        if f"n_{fate.word}" in COUNTS
    }
    numbers["n_inferred"] = of(rows[statements.is_inferred[standings.statement[rows]]])
    numbers["n_coded_after_known"] = of(rows[standings.is_coded_after_known[rows]])
    each = zip(*numbers.values(), strict=True)
    return [Counts(**dict(zip(numbers, row, strict=True))) for row in each]


def _next_deadlines(questions: Questions, standings: Standings, n_experts: int) -> Integers:
    waits = (standings.fate == Fate.EARLY) & (standings.expert < n_experts)
    found = np.full(n_experts, NEVER)
    deadline = questions.deadline[standings.question[waits]]
    np.minimum.at(found, standings.expert[waits], deadline)
    return found


def _years(deadline: Integers) -> Integers:
    """Return the years UTC; -1 where there is no deadline."""
    known = np.where(deadline == NEVER, 0, deadline)
    # A deadline at 24:00 of 31 December belongs to the year that ends.
    years = (known - 1).astype("datetime64[us]").astype("datetime64[Y]").astype(np.int64) + 1970
    return np.where(deadline == NEVER, -1, years)
