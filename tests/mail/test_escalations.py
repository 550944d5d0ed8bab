"""Who is asked when nobody answers, and who while somebody is away."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from forecasts.models import Assignment, Question, Role, User
from forecasts.selectors.waits import questions_overdue
from forecasts.services.absences import cancel_absence, record_absence
from forecasts.services.snoozes import lift_snooze, snooze_questions
from forecasts.services.verdicts import give_verdict
from mail.models import Delivery, Prompt
from mail.prompting import prompt_reviewers
from tests.factories import DEADLINE, LINKS, make_forecast, make_question, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
KINDS = ("first", "backup", "lead")


def make_reader(role: Role = Role.REVIEWER, **fields: Any) -> User:
    return make_user(role, **{"prompt_hour": 0, **fields})


def sweep(day: int) -> dict[str, str]:
    """Sweep at midnight of the day after the deadline; returns who got which subject."""
    before = set(Delivery.objects.values_list("pk", flat=True))
    prompt_reviewers(as_of=DEADLINE + day * DAY)
    new = Delivery.objects.exclude(pk__in=before).select_related("user")
    return {mail.user.username: mail.subject for mail in new if mail.user}


def sweeps(*days: int) -> dict[int, set[str]]:
    """Who got a mail on which of the days."""
    mailed = {day: set(sweep(day)) for day in range(*days)}
    return {day: names for day, names in mailed.items() if names}


def seats(question: Question) -> dict[str, str]:
    rows = Assignment.objects.open().filter(question=question).select_related("reviewer")
    return {row.kind: row.reviewer.username for row in rows}


def away(user: User, first: int, last: int) -> Any:
    start = DEADLINE.date()
    return record_absence(
        user=user, starts_on=start + first * DAY, ends_on=start + last * DAY, by=user,
        as_of=DEADLINE - 20 * DAY,
    )  # fmt: skip


def test_after_a_week_a_backup_is_asked_beside_the_first_and_after_two_the_leads() -> None:
    make_reader(username="ann")
    make_reader(username="bob")
    make_reader(Role.LEAD, username="lea")
    make_reader(Role.LEAD, username="leo")
    question = make_question()

    mailed = sweeps(0, 35)

    assert mailed == {
        0: {"ann"},
        3: {"ann"},
        7: {"ann", "bob"},
        14: {"ann", "bob", "lea", "leo"},
        30: {"ann", "bob", "lea", "leo"},
    }
    assert seats(question) == {"first": "ann", "backup": "bob"}


def test_overdue_page_begins_after_two_weeks() -> None:
    question = make_question()

    listed = [day for day in range(20) if questions_overdue(DEADLINE + day * DAY)]

    assert listed == [14, 15, 16, 17, 18, 19]
    assert list(questions_overdue(DEADLINE + 14 * DAY)) == [question]


def test_leads_are_told_of_what_nobody_can_answer() -> None:
    coder = make_user(Role.CODER, Role.REVIEWER, username="ann")
    make_reader(Role.LEAD, username="lea")
    forecast = make_forecast(by=coder)

    assert sweeps(0, 20) == {14: {"lea"}}
    text = Delivery.objects.get().text
    assert "Nobody can be asked." in text
    assert forecast.question.title in text


def test_backup_who_is_left_alone_becomes_the_first_and_another_is_asked() -> None:
    make_reader(username="ann")
    make_reader(username="bob")
    make_reader(username="cyd")
    question = make_question(required_verdicts=2)
    sweeps(0, 8)

    give_verdict(
        question=question, reviewer=User.objects.get(username="ann"), answer="yes",
        known_at=DEADLINE, links=LINKS, as_of=DEADLINE + 8 * DAY,
    )  # fmt: skip
    mailed = sweeps(8, 16)

    assert mailed == {8: {"bob"}, 11: {"bob"}, 15: {"bob", "cyd"}}
    assert seats(question) == {"first": "bob", "backup": "cyd"}


def test_impasse_asks_a_second_lead_after_a_week() -> None:
    reviewer = make_reader()
    make_reader(Role.LEAD, username="lea")
    make_reader(Role.LEAD, username="leo")
    question = make_question()
    give_verdict(question=question, reviewer=reviewer, answer="ambiguous", as_of=DEADLINE)

    assert sweeps(0, 10) == {0: {"lea"}, 3: {"lea"}, 7: {"lea", "leo"}}
    assert seats(question) == {"lead": "lea", "backup": "leo"}


def test_snooze_stops_mail_and_escalation_until_its_end() -> None:
    reviewer = make_reader(username="ann")
    make_reader(username="bob")
    make_reader(Role.LEAD, username="lea")
    question = make_question()
    sweep(0)

    snooze_questions(
        questions=[question], kind="date", until=DEADLINE + 20 * DAY, reason="Waits for a report.",
        by=reviewer, as_of=DEADLINE + DAY,
    )  # fmt: skip

    assert sweeps(1, 35) == {
        20: {"ann", "lea"},
        23: {"ann", "lea"},
        27: {"ann", "bob", "lea"},
        34: {"ann", "bob", "lea"},
    }


def test_one_snooze_after_another_does_not_keep_the_leads_from_hearing() -> None:
    reviewer = make_reader(username="ann")
    make_reader(Role.LEAD, username="lea")
    question = make_question()

    def snooze(day: int) -> None:
        snooze_questions(
            questions=[question], kind="week", reason="Later.", by=reviewer,
            as_of=DEADLINE + day * DAY,
        )  # fmt: skip

    mailed = sweeps(0, 6)
    snooze(5)
    mailed |= sweeps(6, 21)
    snooze(20)
    mailed |= sweeps(21, 31)

    assert mailed == {
        0: {"ann"},
        3: {"ann"},
        12: {"ann"},
        15: {"ann", "lea"},
        19: {"ann", "lea"},
        27: {"ann", "lea"},
        30: {"ann", "lea"},
    }
    overdue = [day for day in range(31) if questions_overdue(DEADLINE + day * DAY)]
    assert overdue == [27, 28, 29, 30]


def test_lifted_snooze_arms_the_checks_from_then_on() -> None:
    reviewer = make_reader(username="ann")
    question = make_question()
    sweep(0)
    snooze_questions(
        questions=[question], kind="not_knowable", reason="No figures yet.", by=reviewer,
        as_of=DEADLINE + DAY,
    )  # fmt: skip
    sweep(1)

    lift_snooze(question=question, by=reviewer, as_of=DEADLINE + 5 * DAY)

    assert sweeps(5, 10) == {5: {"ann"}, 8: {"ann"}}


def test_snoozed_question_is_not_listed() -> None:
    reviewer = make_reader()
    snoozed = make_question(title="Will the snoozed one?")
    make_question(title="Will the other one?")
    sweep(0)
    snooze_questions(
        questions=[snoozed], kind="week", reason="Wait.", by=reviewer, as_of=DEADLINE + DAY
    )

    sweep(3)

    assert "Will the snoozed one?" not in Delivery.objects.latest("pk").text


def test_notice_that_a_snooze_swallowed_comes_when_it_ends() -> None:
    reviewer = make_reader(username="ann")
    question = make_question()
    snooze_questions(
        questions=[question], kind="date", until=DEADLINE - 10 * DAY, reason="Wait.",
        by=reviewer, as_of=DEADLINE - 20 * DAY,
    )  # fmt: skip

    # The first notice lies in the snooze, and the second tells enough.
    assert sweeps(-20, 1) == {-2: {"ann"}, 0: {"ann"}}


def test_absence_hands_work_on_when_it_starts_and_mails_nobody_who_is_away() -> None:
    ann = make_reader(username="ann")
    make_reader(username="bob", last_name="Bob")
    question = make_question()
    away(ann, 2, 10)
    sweep(0)

    assert sweeps(1, 12) == {2: {"bob"}, 3: {"bob"}, 7: {"bob"}, 11: {"ann"}}
    assert seats(question) == {"first": "bob", "backup": "ann"}


def test_when_everybody_is_away_whoever_is_back_first_is_asked_then() -> None:
    ann, bob = make_reader(username="ann"), make_reader(username="bob")
    make_reader(Role.LEAD, username="lea")
    question = make_question()
    away(ann, -15, 20)
    away(bob, -15, 16)

    assert sweeps(-14, 18) == {14: {"lea"}, 17: {"bob"}}
    assert seats(question) == {"first": "bob"}


def test_cancelled_absence_asks_again() -> None:
    ann = make_reader(username="ann")
    make_question()
    absence = away(ann, -15, 20)
    sweep(0)

    cancel_absence(absence=absence, by=ann, as_of=DEADLINE + DAY)

    assert sweeps(1, 5) == {1: {"ann"}, 3: {"ann"}}


def test_absence_is_of_dates_where_the_person_lives() -> None:
    ann = make_reader(username="ann", time_zone="Pacific/Auckland", prompt_hour=20)
    question = make_question(deadline=datetime(2026, 1, 31, tzinfo=UTC))
    record_absence(
        user=ann, starts_on=date(2026, 1, 31), ends_on=date(2026, 1, 31), by=ann,
        as_of=DEADLINE - DAY,
    )  # fmt: skip

    hours = [hour for hour in range(48) if prompt_reviewers(as_of=DEADLINE + timedelta(hours=hour))]

    # 20:00 in Auckland is 7:00 UTC; the mail of the 31st is left out.
    assert hours == [7 + 24]
    assert Prompt.objects.filter(question=question, askings__reviewer=ann).exists()
