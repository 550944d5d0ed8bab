"""Rounds: which verdicts count towards the next ruling."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from forecasts.exceptions import AlreadyAnsweredError
from forecasts.models import Question, Resolution, Role, User
from forecasts.selectors.reviews import round_of, with_round
from forecasts.services.questions import amend_question
from forecasts.services.resolutions import correct_resolution
from forecasts.services.verdicts import give_verdict
from tests.factories import AFTER, DEADLINE, LINKS, make_question, make_user, resolve

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def say_yes(question: Question, reviewer: User, as_of: datetime = AFTER) -> None:
    give_verdict(
        question=question,
        reviewer=reviewer,
        answer="yes",
        known_at=DEADLINE,
        links=LINKS,
        as_of=as_of,
    )


def amend(question: Question, **changes: Any) -> None:
    amend_question(
        question=question, changes=changes, reason="Why", by=make_user(Role.LEAD), as_of=AFTER
    )


def rule(question: Question, answer: str, as_of: datetime) -> None:
    correct_resolution(
        question=question,
        lead=make_user(Role.LEAD),
        answer=answer,
        known_at=DEADLINE,
        links=LINKS,
        reason="Misread",
        as_of=as_of,
    )


@pytest.mark.parametrize(
    "changes",
    [{"deadline": DEADLINE - DAY}, {"resolution_criteria": "Something else happens."}],
    ids=["deadline", "criteria"],
)
def test_verdict_on_what_was_amended_since_does_not_count(changes: dict[str, Any]) -> None:
    question = make_question(required_verdicts=2)
    first, second = make_user(Role.REVIEWER), make_user(Role.REVIEWER)
    say_yes(question, first)

    amend(question, **changes)
    say_yes(question, second)
    assert not Resolution.objects.exists()
    say_yes(question, first)

    assert Resolution.objects.get().answer == "yes"


def test_amended_title_leaves_the_verdicts_as_they_are() -> None:
    question = make_question(required_verdicts=2)
    reviewer = make_user(Role.REVIEWER)
    say_yes(question, reviewer)

    amend(question, title="Better put")

    with pytest.raises(AlreadyAnsweredError):
        say_yes(question, reviewer)
    say_yes(question, make_user(Role.REVIEWER))
    assert Resolution.objects.exists()


def test_condition_there_and_back_keeps_the_verdicts() -> None:
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes", required_verdicts=2)
    resolve(parent)
    say_yes(child, make_user(Role.REVIEWER))
    rule(parent, "no", AFTER + DAY)
    rule(parent, "yes", AFTER + 2 * DAY)

    say_yes(child, make_user(Role.REVIEWER), AFTER + 3 * DAY)

    assert Resolution.objects.in_force().get(question=child).answer == "yes"


def test_round_in_a_query_is_the_round_of_the_row() -> None:
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes")
    resolve(parent, "no")
    rule(parent, "reopened", AFTER + DAY)
    amend(child, title="Better put", resolution_criteria="Other.", deadline=DEADLINE + DAY)

    annotated: Any = with_round(Question.objects.all())

    assert {row.pk: row.round for row in annotated} == {parent.pk: 2, child.pk: 2}
    assert [round_of(row) for row in (parent, child)] == [2, 2]
