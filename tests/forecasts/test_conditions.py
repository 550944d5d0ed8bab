"""Conditions: what a ruling on the parent does to the question that hangs on it."""

from datetime import timedelta
from typing import Any

import pytest

from forecasts.exceptions import ConditionOpenError, TooEarlyError
from forecasts.models import Question, Resolution, Role
from forecasts.selectors.scores import expert_scores
from forecasts.services.questions import edit_question
from forecasts.services.resolutions import correct_resolution, settle_question
from forecasts.services.verdicts import give_verdict
from tests.factories import (
    AFTER,
    DEADLINE,
    LINKS,
    START,
    make_forecast,
    make_question,
    make_user,
    resolve,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def make_pair() -> tuple[Question, Question]:
    """A question and one that hangs on its yes."""
    parent = make_question()
    return parent, make_question(depends_on=parent, depends_on_answer="yes")


def correct(question: Question, answer: str, **fields: Any) -> Resolution:
    defaults: dict[str, Any] = {"known_at": DEADLINE, "reason": "Misread", "as_of": AFTER + DAY}
    return correct_resolution(
        question=question,
        lead=make_user(Role.LEAD),
        answer=answer,
        **{**defaults, "links": LINKS, **fields},
    )


def rulings(question: Question) -> list[tuple[str, str]]:
    return list(question.resolutions.values_list("answer", "basis"))


def test_condition_taken_away_lifts_the_annulment() -> None:
    parent, child = make_pair()
    resolve(parent, "no")
    child.refresh_from_db()
    child.depends_on, child.depends_on_answer = None, ""

    edit_question(question=child, topics=[], by=make_user(Role.CODER), as_of=AFTER)

    assert rulings(child) == [("annulled", "condition"), ("reopened", "condition")]


@pytest.mark.parametrize("answer", ["yes", "no", "ambiguous"])
def test_lead_rules_on_a_conditional_only_once_its_condition_is_met(answer: str) -> None:
    parent, child = make_pair()
    resolve(parent, "no")

    with pytest.raises(ConditionOpenError):
        correct(child, answer)

    assert rulings(child) == [("annulled", "condition")]


def test_lead_cannot_lift_an_annulment_by_reopening() -> None:
    parent, child = make_pair()
    resolve(parent, "no")

    correct(child, "reopened")

    assert rulings(child)[1:] == [("reopened", "lead"), ("annulled", "condition")]


def test_lead_waits_for_the_deadline_to_say_that_nobody_can_tell() -> None:
    question = make_question()
    resolve(question, as_of=DEADLINE - 2 * DAY, known_at=START)

    with pytest.raises(TooEarlyError):
        correct(question, "ambiguous", known_at=START, as_of=DEADLINE - DAY)

    correct(question, "annulled", as_of=DEADLINE - DAY)
    correct(question, "reopened", as_of=DEADLINE - DAY)


def test_lead_settles_a_conditional_only_once_its_condition_is_met() -> None:
    parent, child = make_pair()
    resolve(parent)
    give_verdict(question=child, reviewer=make_user(Role.REVIEWER), answer="ambiguous", as_of=AFTER)
    correct(parent, "reopened")
    call: dict[str, Any] = {"question": child, "lead": make_user(Role.LEAD), "as_of": AFTER + DAY}

    with pytest.raises(ConditionOpenError):
        settle_question(answer="no", known_at=DEADLINE, links=LINKS, reason="r", **call)

    settle_question(answer="annulled", reason="r", **call)
    assert rulings(child) == [("annulled", "lead")]


def test_answer_is_not_scored_while_the_parent_is_reopened() -> None:
    parent, child = make_pair()
    expert = make_forecast(question=child).expert
    resolve(parent)
    resolve(child, "no")

    correct(parent, "reopened", as_of=AFTER + DAY)
    resolve(parent, as_of=AFTER + 2 * DAY)

    numbers = [
        expert_scores([expert.pk], as_of=AFTER + day * DAY)[expert.pk].scores["n"]
        for day in range(3)
    ]
    assert numbers == [1, 0, 1]
    assert rulings(child) == [("no", "verdicts"), ("annulled", "condition"), ("no", "condition")]


def test_answer_stays_annulled_when_the_wrong_parent_is_reopened() -> None:
    parent, child = make_pair()
    resolve(parent)
    resolve(child)
    correct(parent, "no")

    correct(parent, "reopened")

    assert rulings(child) == [("yes", "verdicts"), ("annulled", "condition")]


def test_annulment_by_reviewers_needs_no_parent() -> None:
    parent, child = make_pair()
    resolve(parent)
    resolve(child, "annulled")

    correct(parent, "reopened")

    assert rulings(child) == [("annulled", "verdicts")]
