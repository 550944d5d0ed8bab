"""Which of an expert's forecasts on a question stands, and what becomes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MICRO = 1_000_000


class Fate(StrEnum):
    """What becomes of an expert's standing forecast on a question."""

    OPEN = "open"
    SCORED = "scored"
    EARLY = "early"
    AMBIGUOUS = "ambiguous"
    ANNULLED = "annulled"
    WITHDRAWN = "withdrawn"
    TOO_LATE = "too_late"
    NOT_ADOPTED = "not_adopted"
    DATE_UNPROVEN = "date_unproven"


@dataclass(frozen=True, slots=True)
class Statement:
    """A forecast or withdrawal as recorded; its numbers in ppm, absent until adopted."""

    pk: int
    is_withdrawal: bool
    is_inferred: bool
    stated_at: datetime
    recorded_at: datetime
    proves_its_date: bool
    numbers: tuple[int, int, int] | None
    """Low, middle and high."""
    adopted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """The ruling on a question as it stood."""

    answer: str
    known_at: datetime | None

    @property
    def is_decisive(self) -> bool:
        """Whether it says yes or no."""
        return self.answer in {"yes", "no"}


@dataclass(frozen=True, slots=True)
class QuestionAt:
    """A question as it stood; `opens_at` is None where its first forecast opens it."""

    pk: int
    opens_at: datetime | None
    deadline: datetime
    ruling: Ruling | None

    @property
    def end(self) -> datetime:
        """Statements from here on are too late: the deadline or, if earlier, `known_at`."""
        known_at = self.ruling.known_at if self.ruling else None
        return min(self.deadline, known_at) if known_at else self.deadline


@dataclass(frozen=True, slots=True)
class Standing:
    """The forecast that stands for an expert on a question, and its fate."""

    statement: Statement
    fate: Fate
    is_coded_after_known: bool = False
    unproven: frozenset[int] = frozenset()
    """The ids of rows recorded late without a proven date, which displace nothing."""


def standing_forecast(
    statements: Iterable[Statement], question: QuestionAt, *, as_of: datetime
) -> Standing | None:
    """The last statement before the question's end, with its fate; None where there is none.

    A statement made before the question opened counts from its opening; of two that count
    from the same instant the later one wins. A row recorded after the answer was known, whose
    date is not proven, displaces nothing: it stands only where nothing else does.
    """

    def counts_from(statement: Statement) -> datetime:
        return max(statement.stated_at, question.opens_at or statement.stated_at)

    ranked = sorted(statements, key=lambda s: (counts_from(s), s.stated_at, s.recorded_at, s.pk))
    in_time = [statement for statement in ranked if counts_from(statement) < question.end]
    if not in_time:
        return Standing(ranked[-1], Fate.TOO_LATE) if ranked else None
    unproven = frozenset(said.pk for said in in_time if _is_unproven(said, question))
    last = ([said for said in in_time if said.pk not in unproven] or in_time)[-1]
    known_at = question.ruling.known_at if question.ruling else None
    is_late = known_at is not None and (last.adopted_at or last.recorded_at) > known_at
    return Standing(last, _fate(last, question, as_of), is_late, unproven)


def _is_unproven(statement: Statement, question: QuestionAt) -> bool:
    known_at = question.ruling.known_at if question.ruling else None
    is_late = known_at is not None and statement.recorded_at > known_at
    return is_late and not statement.proves_its_date


def _fate(statement: Statement, question: QuestionAt, as_of: datetime) -> Fate:
    ruling = question.ruling
    if _is_unproven(statement, question):
        return Fate.DATE_UNPROVEN
    if statement.is_withdrawal:
        return Fate.WITHDRAWN
    if ruling is None:
        return Fate.OPEN
    if not ruling.is_decisive or ruling.known_at is None:
        return Fate(ruling.answer)
    if statement.numbers is None:
        return Fate.NOT_ADOPTED
    return Fate.EARLY if question.deadline > as_of else Fate.SCORED
