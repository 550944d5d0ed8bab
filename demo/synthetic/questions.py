"""Draws the synthetic questions, and how they ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from demo.synthetic.draws import Draws
from demo.synthetic.fictions import FICTIONS, Fiction, title

N_COUNTED = 400
# Days from a deadline to the day of loading. The last of the counted questions were resolved
# within the week, so that the first digest has something to tell.
DAYS = 3 * 365
LAST_WEEK = (6, 5, 4, 4, 3, 2, 1)
UNSCORED = {"ambiguous": 200, "annulled": 120}
DUE = (9, 4, 1)
OPEN = (-3, -6, -11, -19, -33, -50)

DAY = timedelta(days=1)
BULLETIN_EVERY = timedelta(days=14)
LAST_BULLETIN = timedelta(days=2, hours=15)
SHORTEST, LONGEST = 20, 420
BY_CHANCE = "yes or no"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a question was resolved, and when; known it was at the deadline."""

    answer: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class SyntheticQuestion:
    """A question, the probability of yes behind it, and the bulletins that may speak of it."""

    number: int
    fiction: Fiction
    title: str
    deadline: datetime
    likelihood: float
    bulletins: tuple[datetime, ...]
    ending: Ending | None


def draw_questions(as_of: datetime) -> list[SyntheticQuestion]:
    """The counted questions in order of their deadlines, then unscored, due and open ones."""
    today = datetime.combine(as_of.astimezone(UTC), time.min, UTC)
    draws = Draws("questions")
    return [
        _draw_question(draws, number, today - days * DAY, answer, today)
        for number, (days, answer) in enumerate(_plan(draws), start=1)
    ]


def _plan(draws: Draws) -> Iterator[tuple[int, str]]:
    """Days from the deadline to today, and the answer: none where it is left open."""
    n_early = N_COUNTED - len(LAST_WEEK)
    early = [draws.number(len(LAST_WEEK) + 1, DAYS) for _ in range(n_early)]
    yield from ((days, BY_CHANCE) for days in sorted(early, reverse=True))
    yield from ((days, BY_CHANCE) for days in LAST_WEEK)
    yield from ((days, answer) for answer, days in UNSCORED.items())
    yield from ((days, "") for days in DUE + OPEN)


def _draw_question(
    draws: Draws, number: int, deadline: datetime, answer: str, today: datetime
) -> SyntheticQuestion:
    fiction = draws.one_of(FICTIONS)
    likelihood = draws.between(0.02, 0.98)
    if answer == BY_CHANCE:
        answer = "yes" if draws.is_hit(likelihood) else "no"
    return SyntheticQuestion(
        number=number,
        fiction=fiction,
        title=title(number, fiction.claim(draws), (deadline - DAY).date()),
        deadline=deadline,
        likelihood=likelihood,
        bulletins=tuple(_draw_bulletins(draws, deadline, today)),
        ending=Ending(answer, _draw_ruling(draws, deadline, today)) if answer else None,
    )


def _draw_bulletins(draws: Draws, deadline: datetime, today: datetime) -> list[datetime]:
    """The bulletins before the deadline for as long as the question stood open; at least one."""
    newest = today - LAST_BULLETIN
    end = min(deadline, newest + DAY)
    start = end - draws.between(SHORTEST, LONGEST) * DAY
    latest = -((end - newest) // -BULLETIN_EVERY) - 1
    earliest = -((newest - start) // BULLETIN_EVERY)
    return [newest + place * BULLETIN_EVERY for place in range(earliest, latest + 1)]


def _draw_ruling(draws: Draws, deadline: datetime, today: datetime) -> datetime:
    """Some days after the deadline, or some hours where that would not be past yet."""
    hours, days = draws.number(1, 20) * DAY / 24, draws.number(0, 5) * DAY
    later = deadline + days + hours
    return later if later < today else deadline + hours
