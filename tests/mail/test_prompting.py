"""Prompts: asked at the right time, once a local date, of the right person."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from forecasts.exceptions import NothingOpenError, OwnCodingError
from forecasts.models import Assignment, Question, Role, User
from forecasts.services.absences import cancel_absence, record_absence
from forecasts.services.questions import amend_question, edit_question
from forecasts.services.resolutions import correct_resolution
from forecasts.services.snoozes import snooze_questions
from forecasts.services.verdicts import give_verdict
from mail.interims import answer_interim
from mail.models import Asking, Delivery, Prompt
from mail.prompting import prompt_reviewers
from tests.factories import (
    AFTER,
    DEADLINE,
    START,
    make_forecast,
    make_question,
    make_user,
    resolve,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def sweep(as_of: datetime = DEADLINE) -> int:
    return prompt_reviewers(as_of=as_of)


def mailed_on(days: Iterable[int], of: datetime = DEADLINE) -> list[int]:
    """Of these days, counted from `of`, those on which a sweep at midnight makes a mail."""
    return [day for day in days if sweep(of + day * DAY)]


def around(*days: int) -> list[int]:
    """These days, and those beside them: what came due in between would show on the next."""
    return sorted({day + step for day in days for step in (-1, 0, 1)})


def make_reviewer(**fields: Any) -> User:
    """A reviewer whose mail comes at midnight UTC, when the deadlines of these tests are."""
    return make_user(Role.REVIEWER, **{"prompt_hour": 0, **fields})


def checks_waiting(question: Question) -> list[tuple[str, int]]:
    rows = Prompt.objects.filter(question=question, cancelled_at=None)
    return [(prompt.kind, prompt.day) for prompt in rows]


@pytest.fixture
def reviewer() -> User:
    return make_reviewer()


def test_plan_of_checks_is_rows_from_the_start(reviewer: User) -> None:
    question = make_question()

    sweep(START)

    rows = [(p.kind, p.day, p.due_at - question.deadline) for p in Prompt.objects.all()]
    assert rows == [
        ("notice", -14, -14 * DAY),
        ("notice", -2, -2 * DAY),
        *[("due", day, day * DAY) for day in (0, 3, 7, 14, 30)],
    ]


def test_reviewer_is_mailed_on_the_days_of_the_checks_and_monthly_after_them(
    reviewer: User,
) -> None:
    make_question()
    days = [-14, -2, 0, 3, 7, 14, 30, 60, 90, 120]

    assert mailed_on([-30, *around(*days)]) == days


def test_missed_repeats_are_asked_once_and_go_on(reviewer: User) -> None:
    make_question()
    mailed_on([-14, -2, 0, 3, 7, 14, 30])

    assert mailed_on([95, 96, *around(120)]) == [95, 120]


def test_question_recorded_late_gets_no_notice_of_the_past(reviewer: User) -> None:
    make_question(as_of=DEADLINE - 5 * DAY)

    assert mailed_on(range(-5, 4)) == [-2, 0, 3]


def test_long_horizon_is_looked_at_every_month_until_the_notices(reviewer: User) -> None:
    question = make_question(deadline=START + 100 * DAY)

    days = [30, 60, 86, 90, 98, 100]

    mailed = mailed_on([0, *around(*days)], of=START)

    assert mailed == days
    assert [day for kind, day in checks_waiting(question) if kind == "interim"] == [30, 60, 90]


@pytest.mark.parametrize(
    ("interim_days", "days", "expected"),
    [
        (None, 92, []),
        (None, 93, [30, 60, 90]),
        (0, 300, []),
        (7, 20, [7, 14]),
        (7, 21, [7, 14]),
    ],
)
def test_interval_of_interim_checks(
    reviewer: User, interim_days: int | None, days: int, expected: list[int]
) -> None:
    question = make_question(deadline=START + days * DAY, interim_days=interim_days)

    for day in range(0, days, 10):
        sweep(START + day * DAY)

    assert [day for kind, day in checks_waiting(question) if kind == "interim"] == expected


def test_changed_interval_arms_the_interim_checks_anew(reviewer: User) -> None:
    question = make_question(deadline=START + 300 * DAY)
    mailed_on([0, 30, 40], of=START)

    question.interim_days = 50
    edit_question(question=question, topics=(), by=make_user(Role.CODER), as_of=START + 41 * DAY)

    assert mailed_on([41, *around(50, 100)], of=START) == [50, 100]


def test_interim_check_that_was_answered_is_not_listed(reviewer: User) -> None:
    answered = make_question(deadline=START + 300 * DAY, title="Will the answered one?")
    make_question(deadline=START + 300 * DAY, title="Will the other one?")
    sweep(START + 30 * DAY)

    answer_interim(question=answered, reviewer=reviewer, as_of=START + 31 * DAY)
    make_question(as_of=START, deadline=START + 32 * DAY)
    sweep(START + 32 * DAY)

    text = Delivery.objects.latest("pk").text
    assert "Will the other one?" in text
    assert "Will the answered one?" not in text
    with pytest.raises(NothingOpenError):
        answer_interim(question=answered, reviewer=reviewer, as_of=START + 32 * DAY)


def test_look_is_not_answered_by_whoever_coded_the_question(reviewer: User) -> None:
    both = make_user(Role.CODER, Role.REVIEWER)
    forecast = make_forecast(by=both, question=make_question(deadline=START + 300 * DAY))
    sweep(START + 30 * DAY)

    with pytest.raises(OwnCodingError):
        answer_interim(question=forecast.question, reviewer=both, as_of=START + 31 * DAY)


def test_one_mail_a_local_date_however_often_the_sweep_runs(reviewer: User) -> None:
    reviewer.time_zone, reviewer.prompt_hour = "America/New_York", 6
    reviewer.save()
    for hours in (0, 10, 12):
        make_question(as_of=DEADLINE - DAY, deadline=DEADLINE + timedelta(hours=hours))

    sent = [hour for hour in range(48) if sweep(DEADLINE + timedelta(hours=hour))]

    # 6:00 in New York is 11:00 UTC. What came due at 12:00 waits for the next day.
    assert sent == [11, 11 + 24]
    assert [d.subject for d in Delivery.objects.order_by("pk")] == [
        "2 due",
        "2 overdue by up to 1 day, 1 due",
    ]


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
    assert mailed == [3, 5, 8, 12]


def test_deadline_moved_there_and_back_is_not_forgotten(reviewer: User) -> None:
    question = make_question()
    sweep()
    lead = make_user(Role.LEAD, prompt_hour=0)
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

    assert mailed_on([2, *around(4, 8, 15, 31)]) == [4, 8, 15, 31]


def test_question_that_was_overdue_when_recorded_gets_all_its_checks(reviewer: User) -> None:
    late = DEADLINE + 100 * DAY
    make_question(as_of=late)

    assert mailed_on([0, 1, *around(3, 7, 14, 30)], of=late) == [0, 3, 7, 14, 30]


def test_who_takes_over_is_asked_at_once_and_then_with_the_question(reviewer: User) -> None:
    make_question()
    mailed_on([0, 3, 7, 14, 30])
    reviewer.is_active = False
    reviewer.save()
    make_reviewer()

    assert mailed_on([40, 41, *around(60, 90, 120)]) == [40, 60, 90, 120]


def test_resolved_question_is_not_asked_about(reviewer: User) -> None:
    question = make_question()
    sweep()
    resolve(question)

    assert mailed_on(range(0, 40, 3), of=AFTER) == []
    assert not Prompt.objects.waiting().exists()


def test_second_reviewer_is_asked_as_soon_as_the_first_answered() -> None:
    reviewers = {make_reviewer(), make_reviewer()}
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


def test_early_yes_asks_for_the_second_verdict_before_the_deadline() -> None:
    reviewers = {make_reviewer(), make_reviewer()}
    question = make_question(required_verdicts=2)
    first = reviewers.pop()
    give_verdict(
        question=question,
        reviewer=first,
        answer="yes",
        known_at=START,
        links=["https://example.org"],
        as_of=START + DAY,
    )

    assert mailed_on(around(1, 4, 8, 15), of=START) == [1, 4, 8, 15]
    assert {d.user for d in Delivery.objects.all()} == reviewers


def test_conditional_is_asked_about_once_its_condition_is_met(reviewer: User) -> None:
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes")
    sweep()
    assert not Prompt.objects.filter(question=child).exists()

    resolve(parent, as_of=AFTER)
    sweep(AFTER)

    checks = Prompt.objects.filter(question=child)
    assert {(p.kind, p.counts_from) for p in checks} == {("due", AFTER)}


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
    # Both notices have passed; they are not told after the fact.
    assert Prompt.objects.waiting().count() == 3 * (2 + 2)
    assert not Prompt.objects.waiting().live(DEADLINE + 8 * DAY).exists()


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

    with django_assert_max_num_queries(18):
        sweep(DEADLINE + DAY)
    with django_assert_max_num_queries(30):
        assert sweep(DEADLINE + 3 * DAY) == 1
    assert Question.objects.due(DEADLINE).count() == 20
    assert Asking.objects.count() == 40


def daily(first: int, end: int) -> list[int]:
    """2:00 and 9:00 of some days, in hours."""
    return [day * 24 + hour for day in range(first, end) for hour in (2, 9)]


def mailed_at(*hours: int) -> dict[int, set[str]]:
    """Whom sweeps that begin then, in hours from the deadline, mail; nothing else runs."""
    mailed: dict[int, set[str]] = {}
    last_ran = DEADLINE + (hours[0] - 1) * HOUR
    for as_of in (DEADLINE + hour * HOUR for hour in hours):
        prompt_reviewers(as_of=as_of, last_ran=last_ran)
        new = Delivery.objects.filter(created_at=as_of).select_related("user")
        mailed[(as_of - DEADLINE) // HOUR] = {mail.user.username for mail in new if mail.user}
        last_ran = as_of
    return {hour: names for hour, names in mailed.items() if names}


def asked_at(question: Question) -> list[tuple[str, int]]:
    rows = Asking.objects.filter(prompt__question=question).order_by("prompt__due_at", "pk")
    return list(rows.values_list("reviewer__username", "prompt__day"))


def test_mail_that_an_outage_swallowed_late_in_the_day_is_made_up_for_after_midnight() -> None:
    make_reviewer(username="ann", prompt_hour=23)
    make_question()

    assert mailed_at(1, 22, 26, 27, 47, 48, 71) == {26: {"ann"}}


def test_work_of_an_outage_is_given_out_and_asked_about_when_it_is_over() -> None:
    make_reviewer(username="ann", prompt_hour=23)
    make_question(deadline=DEADLINE + 22 * HOUR)

    assert mailed_at(1, 26, 27, 40) == {26: {"ann"}}


def test_hour_that_passed_with_nothing_to_do_is_not_made_up_for() -> None:
    reviewer = make_reviewer(username="ann", prompt_hour=9)
    lead = make_user(Role.LEAD, username="lea", prompt_hour=9)
    absence = record_absence(
        user=lead, starts_on=DEADLINE.date(), ends_on=DEADLINE.date() + 60 * DAY, by=lead,
        as_of=DEADLINE,
    )  # fmt: skip
    make_question()
    mailed_at(*daily(0, 20))

    # In the night of the 20th day she is back, and he is given what nobody had answered.
    cancel_absence(absence=absence, by=lead, as_of=DEADLINE + (20 * 24 + 1) * HOUR)
    reviewer.is_active = False
    reviewer.save()
    make_reviewer(username="bob", prompt_hour=9)

    assert mailed_at(*daily(20, 22)) == {20 * 24 + 9: {"bob", "lea"}}


def test_backup_who_becomes_the_first_at_night_has_been_asked_already() -> None:
    first = make_reviewer(username="ann", prompt_hour=9)
    make_reviewer(username="bob", prompt_hour=9)
    question = make_question()
    mailed_at(*daily(0, 8))
    first.is_active = False
    first.save()

    mailed = mailed_at(*daily(8, 15))

    assert mailed == {14 * 24 + 9: {"bob"}}
    assert Assignment.objects.open().get(kind="first").reviewer.username == "bob"
    assert [day for name, day in asked_at(question) if name == "bob"] == [0, 3, 7, 14]


def test_what_comes_due_after_the_hour_and_before_a_late_mail_is_asked_about_in_it() -> None:
    make_reviewer(username="ann", prompt_hour=9)
    make_question()
    later = make_question(deadline=DEADLINE + 10 * HOUR)

    mailed = mailed_at(8, 12, *daily(1, 3))

    assert mailed == {12: {"ann"}}
    assert Delivery.objects.get().subject == "2 due"
    assert asked_at(later) == [("ann", 0)]


def test_what_comes_due_after_the_hour_alone_waits_for_the_next() -> None:
    make_reviewer(username="ann", prompt_hour=9)
    make_question(deadline=DEADLINE + 10 * HOUR)

    assert mailed_at(8, 12, *daily(1, 3)) == {33: {"ann"}}


@pytest.mark.parametrize(("amended", "expected"), [(6, 9), (14, 24 + 9)])
@pytest.mark.parametrize("moved_to", [-5 * 24, 0, 5])
def test_deadline_moved_to_the_past_or_today_is_asked_about_at_the_next_hour(
    moved_to: int, amended: int, expected: int
) -> None:
    make_reviewer(username="ann", prompt_hour=9)
    question = make_question(deadline=DEADLINE + 40 * DAY)
    mailed_at(0, 4)

    amend_question(
        question=question, changes={"deadline": DEADLINE + moved_to * HOUR}, reason="Earlier.",
        by=make_user(Role.LEAD), as_of=DEADLINE + amended * HOUR,
    )  # fmt: skip

    mailed = mailed_at(amended, *(hour for hour in daily(0, 5) if hour > amended))
    assert mailed == {expected: {"ann"}, (96 if amended > 9 else 72) + 9: {"ann"}}
    assert asked_at(question) == [("ann", 0), ("ann", 3)]


def test_lead_is_asked_at_the_last_check_of_what_their_mail_lists() -> None:
    make_reviewer(username="ann")
    make_user(Role.LEAD, username="lea", prompt_hour=0)
    rested = make_question()
    snooze_questions(
        questions=[rested], kind="date", until=DEADLINE + 12 * DAY, reason="Wait.",
        by=User.objects.get(username="ann"), as_of=DEADLINE,
    )  # fmt: skip
    make_question()

    for day in range(15):
        sweep(DEADLINE + day * DAY)

    # Its checks are on day 12 and 15; it is listed on day 14, beside the other.
    assert ("lea", 0) in asked_at(rested)


def test_work_that_is_handed_on_at_night_waits_for_the_hour(reviewer: User) -> None:
    make_question()
    sweep()
    reviewer.is_active = False
    reviewer.save()
    make_reviewer(username="bob", prompt_hour=9)

    assert mailed_at(*daily(1, 3)) == {24 + 9: {"bob"}}
