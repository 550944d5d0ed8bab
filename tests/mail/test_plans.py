"""The plan of a question: what is to come, and what became of what was."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from forecasts.models import Question, Role
from forecasts.services.questions import amend_question
from forecasts.services.snoozes import snooze_questions
from mail.interims import answer_interim
from mail.plans import plan_of
from mail.prompting import prompt_reviewers
from tests.factories import DEADLINE, START, make_question, make_user, resolve

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_plan_says_what_became_of_each_check() -> None:
    reviewer = make_user(Role.REVIEWER, username="ann", prompt_hour=0)
    question = make_question(deadline=START + 100 * DAY)
    for day in (0, 30, 31, 60, 86):
        prompt_reviewers(as_of=START + day * DAY)
        if day == 31:
            answer_interim(question=question, reviewer=reviewer, as_of=START + day * DAY)

    plan = plan_of(question, START + 86 * DAY)

    assert plan.counts_from == question.deadline
    states = [(check.kind.value, check.day, check.state.value) for check in plan.checks]
    assert states == [
        ("interim", 30, "answered"),
        ("interim", 60, "mailed"),
        ("notice", -14, "mailed"),
        ("interim", 90, "waiting"),
        ("notice", -2, "waiting"),
        *[("due", day, "waiting") for day in (0, 3, 7, 14, 30)],
    ]
    (mailing,) = plan.checks[1].mailings
    assert (mailing.reviewer, mailing.asked_at) == ("ann", START + 60 * DAY)


def test_snooze_shows_in_the_plan_and_so_does_the_end_of_it_all() -> None:
    reviewer = make_user(Role.REVIEWER, prompt_hour=0)
    question = make_question()
    prompt_reviewers(as_of=DEADLINE)
    (snooze,) = snooze_questions(
        questions=[question], kind="week", reason="Wait.", by=reviewer, as_of=DEADLINE + DAY
    )
    prompt_reviewers(as_of=DEADLINE + DAY)

    plan = plan_of(question, DEADLINE + DAY)

    assert (plan.snooze, plan.counts_from) == (snooze, snooze.until)
    assert [c.state.value for c in plan.checks if c.due_at < snooze.until] == [
        "cancelled", "cancelled", "mailed", "cancelled", "cancelled",
    ]  # fmt: skip
    resolve(question, as_of=DEADLINE + 2 * DAY)
    prompt_reviewers(as_of=DEADLINE + 2 * DAY)
    after = plan_of(Question.objects.get(pk=question.pk), DEADLINE + 2 * DAY)
    assert after.counts_from is None
    assert {check.state.value for check in after.checks} == {"mailed", "cancelled"}


def test_snooze_that_is_renewed_before_its_end_shows_in_the_plan() -> None:
    reviewer = make_user(Role.REVIEWER, prompt_hour=0)
    question = make_question()
    prompt_reviewers(as_of=DEADLINE)
    for day in (1, 6):
        snooze_questions(
            questions=[question], kind="week", reason=f"Day {day}.", by=reviewer,
            as_of=DEADLINE + day * DAY,
        )  # fmt: skip
        prompt_reviewers(as_of=DEADLINE + day * DAY)

    plan = plan_of(Question.objects.get(pk=question.pk), DEADLINE + 7 * DAY)

    first, second = plan.snoozes
    assert [first.reason, second.reason] == ["Day 1.", "Day 6."]
    assert (first.lifted_at, plan.snooze) == (DEADLINE + 6 * DAY, second)
    assert plan.counts_from == DEADLINE + 13 * DAY
    waiting = [(c.day, c.is_from_deadline) for c in plan.checks if c.state == "waiting"]
    assert waiting == [(day, False) for day in (0, 3, 7, 14, 30)]


def test_check_of_a_deadline_that_was_moved_back_is_not_on_the_day() -> None:
    make_user(Role.REVIEWER, prompt_hour=0)
    question = make_question()
    amend_question(
        question=question, changes={"deadline": DEADLINE - 20 * DAY}, reason="Earlier.",
        by=make_user(Role.LEAD), as_of=DEADLINE - 9 * DAY,
    )  # fmt: skip
    question = Question.objects.get(pk=question.pk)
    prompt_reviewers(as_of=DEADLINE - 9 * DAY)

    plan = plan_of(question, DEADLINE - 9 * DAY)

    assert plan.counts_from == DEADLINE - 9 * DAY
    day_0 = [check for check in plan.checks if check.kind == "due" and check.day == 0]
    assert [(check.due_at, check.is_from_deadline) for check in day_0] == [
        (DEADLINE - 9 * DAY, False)
    ]


def test_plan_is_read_in_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    make_user(Role.REVIEWER, prompt_hour=0)
    question = make_question()
    for day in (0, 3, 7):
        prompt_reviewers(as_of=DEADLINE + day * DAY)

    with django_assert_max_num_queries(5):
        plan_of(question, DEADLINE + 8 * DAY)
