"""Invented questions in the states that a desk can show beside those that are merely due."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from demo.logins import Backstage
from demo.synthetic.fictions import FICTIONS, Fiction, criteria, title
from forecasts.models import Question, Snooze, Topic, User
from forecasts.models.resolutions import Answer
from forecasts.services.hand_ons import hand_on_question
from forecasts.services.questions import record_question
from forecasts.services.snoozes import snooze_questions
from forecasts.services.verdicts import give_verdict

DAY = timedelta(days=1)
HARBOR, LEAGUE, ORCHARDS, POST = FICTIONS
# What is asked, how many days ago it was recorded and due, and how many verdicts it needs. Those
# that wait for the log-ins are due for longer, or not as long, as the questions of the track
# record, so that it stays foreseeable to whom each of those is assigned.
QUESTIONS: dict[str, tuple[Fiction, str, int, int, int]] = {
    "overdue": (POST, "the lost sack of dragon mail be found", 60, 30, 1),
    "snoozed": (HARBOR, "the lighthouse of the moon harbor be lit", 40, 8, 1),
    "impasse": (LEAGUE, "the two tin queens agree on a draw", 40, 6, 2),
    "second-opinion": (ORCHARDS, "the oldest rain plum tree bloom twice", 40, 5, 2),
    "handed-on": (POST, "the dragons' night mail run on time", 40, 3, 1),
}
FIRST_NUMBER = 901


def record_desk(*, staff: Backstage, as_of: datetime) -> None:
    """Record the questions, and what the staff did about each, as if it had been before `as_of`."""
    today = datetime.combine(as_of.astimezone(UTC), time.min, UTC)
    questions = {
        state: _record_question(number, state, staff.coder, today)
        for number, state in enumerate(QUESTIONS, start=FIRST_NUMBER)
    }
    one, other = staff.reviewers
    _answer(questions["second-opinion"], one, Answer.YES, today - 2 * DAY)
    _answer(questions["impasse"], one, Answer.YES, today - 3 * DAY)
    _answer(questions["impasse"], other, Answer.NO, today - 2 * DAY)
    hand_on_question(
        question=questions["handed-on"],
        reviewer=one,
        note="Synthetic: the timetable can be read in two ways.",
        as_of=today - DAY,
    )
    snooze_questions(
        questions=[questions["snoozed"]],
        kind=Snooze.Kind.MONTH,
        reason="Synthetic: the harbor office is closed, and opens its books again next month.",
        by=staff.lead,
        as_of=today - 2 * DAY,
    )


def _record_question(number: int, state: str, coder: User, today: datetime) -> Question:
    fiction, claim, recorded, due, verdicts = QUESTIONS[state]
    deadline = today - due * DAY
    columns: Mapping[str, Any] = {
        "slug": f"synthetic-{state}",
        "title": title(number, claim, (deadline - DAY).date()),
        "resolution_criteria": criteria(fiction),
        "deadline": deadline,
        "required_verdicts": verdicts,
        "synthetic": True,
    }
    return record_question(
        question=Question(**columns),
        topics=[Topic.objects.get(slug=fiction.slug)],
        by=coder,
        as_of=today - recorded * DAY,
    )


def _answer(question: Question, reviewer: User, answer: Answer, as_of: datetime) -> None:
    give_verdict(
        question=question,
        reviewer=reviewer,
        answer=answer,
        known_at=question.deadline,
        links=[f"https://example.org/synthetic/{question.slug}/{answer}"],
        note="Synthetic: the answer was made up, to show what comes after it.",
        as_of=as_of,
    )
