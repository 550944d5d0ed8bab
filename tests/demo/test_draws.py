"""The synthetic track record is the same everywhere, and lies in the past."""

from datetime import UTC, datetime, timedelta

import pytest

from demo.synthetic.draws import Draws
from demo.synthetic.questions import draw_questions
from demo.synthetic.statements import draw_statements

INSTANTS = {
    "midday": datetime(2026, 11, 18, 12, tzinfo=UTC),
    "just after midnight": datetime(2027, 3, 1, 0, 0, 1, tzinfo=UTC),
    "just before midnight": datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC),
    "leap day": datetime(2028, 2, 29, 9, tzinfo=UTC),
}


def without_times(as_of: datetime) -> list[tuple[str, int, int | None, str | None]]:
    return [
        (
            statement.expert,
            statement.question.number,
            statement.hundredths,
            statement.question.ending.answer if statement.question.ending else None,
        )
        for statement in draw_statements(draw_questions(as_of))
    ]


def test_draws_never_change() -> None:
    draws = Draws("test")

    drawn = (draws.number(1, 1000), draws.one_of("abcdef"), draws.some_of(range(100), 5))

    assert drawn == (395, "b", [12, 26, 27, 61, 95])


def test_purposes_do_not_share_their_draws() -> None:
    assert Draws("one").number(1, 10**9) != Draws("other").number(1, 10**9)


def test_same_answers_and_numbers_whenever_it_is_loaded() -> None:
    drawn = [without_times(as_of) for as_of in INSTANTS.values()]

    assert all(other == drawn[0] for other in drawn[1:])


@pytest.mark.parametrize("as_of", INSTANTS.values(), ids=INSTANTS)
def test_nothing_is_said_or_ruled_in_the_future(as_of: datetime) -> None:
    questions = draw_questions(as_of)

    latest_bulletin = max(bulletin for q in questions for bulletin in q.bulletins)
    latest_ruling = max(q.ending.given_at for q in questions if q.ending)

    assert latest_bulletin < as_of - timedelta(days=1)
    assert latest_ruling < as_of


@pytest.mark.parametrize("as_of", INSTANTS.values(), ids=INSTANTS)
def test_everything_is_said_before_the_deadline_and_ruled_after_it(as_of: datetime) -> None:
    for question in draw_questions(as_of):
        assert question.bulletins
        assert question.bulletins[-1] < question.deadline
        assert question.ending is None or question.ending.given_at > question.deadline


def test_last_week_brought_rulings_and_the_next_weeks_bring_deadlines() -> None:
    as_of = INSTANTS["midday"]
    questions = draw_questions(as_of)

    week = timedelta(days=7)
    recent = [q for q in questions if q.ending and q.ending.given_at > as_of - week]
    coming = [q for q in questions if not q.ending and as_of < q.deadline < as_of + 3 * week]

    assert len(recent) >= 7
    assert len(coming) >= 3
