"""Small worlds of questions and statements: as objects to read, and as columns to score."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from forecasts.scoring.arrays import Integers
from forecasts.scoring.comparisons import Comparisons, comparisons
from forecasts.scoring.exposures import Exposures, exposures, standing_spells
from forecasts.scoring.standings import Late, Standings, standing_forecasts
from forecasts.scoring.statements import ABSENT, NEVER, UNKNOWN, Answer, Questions, Statements


@dataclass(frozen=True)
class Said:
    """A forecast, or a withdrawal if it says so; None where there is no such time or number."""

    expert: int = 0
    question: int = 0
    stated_at: int | None = 0
    ppm: int | None = 700_000
    order: int = 0
    recorded_at: int = 0
    adopted_at: int | None = None
    is_withdrawal: bool = False
    proves_its_date: bool = True


@dataclass(frozen=True)
class Asked:
    """A question as it stood; None where there is no such time."""

    opens_at: int | None = None
    deadline: int | None = 100
    known_at: int | None = 100
    answer: Answer = Answer.YES


@dataclass(frozen=True)
class World:
    """What was asked and said, and how it is looked at."""

    said: Sequence[Said]
    asked: Sequence[Asked] = field(default_factory=lambda: [Asked()])
    counted_at: int = 1_000
    late: Late = "include"

    def statements(self) -> Statements:
        """Return what was said as columns, in the order of `said`."""
        ppm = _column((row.ppm for row in self.said), ABSENT)
        recorded_at = _column(row.recorded_at for row in self.said)
        adopted_at = _column((row.adopted_at for row in self.said), NEVER)
        needs_none = (ppm != ABSENT) & (adopted_at == NEVER)
        return Statements(
            expert=_column(row.expert for row in self.said),
            question=_column(row.question for row in self.said),
            order=_column(row.order for row in self.said),
            stated_at=_column((row.stated_at for row in self.said), UNKNOWN),
            recorded_at=recorded_at,
            adopted_at=np.where(needs_none, recorded_at, adopted_at),
            is_withdrawal=np.array([row.is_withdrawal for row in self.said], dtype=np.bool_),
            is_inferred=np.zeros(len(self.said), dtype=np.bool_),
            proves_its_date=np.array([row.proves_its_date for row in self.said], dtype=np.bool_),
            low=ppm,
            ppm=ppm,
            high=ppm,
        )

    def questions(self) -> Questions:
        """Return what was asked as columns."""
        codes = np.arange(len(self.asked))
        return Questions(
            order=codes,
            opens_at=_column((row.opens_at for row in self.asked), UNKNOWN),
            deadline=_column((row.deadline for row in self.asked), NEVER),
            known_at=_column((row.known_at for row in self.asked), NEVER),
            answer=_column(row.answer for row in self.asked),
            cluster=codes,
            n_conditions=np.zeros_like(codes),
        )

    def standings(self) -> Standings:
        """Return the standing forecasts."""
        return standing_forecasts(
            self.statements(), self.questions(), counted_at=self.counted_at, late=self.late
        )

    def scores(self) -> tuple[Standings, Exposures, Comparisons]:
        """Return the standing forecasts and their scores over time and against others."""
        statements, questions, standings = self.statements(), self.questions(), self.standings()
        spells = standing_spells(statements, questions, standings)
        return (
            standings,
            exposures(spells, questions, standings),
            comparisons(spells, statements, questions, standings),
        )


def _column(values: Iterable[int | None], missing: int = 0) -> Integers:
    return np.array([missing if value is None else value for value in values], dtype=np.int64)


# Few instants and few numbers on purpose: ties are where an order shows.
_instants = st.integers(0, 12)
_numbers = st.one_of(
    st.none(), st.sampled_from((0, 500, 500_000, 999_999, 1_000_000)), st.integers(0, 1_000_000)
)


@st.composite
def questions_asked(draw: st.DrawFn) -> Asked:
    answer = draw(st.sampled_from((Answer.YES, Answer.YES, Answer.NO, Answer.NO, *Answer)))
    # Files may know an answer and not when it was known; nobody knows when an open one will be.
    known = st.none() if answer == Answer.OPEN else st.one_of(st.none(), st.integers(1, 16))
    return Asked(
        opens_at=draw(st.none() | _instants),
        deadline=draw(st.integers(3, 14) | st.integers(3, 14) | st.none()),
        known_at=draw(known),
        answer=answer,
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    asked = draw(st.lists(questions_asked(), min_size=1, max_size=3))
    size = draw(st.integers(0, 14))
    orders = draw(st.permutations(range(size)))
    instants = draw(st.sampled_from((_instants, _instants, st.none() | _instants)))
    said = [
        Said(
            expert=draw(st.integers(0, 3)),
            question=draw(st.integers(0, len(asked) - 1)),
            order=order,
            stated_at=draw(instants),
            recorded_at=draw(_instants),
            adopted_at=draw(st.none() | st.integers(0, 16)),
            ppm=draw(_numbers),
            is_withdrawal=draw(st.sampled_from((False, False, False, True))),
            proves_its_date=draw(st.booleans()),
        )
        for order in orders
    ]
    late: Late = draw(st.sampled_from(("include", "exclude")))
    return World(said, asked, counted_at=draw(_instants), late=late)


def crowd(n: int, *, n_experts: int, n_questions: int, seed: int) -> World:
    """Return n statements of experts who say much about few questions."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(500_000, 1_000_000, size=n_questions).tolist()
    asked = [
        Asked(deadline=end, known_at=end - k, answer=Answer(k % 2 + 1))
        for k, end in enumerate(ends)
    ]
    table: list[list[Any]] = [
        rng.integers(limit, size=n).tolist()
        for limit in (n_experts, n_questions, 900_000, 1_000_001)
    ]
    rows = zip(*table, range(n), strict=True)
    return World([Said(*row) for row in rows], asked, counted_at=2_000_000)
