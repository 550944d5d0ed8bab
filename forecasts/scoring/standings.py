"""Which forecast stands for each expert on each question, and what becomes of it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, TypeAlias

import numpy as np

from forecasts.scoring.arrays import Booleans, Integers
from forecasts.scoring.orders import ordered
from forecasts.scoring.statements import ABSENT, NEVER, UNKNOWN, Answer, Questions, Statements

# Bits of the largest whole number without a sign in an int64.
LARGEST = 63

Late: TypeAlias = Literal["include", "exclude"]


class Fate(IntEnum):
    """What becomes of an expert's standing forecast on a question."""

    OPEN = 0
    SCORED = 1
    EARLY = 2
    AMBIGUOUS = 3
    ANNULLED = 4
    WITHDRAWN = 5
    TOO_LATE = 6
    NOT_ADOPTED = 7
    DATE_UNPROVEN = 8

    @property
    def word(self) -> str:
        """The name as the API says it."""
        return self.name.lower()


class Claim(IntEnum):
    """How strong a claim a statement has to stand; among equals the last one stands."""

    TOO_LATE = 0
    UNPROVEN = 1
    PROVEN = 2


@dataclass(frozen=True, slots=True, eq=False)
class Standings:
    """The forecasts that stand, one row per pair, in order of expert and question.

    statement: the row of the statement that stands. fate: a Fate. unproven: one per statement,
    True where it was recorded late without a proven date, so that it displaces nothing.
    said, said_pair: rows of the statements that displace one another, pair by pair in order of
    precedence, and the pair of each. opening: one per question, UNKNOWN where times cannot be
    told: no deadline, or a statement without a date.
    """

    expert: Integers
    question: Integers
    statement: Integers
    fate: Integers
    is_coded_after_known: Booleans
    unproven: Booleans
    said: Integers
    said_pair: Integers
    opening: Integers

    def __len__(self) -> int:
        """Return the number of pairs of expert and question."""
        return int(self.statement.size)

    @property
    def is_comparable(self) -> Booleans:
        """Whether the answer is known and the forecast has a score, counted already or not."""
        return np.isin(self.fate, (Fate.SCORED, Fate.EARLY))


def standing_forecasts(
    statements: Statements, questions: Questions, *, counted_at: int, late: Late = "include"
) -> Standings:
    """Return the last statement of each expert before each question's end, with its fate.

    A statement made before the question opened counts from its opening; of two that count from
    the same instant the later one wins. A row recorded after the answer was known, whose date is
    not proven, displaces nothing: it stands only where nothing else does. An answer counts from
    the deadline on: counted_at, in microseconds, tells SCORED from EARLY. late="exclude" leaves
    out what was coded after the answer was known, as if it had never been said.

    Cost: one sort of the statements.
    """
    exists = _exists(statements, questions, late=late)
    claim = _claims(statements, questions)
    ranked = _ranked(statements)
    ranked = ranked[exists[ranked]]
    starts = _starts(statements.expert[ranked], statements.question[ranked])
    last = ranked[_last_of_strongest(claim[ranked], starts)]
    displaces = claim[ranked] == Claim.PROVEN
    pair = np.repeat(np.arange(starts.size), np.diff(starts, append=ranked.size))
    question = statements.question[last]
    is_late = statements.coded_at[last] > questions.known_at[question]
    return Standings(
        expert=statements.expert[last],
        question=question,
        statement=last,
        fate=_fates(statements, questions, last, claim[last], counted_at=counted_at),
        is_coded_after_known=is_late & (claim[last] != Claim.TOO_LATE),
        unproven=exists & (claim == Claim.UNPROVEN),
        said=ranked[displaces],
        said_pair=pair[displaces],
        opening=_openings(statements, questions, exists),
    )


def _exists(statements: Statements, questions: Questions, *, late: Late) -> Booleans:
    if late == "include":
        return np.ones(len(statements), dtype=np.bool_)
    return statements.coded_at <= questions.known_at[statements.question]


def _claims(statements: Statements, questions: Questions) -> Integers:
    counts_from = np.maximum(statements.stated_at, questions.opens_at[statements.question])
    is_late = statements.recorded_at > questions.known_at[statements.question]
    is_proven = ~is_late | statements.proves_its_date
    is_in_time = counts_from < questions.end[statements.question]
    return np.where(is_in_time, np.where(is_proven, Claim.PROVEN, Claim.UNPROVEN), Claim.TOO_LATE)


def _ranked(statements: Statements) -> Integers:
    # On one question, what was stated earlier never counts from later: the opening adds nothing.
    ties = [statements.stated_at]
    recorded = (statements.order, statements.recorded_at)
    if not all(_rises(column) for column in recorded):
        ties = [*recorded, *ties]
    # Rows mostly come in the order of their recording, which a stable sort keeps for nothing.
    return ordered(_pair_keys(statements), ties=ties)


def _rises(values: Integers) -> bool:
    return not (values[1:] < values[:-1]).any()


def _pair_keys(statements: Statements) -> list[Integers]:
    """Return keys that sort by expert, then question: one where they fit into one number."""
    expert, question = statements.expert, statements.question
    n_bits = int(question.max(initial=0)).bit_length()
    if int(expert.max(initial=0)).bit_length() + n_bits > LARGEST:
        return [question, expert]
    return [(expert << n_bits) + question]


def _starts(expert: Integers, question: Integers) -> Integers:
    is_first = np.ones(expert.size, dtype=np.bool_)
    is_first[1:] = (expert[1:] != expert[:-1]) | (question[1:] != question[:-1])
    return np.flatnonzero(is_first)


def _last_of_strongest(claim: Integers, starts: Integers) -> Integers:
    # Claim first, place second, in one number: its maximum finds both in one pass.
    n = claim.size
    return np.maximum.reduceat(claim * n + np.arange(n), starts) % n


def _fates(
    statements: Statements, questions: Questions, row: Integers, claim: Integers, *, counted_at: int
) -> Integers:
    """Return the fate of each row: the first of these that holds, else SCORED."""
    question = statements.question[row]
    answer, deadline = questions.answer[question], questions.deadline[question]
    fates = {
        Fate.TOO_LATE: claim == Claim.TOO_LATE,
        Fate.DATE_UNPROVEN: claim == Claim.UNPROVEN,
        Fate.WITHDRAWN: statements.is_withdrawal[row],
        Fate.OPEN: answer == Answer.OPEN,
        Fate.AMBIGUOUS: answer == Answer.AMBIGUOUS,
        Fate.ANNULLED: answer == Answer.ANNULLED,
        Fate.NOT_ADOPTED: statements.ppm[row] == ABSENT,
        Fate.EARLY: (deadline != NEVER) & (deadline > counted_at),
    }
    return np.select(list(fates.values()), list(fates), default=Fate.SCORED)


def _openings(statements: Statements, questions: Questions, exists: Booleans) -> Integers:
    is_forecast = exists & ~statements.is_withdrawal
    first = np.full(len(questions), NEVER)
    np.minimum.at(first, statements.question[is_forecast], statements.stated_at[is_forecast])
    opening = np.where(questions.opens_at == UNKNOWN, first, questions.opens_at)
    is_undated = exists & (statements.stated_at == UNKNOWN)
    opening[statements.question[is_undated]] = UNKNOWN
    opening[(questions.deadline == NEVER) | (opening == NEVER)] = UNKNOWN
    return opening
