"""Prompts: asked at the right time, once a local date, of the right person."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from forecasts.models import Assignment, Question, Role, User
from forecasts.services.assignments import assign_reviewers
from forecasts.services.questions import amend_question
from forecasts.services.resolutions import correct_resolution
from forecasts.services.verdicts import give_verdict
from mail.models import Delivery, Prompt
from mail.prompting import arm_prompts, queue_prompts
from tests.factories import (
    AFTER,
    DEADLINE,
    make_forecast,
    make_question,
    make_user,
    resolve,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def sweep(as_of: datetime = DEADLINE) -> int:
    assign_reviewers(as_of=as_of)
    arm_prompts(as_of=as_of)
    return queue_prompts(as_of=as_of)


@pytest.fixture
def reviewer() -> User:
    return make_user(Role.REVIEWER)


def test_due_question_gets_its_five_checks(reviewer: User) -> None:
    question = make_question()

    sweep()

    days = [(p.day, p.due_at - question.deadline) for p in Prompt.objects.all()]
    assert days == [(d, d * DAY) for d in (0, 3, 7, 14, 30)]


def test_reviewer_is_mailed_on_the_days_of_the_checks_only(reviewer: User) -> None:
    make_question()

    mailed = [day for day in range(40) if sweep(DEADLINE + day * DAY)]

    assert mailed == [0, 3, 7, 14, 30]


def test_one_mail_a_local_date_however_often_the_sweep_runs(reviewer: User) -> None:
    reviewer.time_zone = "America/New_York"
    reviewer.save()
    make_question()
    make_question(deadline=DEADLINE + timedelta(hours=3))
    make_question(deadline=DEADLINE + timedelta(hours=6))

    sent = [hour for hour in range(12) if sweep(DEADLINE + timedelta(hours=hour))]

    # Midnight UTC is 19:00 in New York; its next date begins at 5:00 UTC.
    assert sent == [0, 5]
    assert Delivery.objects.count() == 2


def test_mail_lists_all_that_waits_most_overdue_first(reviewer: User) -> None:
    later = make_question(title="Will the later one happen?", deadline=DEADLINE + DAY)
    earlier = make_question(title="Will the earlier one happen?")

    sweep(DEADLINE + DAY)

    text = Delivery.objects.get().text
    assert text.index(earlier.title) < text.index(later.title)
    assert f"https://hindcast.test/admin/desk/duequestion/{earlier.pk}/change/" in text


def test_no_check_due_no_mail(reviewer: User) -> None:
    make_question()
    sweep()

    assert sweep(DEADLINE + DAY) == 0


def test_moved_deadline_arms_the_checks_anew(reviewer: User) -> None:
    question = make_question()
    sweep()

    amend_question(
        question=question,
        changes={"deadline": DEADLINE + 5 * DAY},
        reason="Postponed.",
        by=make_user(Role.LEAD),
        as_of=DEADLINE + DAY,
    )

    mailed = [day for day in range(1, 13) if sweep(DEADLINE + day * DAY)]
    assert mailed == [5, 8, 12]


def test_deadline_moved_there_and_back_is_not_forgotten(reviewer: User) -> None:
    question = make_question()
    sweep()
    lead = make_user(Role.LEAD)
    for days in (5, 0):
        question.refresh_from_db()
        amend_question(
            question=question,
            changes={"deadline": DEADLINE + days * DAY},
            reason="Moved.",
            by=lead,
            as_of=DEADLINE + DAY,
        )
        sweep(DEADLINE + DAY)

    mailed = [day for day in range(2, 40) if sweep(DEADLINE + day * DAY)]
    assert mailed == [4, 8, 15, 31]


def test_question_that_was_overdue_when_recorded_gets_all_its_checks(reviewer: User) -> None:
    late = DEADLINE + 100 * DAY
    make_question(as_of=late)

    mailed = [day for day in range(40) if sweep(late + day * DAY)]

    assert mailed == [0, 3, 7, 14, 30]


def test_who_takes_over_gets_all_the_checks(reviewer: User) -> None:
    make_question()
    for day in (0, 3, 7, 14, 30):
        sweep(DEADLINE + day * DAY)
    reviewer.is_active = False
    reviewer.save()
    make_user(Role.REVIEWER)

    mailed = [day for day in range(40, 80) if sweep(DEADLINE + day * DAY)]

    assert mailed == [40, 43, 47, 54, 70]


def test_resolved_question_is_not_asked_about(reviewer: User) -> None:
    question = make_question()
    sweep()
    resolve(question)

    assert not any(sweep(AFTER + day * DAY) for day in range(40))


def test_second_reviewer_is_asked_as_soon_as_the_first_answered() -> None:
    reviewers = {make_user(Role.REVIEWER), make_user(Role.REVIEWER)}
    question = make_question(required_verdicts=2)
    sweep()
    first = Assignment.objects.open().get().reviewer

    give_verdict(
        question=question,
        reviewer=first,
        answer="yes",
        known_at=DEADLINE,
        links=["https://example.org"],
        as_of=DEADLINE + DAY,
    )

    assert sweep(DEADLINE + DAY) == 1
    assert Delivery.objects.latest("pk").user == (reviewers - {first}).pop()


def test_conditional_is_asked_about_once_its_condition_is_met(reviewer: User) -> None:
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes")
    sweep()
    assert not Prompt.objects.filter(question=child).exists()

    resolve(parent, as_of=AFTER)
    sweep(AFTER)

    assert {p.counts_from for p in Prompt.objects.filter(question=child)} == {AFTER}


def test_reopened_question_is_asked_about_again(reviewer: User) -> None:
    question = make_question()
    sweep()
    resolve(question)
    correct_resolution(
        question=question,
        lead=make_user(Role.LEAD),
        answer="reopened",
        reason="Wrong link.",
        as_of=AFTER + 3 * DAY,
    )

    assert sweep(AFTER + 3 * DAY) == 1


def test_hours_of_downtime_lose_nothing_and_repeat_nothing(reviewer: User) -> None:
    for _ in range(3):
        make_question()

    assert sweep(DEADLINE + 8 * DAY) == 1
    assert sweep(DEADLINE + 8 * DAY) == 0
    assert Prompt.objects.waiting().count() == 3 * 2


def test_prompt_says_nothing_of_any_forecast(reviewer: User) -> None:
    forecast = make_forecast("0.123456", quote="UNMISTAKABLE QUOTE", phrase="UNMISTAKABLE PHRASE")

    sweep()

    delivery = Delivery.objects.get()
    mail = f"{delivery.subject}{delivery.text}{delivery.html}{delivery.headers}"
    secrets = ("UNMISTAKABLE", "0.12", forecast.expert.name, forecast.source.title)
    assert not [secret for secret in secrets if secret in mail]
    assert forecast.question.title in mail


def test_names_come_out_as_text_in_both_parts(reviewer: User) -> None:
    make_question(
        title="<script>alert('x')</script> & “Q” שלום 👩‍👩‍👧", resolution_criteria="a < b"
    )

    sweep()

    delivery = Delivery.objects.get()
    assert "<script>alert('x')</script> & “Q” שלום 👩‍👩‍👧" in delivery.text
    assert "<script>" not in delivery.html
    assert "&lt;script&gt;" in delivery.html
    assert "\n" not in delivery.subject


def test_reviewer_without_an_address_is_not_mailed() -> None:
    make_user(Role.REVIEWER, email="")
    make_question()

    assert sweep() == 0


def test_sweep_costs_the_same_queries_for_many_questions(
    reviewer: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        make_question()
    sweep()

    with django_assert_max_num_queries(30):
        sweep(DEADLINE + DAY)
    with django_assert_max_num_queries(30):
        sweep(DEADLINE + 3 * DAY)
    assert Question.objects.due(DEADLINE).count() == 20
