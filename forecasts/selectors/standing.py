"""Which of an expert's forecasts on a question stands, row by row, for lists and pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from forecasts.scoring.probabilities import PPM
from forecasts.scoring.standings import Fate, Standings, standing_forecasts
from forecasts.scoring.statements import ABSENT, UNKNOWN, Answer
from forecasts.selectors.columns import instant, microseconds
from forecasts.selectors.statements import Said, statements_at

Numbers = tuple[float, float, float]
RULED = (Fate.SCORED, Fate.EARLY)


@dataclass(frozen=True, slots=True)
class Losses:
    """The Brier score of one forecast, and the bounds that its wording allows."""

    brier: float
    best: float
    worst: float


@dataclass(frozen=True, slots=True)
class StandingForecast:
    """The forecast that stands for an expert on a question, and its fate."""

    expert: int
    question: int
    forecast: int
    fate: Fate
    is_withdrawal: bool
    is_inferred: bool
    is_coded_after_known: bool
    ends_at: datetime
    """Statements from here on are too late: the deadline or, if earlier, `known_at`."""
    opens_at: datetime | None
    """None where its first forecast opens the question."""
    numbers: Numbers | None
    """Low, middle and high, 0..1."""
    losses: Losses | None
    """Once there is a yes or no to hold it against."""


@dataclass(frozen=True, slots=True)
class Stands:
    """The forecasts that stand, and those recorded too late to displace any."""

    forecasts: list[StandingForecast]
    unproven: frozenset[int]
    """Ids of rows recorded after the answer was known, without a proven date."""


def standing_at(
    expert_ids: Iterable[int],
    *,
    as_of: datetime,
    question_ids: Iterable[int] | None = None,
    is_now: bool = False,
) -> Stands:
    """What stands for the experts, from rows recorded by `as_of`.

    On every question, or on those of `question_ids` only. is_now: as for statements_at.
    """
    ids = list(expert_ids)
    questions = None if question_ids is None else list(question_ids)
    said = statements_at(
        ids,
        as_of=as_of,
        question_ids=questions,
        is_alone=True,
        has_clusters=False,
        is_now=is_now,
    )
    standings = standing_forecasts(said.statements, said.questions, counted_at=microseconds(as_of))
    return Stands(
        [_standing(said, standings, row) for row in range(len(standings))],
        frozenset(said.statements.order[standings.unproven].tolist()),
    )


def _standing(said: Said, standings: Standings, row: int) -> StandingForecast:
    statement, question = int(standings.statement[row]), int(standings.question[row])
    fate, rows = Fate(int(standings.fate[row])), said.statements
    ppm = tuple(int(column[statement]) for column in (rows.low, rows.ppm, rows.high))
    opens_at = int(said.questions.opens_at[question])
    return StandingForecast(
        expert=int(said.expert_ids[standings.expert[row]]),
        question=int(said.question_ids[question]),
        forecast=int(rows.order[statement]),
        fate=fate,
        is_withdrawal=bool(rows.is_withdrawal[statement]),
        is_inferred=bool(rows.is_inferred[statement]),
        is_coded_after_known=bool(standings.is_coded_after_known[row]),
        ends_at=instant(int(said.questions.end[question])),
        opens_at=None if opens_at == UNKNOWN else instant(opens_at),
        numbers=None if ABSENT in ppm else (ppm[0] / PPM, ppm[1] / PPM, ppm[2] / PPM),
        losses=_losses(ppm, int(said.questions.answer[question])) if fate in RULED else None,
    )


def _losses(ppm: tuple[int, ...], answer: int) -> Losses:
    low, middle, high = (((part - PPM * (answer == Answer.YES)) / PPM) ** 2 for part in ppm)
    return Losses(brier=middle, best=min(low, high), worst=max(low, high))
