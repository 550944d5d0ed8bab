"""Whoever was sent an error is told so in the next digest; nobody else is, and nobody twice."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from forecasts.models import Forecast, Question, Role
from forecasts.services.forecasts import correct_forecast
from forecasts.services.resolutions import correct_resolution
from forecasts.services.undos import undo_verdict
from forecasts.services.verdicts import give_verdict
from mail.correcting import Erratum, corrections_for, errata_at
from mail.digesting import make_digest
from mail.models import Delivery, Subscriber
from mail.sending import body_of
from mail.weeks import Week
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
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# AFTER is the Sunday of W05, before the freeze.
W01, W05, W06, W07, W08 = (Week(2026, number) for number in (1, 5, 6, 7, 8))


def subscribe(name: str, *, since: datetime = START) -> Subscriber:
    return Subscriber.objects.create(email=f"{name}@example.org", confirmed_at=since)


def issue(week: Week, *, state: str = Delivery.State.SENT) -> None:
    """Make it; what waited is in that state afterwards."""
    make_digest(week=week, as_of=week.freeze)
    waiting = Delivery.objects.filter(state=Delivery.State.PENDING)
    waiting.update(state=state, sent_at=week.freeze + DAY)


def rule(question: Question, answer: str, *, as_of: datetime) -> None:
    """By a lead."""
    correct_resolution(
        question=question,
        lead=make_user(Role.LEAD),
        answer=answer,
        known_at=DEADLINE,
        links=LINKS,
        reason=f"It is {answer}.",
        as_of=as_of,
    )


def delivery_of(subscriber: Subscriber, week: Week) -> Delivery | None:
    return Delivery.objects.filter(subscriber=subscriber, digest__week=str(week)).first()


def told(subscriber: Subscriber, week: Week) -> str:
    """The part about errors, in the plain text."""
    delivery = delivery_of(subscriber, week)
    text = body_of(delivery).text if delivery else ""
    if "WHAT WE HAD WRONG" not in text:
        return ""
    return re.split(r"\n\n[A-Z]{3}", text.split("WHAT WE HAD WRONG")[1])[0]


@pytest.fixture
def question() -> Question:
    """Ruled yes in W05."""
    made = make_question(title="Did it?")
    resolve(made)
    return made


def test_error_is_put_right_for_whoever_had_it_and_for_nobody_else(question: Question) -> None:
    had = subscribe("had")
    issue(W05)
    joined = subscribe("joined", since=W05.freeze + DAY)
    rule(question, "no", as_of=W05.freeze + 2 * DAY)
    issue(W06)

    wrong = (
        "In 2026-W05 you read: YES, known on 31 January 2026\n"
        "  It is: NO, known on 31 January 2026\n"
        "  Corrected on 3 February 2026: It is no.\n"
    )
    mine, other = delivery_of(had, W06), delivery_of(joined, W06)
    assert mine is not None
    assert other is not None
    assert wrong in told(had, W06)
    assert told(joined, W06) == ""
    assert mine.subject == other.subject == "Correction: Did it? No"
    assert "<del>YES, known on 31 January 2026</del>" in body_of(mine).html
    assert "What we had wrong" not in body_of(other).html
    assert "CORRECTIONS (1)" in body_of(other).text
    assert "It was: YES, known on 31 January 2026\n  It is: NO" in body_of(other).text
    first = question.resolutions.earliest("pk")
    assert (mine.corrects, other.corrects) == ([f"ruling:{first.pk}"], [])


def test_error_is_put_right_once(question: Question) -> None:
    had = subscribe("had")
    issue(W05)
    rule(question, "no", as_of=W05.freeze + DAY)
    issue(W06)
    make_forecast(as_of=W06.freeze + DAY)
    issue(W07)

    assert told(had, W06)
    assert delivery_of(had, W07) is not None
    assert told(had, W07) == ""


@pytest.mark.parametrize(
    ("state", "is_told"),
    [("sent", True), ("uncertain", True), ("failed", False), ("suppressed", False)],
)
def test_only_who_may_have_read_the_issue_is_told(
    question: Question, state: str, *, is_told: bool
) -> None:
    had = subscribe("had")
    issue(W05, state=state)
    rule(question, "no", as_of=W05.freeze + DAY)
    issue(W06)

    assert bool(told(had, W06)) is is_told


def test_who_missed_the_correction_gets_it_with_the_next_digest_though_nothing_else_is_new(
    question: Question,
) -> None:
    had, other = subscribe("had"), subscribe("other")
    issue(W05)
    Subscriber.objects.filter(pk=had.pk).update(unsubscribed_at=W05.freeze + DAY)
    rule(question, "no", as_of=W05.freeze + DAY)
    issue(W06)
    Subscriber.objects.filter(pk=had.pk).update(unsubscribed_at=None)
    issue(W07)

    late = delivery_of(had, W07)
    assert delivery_of(had, W06) is None
    assert told(other, W06)
    assert delivery_of(other, W07) is None
    assert late is not None
    assert late.subject == "Correction: Did it? No"
    assert "It is: NO" in told(had, W07)


class Counted(list[Erratum]):
    """How often it is read from end to end."""

    n_reads = 0

    def __iter__(self) -> Iterator[Erratum]:
        self.n_reads += 1
        return super().__iter__()


def test_who_was_sent_the_same_is_worked_out_once_and_each_error_looked_at_once() -> None:
    for _ in range(4):
        resolve(make_question())
    subscribe("a"), subscribe("b"), subscribe("c")
    issue(W05)
    subscribe("late", since=W05.freeze + DAY)
    for week, answer in ((W06, "no"), (W07, "yes")):
        for made in Question.objects.all():
            rule(made, answer, as_of=week.freeze - DAY)
        issue(week)
    for made in Question.objects.all():
        rule(made, "no", as_of=W08.freeze - DAY)
    errata = errata_at(W08.freeze)
    found = Counted(errata.found)

    told = corrections_for(Subscriber.objects.all(), replace(errata, found=found), as_of=W08.freeze)

    assert (len(found), [len(news) for news in told.values()]) == (8, [4] * 4)
    # Once for the three who had all issues, and once for the one who came later.
    assert found.n_reads == 2


def test_correction_that_failed_on_its_way_is_told_again(question: Question) -> None:
    had = subscribe("had")
    issue(W05)
    rule(question, "no", as_of=W05.freeze + DAY)
    issue(W06, state=Delivery.State.FAILED)
    issue(W07)

    assert "It is: NO" in told(had, W07)


def test_ruling_that_came_back_within_the_week_is_no_news(question: Question) -> None:
    had = subscribe("had")
    issue(W05)
    rule(question, "no", as_of=W05.freeze + DAY)
    rule(question, "yes", as_of=W05.freeze + 2 * DAY)
    issue(W06)

    assert delivery_of(had, W06) is None


def test_each_turn_of_a_ruling_is_told_once(question: Question) -> None:
    had = subscribe("had")
    answers = []
    issue(W05)
    for week, answer in ((W06, "no"), (W07, "yes"), (W08, "ambiguous")):
        rule(question, answer, as_of=week.freeze - DAY)
        issue(week)
        text = told(had, week)
        answers.append((text.count("you read: "), f"It is: {answer.upper()}" in text))

    assert answers == [(1, True)] * 3
    assert "In 2026-W07 you read: YES" in told(had, W08)


def test_reopening_is_told_and_the_ruling_after_it_is_ordinary_news(question: Question) -> None:
    had = subscribe("had")
    issue(W05)
    rule(question, "reopened", as_of=W05.freeze + DAY)
    issue(W06)
    resolve(question, "no", as_of=W06.freeze + DAY)
    issue(W07)

    last = delivery_of(had, W07)
    assert "It is: no ruling: the question was reopened" in told(had, W06)
    assert last is not None
    assert told(had, W07) == ""
    assert "Corrected" not in body_of(last).text


def test_reopened_and_ruled_anew_within_the_week_is_told(question: Question) -> None:
    had = subscribe("had")
    issue(W05)
    rule(question, "reopened", as_of=W05.freeze + DAY)
    resolve(question, "no", as_of=W05.freeze + 2 * DAY)
    issue(W06)

    assert "It is: NO, known on 31 January 2026" in told(had, W06)
    assert "It is reopened." in told(had, W06)


def test_annulment_with_the_parent_is_told() -> None:
    parent = make_question()
    child = make_question(title="And then?", depends_on=parent, depends_on_answer="yes")
    resolve(parent)
    resolve(child)
    had = subscribe("had")
    issue(W05)
    rule(parent, "no", as_of=W05.freeze + DAY)
    issue(W06)

    assert told(had, W06).count("you read: YES") == 2
    assert "It is: ANNULLED\n" in told(had, W06)


def test_error_below_the_cut_of_the_list_was_not_read() -> None:
    questions = [make_question(title=f"Number {n}?") for n in range(21)]
    for minutes, question in enumerate(questions):
        resolve(question, as_of=AFTER + minutes * timedelta(minutes=1))
    had = subscribe("had")
    issue(W05)
    for question in questions[:2]:
        rule(question, "no", as_of=W05.freeze + DAY)
    issue(W06)

    assert "Number 1?" in told(had, W06)
    assert "Number 0?" not in told(had, W06)


def test_ruling_taken_back_before_the_freeze_is_no_news() -> None:
    subscribe("had")
    question, bob = make_question(), make_user(Role.REVIEWER)
    child = make_question(depends_on=question, depends_on_answer="no")
    issue(Week(2026, 4))
    verdict = give_verdict(
        question=question, reviewer=bob, answer="yes", known_at=DEADLINE, links=LINKS, as_of=AFTER
    )
    undo_verdict(verdict=verdict, by=bob, as_of=AFTER)
    issue(W05)

    assert child.resolutions.count() == 2
    assert Delivery.objects.filter(digest__week=str(W05)).count() == 0


def correct(forecast: Forecast, *, as_of: datetime, **changes: Any) -> Forecast:
    names = ("expert", "question", "source", "basis", "stated_at", "quote", "probability")
    kept = {name: getattr(forecast, name) for name in names}
    return correct_forecast(
        forecast=forecast,
        replacement=Forecast(**{**kept, **changes}),
        reason="Misheard.",
        by=make_user(Role.CODER),
        as_of=as_of,
    )


def test_corrected_forecast_is_told_to_whoever_had_it() -> None:
    forecast = make_forecast("0.9", quote="Surely")
    had = subscribe("had")
    issue(W01)
    joined = subscribe("joined")
    correct(forecast, as_of=W01.freeze + DAY, probability=Decimal("0.1"), quote="Surely not")
    issue(Week(2026, 2))

    name = forecast.expert.name
    assert (
        f"In 2026-W01 you read: {name}: “Surely” (0.90)\n  It is: {name}: “Surely not” (0.10)\n"
        in told(had, Week(2026, 2))
    )
    assert told(joined, Week(2026, 2)) == ""


def test_forecast_that_was_shown_beside_its_question_was_read() -> None:
    forecast = make_forecast("0.9", quote="Surely")
    issue(W01)
    had = subscribe("had")
    issue(Week(2026, 2))
    make_forecast(as_of=Week(2026, 2).freeze + DAY)
    issue(Week(2026, 3))
    correct(forecast, as_of=Week(2026, 3).freeze + DAY, probability=Decimal("0.1"))
    issue(Week(2026, 4))

    assert "In 2026-W03 you read" in told(had, Week(2026, 4))


def test_forecast_that_no_issue_showed_is_ordinary_news() -> None:
    issue(W01)
    had = subscribe("had")
    forecast = make_forecast("0.9", as_of=W01.freeze + DAY)
    correct(forecast, as_of=W01.freeze + 2 * DAY, probability=Decimal("0.1"))
    issue(Week(2026, 2))

    assert delivery_of(had, Week(2026, 2)) is not None
    assert told(had, Week(2026, 2)) == ""


def test_preview_shows_what_the_reader_gets(question: Question) -> None:
    had = subscribe("had")
    issue(W05)
    rule(question, "no", as_of=W05.freeze + DAY)
    issue(W06)
    out = StringIO()

    with time_machine.travel(W06.freeze + DAY, tick=False):
        call_command("send_digest", "--dry-run", "--week=2026-W06", f"--to={had.email}", stdout=out)

    assert "you read: YES" in told(had, W06)
    assert told(had, W06) in out.getvalue()


def test_telling_costs_the_same_for_many_readers_and_errors() -> None:
    costs = []
    for n in (1, 12):
        questions = [make_question() for _ in range(n)]
        week = W05 if n == 1 else W07
        for question in questions:
            resolve(question, as_of=week.freeze - DAY)
        for reader in range(n):
            subscribe(f"reader-{n}-{reader}")
        issue(week)
        for question in questions:
            rule(question, "no", as_of=week.freeze + DAY)
        following = W06 if n == 1 else W08
        with counted_queries() as queries:
            make_digest(week=following, as_of=following.freeze)
        costs.append(len(queries))

    assert costs[0] == costs[1]
    assert Delivery.objects.filter(digest__week=str(W08)).exclude(corrects=[]).count() == 13
