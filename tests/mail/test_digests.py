"""Digests: one issue a week, frozen, right in every number, once for each subscriber."""

import json
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from forecasts.models import Forecast, Question, Resolution, Role
from forecasts.selectors.ledgers import ledger_head
from forecasts.selectors.scores import expert_scores
from forecasts.services.codings import record_coding
from forecasts.services.forecasts import correct_forecast
from forecasts.services.merges import merge_experts
from forecasts.services.questions import amend_question
from forecasts.services.resolutions import correct_resolution
from mail.content.digests import DigestContent, Reading
from mail.digesting import GRACE, make_digest, make_latest_digest, week_content
from mail.models import Delivery, Digest, Subscriber
from mail.outbox import send_ready_mail
from mail.sending import body_of
from mail.weeks import Week
from tests.factories import (
    AFTER,
    DEADLINE,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)
from tests.mailservers import Postbox

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# START is a Thursday of W01, DEADLINE the Saturday of W05; AFTER is its Sunday, before the freeze.
W01, W05, W06 = Week(2026, 1), Week(2026, 5), Week(2026, 6)


@pytest.fixture
def subscriber() -> Subscriber:
    return Subscriber.objects.create(email="reader@example.org", confirmed_at=START)


def content_of(week: Week, as_of: datetime | None = None) -> DigestContent:
    return week_content(week, as_of=as_of or week.freeze)


def test_new_forecasts_come_with_their_words_and_number() -> None:
    forecast = make_forecast("0.7", quote="It will")

    content = content_of(W01)

    news = content.new_forecasts[0]
    assert (news.quote, news.reading) == ("It will", Reading(0.7, 0.7, 0.7, is_inferred=False))
    assert news.question_link == f"https://hindcast.test/questions/{forecast.question.slug}/"
    assert len(content.new_forecasts) == 1


def test_issue_carries_the_head_of_the_ledger_for_ever(subscriber: Subscriber) -> None:
    make_forecast("0.7")
    head = ledger_head()

    make_digest(week=W01, as_of=W01.freeze)
    make_forecast("0.8")

    delivery = Delivery.objects.get()
    assert Digest.objects.get().content["ledger_hash"] == head.hash
    assert f"Entry 2 of the ledger has the hash\n{head.hash}" in body_of(delivery).text
    assert head.hash in body_of(delivery).html


def test_words_get_a_number_only_once_two_codings_are_adopted(subscriber: Subscriber) -> None:
    forecast = make_forecast(None)
    for mid in ("0.2", "0.4"):
        assert content_of(W01).new_forecasts[0].reading is None
        record_coding(
            forecast=forecast,
            coder=make_user(Role.CODER),
            low=Decimal("0.1"),
            mid=Decimal(mid),
            high=Decimal("0.5"),
            as_of=START,
        )

    reading = content_of(W01).new_forecasts[0].reading
    assert reading == Reading(0.3, 0.1, 0.5, is_inferred=True)
    make_digest(week=W01, as_of=W01.freeze)
    text = " ".join(body_of(Delivery.objects.get()).text.split())
    assert "(our reading: 0.30, from 0.10 to 0.50)" in text


def test_resolved_question_names_who_said_what_best_first() -> None:
    question = make_question()
    for number, name in (("0.2", "Anna"), ("0.9", "Boris")):
        make_forecast(number, question=question, expert=make_expert(name=name, slug=name.lower()))
    resolve(question, "yes")

    news = content_of(W05).resolved[0]

    assert (news.answer, news.known_at, news.evidence) == (
        "yes",
        DEADLINE,
        ("https://example.org/evidence",),
    )
    said = [(s.expert, round(s.brier or 0, 9), s.brier_bounds) for s in news.sayings]
    assert said == [("Boris", 0.01, None), ("Anna", 0.64, None)]


def test_movers_carry_the_numbers_of_the_api_at_the_freeze() -> None:
    expert = make_expert()
    for _ in range(6):
        forecast = make_forecast("0.7", expert=expert)
        resolve(forecast.question)
    unmoved = make_forecast("0.5")

    movers = content_of(W05).movers

    scores = expert_scores([expert.pk], as_of=W05.freeze)[expert.pk].scores
    assert len(movers) == 1
    assert movers[0].expert != unmoved.expert.name
    assert (movers[0].n_before, movers[0].n_after) == (0, 6)
    assert movers[0].brier_after == scores["brier"]["value"]


def test_merge_moves_who_gains_the_record() -> None:
    al, ada = make_expert(slug="al", name="Al"), make_expert(slug="ada", name="Ada")
    for expert in (al, ada):
        resolve(make_forecast("0.7", expert=expert).question)
    unmoved = content_of(W06).movers

    merge_experts(
        expert=al, into=ada, reason="One.", by=make_user(Role.LEAD), as_of=W05.freeze + DAY
    )

    movers = content_of(W06).movers
    assert unmoved == ()
    assert [(one.slug, one.n_before, one.n_after) for one in movers] == [("ada", 1, 2)]


def test_issue_that_was_frozen_before_a_merge_names_who_spoke_then() -> None:
    al, ada = make_expert(slug="al", name="Al"), make_expert(slug="ada", name="Ada")
    resolve(make_forecast("0.7", expert=al).question)

    merge_experts(
        expert=al, into=ada, reason="One.", by=make_user(Role.LEAD), as_of=W05.freeze + DAY
    )

    assert [said.expert for said in content_of(W05).resolved[0].sayings] == ["Al"]


def test_interval_is_shown_from_five_clusters_on() -> None:
    expert = make_expert()
    numbers = ["0.7", "0.6", "0.9", "0.2", "0.8"]
    for n, number in enumerate(numbers, start=1):
        forecast = make_forecast(number, expert=expert)
        resolve(forecast.question)
        interval = content_of(W05).movers[0].interval
        assert (interval is not None) == (n >= 5)


def test_correction_is_said_to_be_one() -> None:
    question = make_question()
    resolve(question, "yes")
    correct_resolution(
        question=question,
        lead=make_user(Role.LEAD),
        answer="no",
        known_at=DEADLINE,
        reason="The report was withdrawn.",
        links=["https://example.org/withdrawn"],
        as_of=AFTER + timedelta(hours=1),
    )

    news = content_of(W05).resolved[0]

    assert news.evidence == ("https://example.org/withdrawn",)
    assert (news.answer, news.is_correction, news.reason) == (
        "no",
        True,
        "The report was withdrawn.",
    )
    assert len(content_of(W05).resolved) == 1


def test_ruling_after_a_reopening_is_no_correction() -> None:
    question = make_question()
    resolve(question, "yes")
    correct_resolution(
        question=question,
        lead=make_user(Role.LEAD),
        answer="reopened",
        reason="Wrong link.",
        as_of=AFTER,
    )
    resolve(question, "no")

    assert not content_of(W05).resolved[0].is_correction


def test_questions_of_the_next_four_weeks_are_announced() -> None:
    soon = make_forecast("0.7").question
    make_question(deadline=DEADLINE + 40 * DAY)
    make_question(deadline=DEADLINE - 20 * DAY)

    content = content_of(Week(2026, 3))

    assert [news.slug for news in content.coming_due] == [soon.slug]
    reading = content.coming_due[0].sayings[0].reading
    assert reading is not None
    assert reading.probability == 0.7


def test_what_came_after_the_freeze_is_not_in_it() -> None:
    make_forecast("0.7")
    frozen = content_of(W01)
    make_forecast("0.2", as_of=W01.freeze + timedelta(seconds=1))

    assert content_of(W01) == frozen
    assert len(content_of(Week(2026, 2)).new_forecasts) == 1


def test_long_week_is_cut_and_counted(subscriber: Subscriber) -> None:
    question = make_question()
    for _ in range(30):
        make_forecast("0.7", question=question)

    digest = make_digest(week=W01, as_of=W01.freeze)

    assert len(content_of(W01).new_forecasts) == 30
    text = body_of(Delivery.objects.get(digest=digest)).text
    assert "20 of 30 shown; the rest:\nhttps://hindcast.test/questions/" in text


def test_issue_is_made_once_and_stays_as_it_was(subscriber: Subscriber) -> None:
    make_forecast("0.7", quote="It will")

    digest = make_digest(week=W01, as_of=W01.freeze)
    again = make_digest(week=W01, as_of=W01.freeze + DAY)

    assert digest is not None
    assert again is None
    assert digest.content["new_forecasts"][0]["quote"] == "It will"
    assert json.dumps(digest.content)
    delivery = Delivery.objects.get()
    assert delivery.key == f"digest:2026-W01:subscriber:{subscriber.pk}"
    assert delivery.not_before == W01.delivery_time("UTC")


def test_issue_goes_to_active_subscribers_where_they_live() -> None:
    make_forecast()
    common = {"confirmed_at": START}
    Subscriber.objects.create(email="a@example.org", time_zone="Pacific/Kiritimati", **common)
    Subscriber.objects.create(email="b@example.org", time_zone="America/Los_Angeles", **common)
    Subscriber.objects.create(email="unconfirmed@example.org")
    Subscriber.objects.create(email="left@example.org", unsubscribed_at=START, **common)
    Subscriber.objects.create(email="bounced@example.org", suppressed_at=START, **common)

    make_digest(week=W01, as_of=W01.freeze)

    times = dict(Delivery.objects.values_list("subscriber__email", "not_before"))
    assert times == {
        "a@example.org": W01.delivery_time("Pacific/Kiritimati"),
        "b@example.org": W01.delivery_time("America/Los_Angeles"),
    }
    assert min(times.values()) > W01.freeze


def test_newest_issue_takes_in_the_weeks_that_were_missed(subscriber: Subscriber) -> None:
    make_forecast("0.7")
    make_latest_digest(as_of=W01.freeze + GRACE)
    for week in (2, 3, 4):
        make_forecast("0.6", as_of=Week(2026, week).freeze - DAY)

    digest = make_latest_digest(as_of=Week(2026, 4).freeze + DAY)

    assert digest is not None
    assert (digest.week, digest.starts_at) == ("2026-W04", W01.freeze)
    assert len(digest.content["new_forecasts"]) == 3
    assert make_latest_digest(as_of=Week(2026, 4).freeze + DAY) is None


def test_week_that_a_merged_issue_told_of_is_not_made_again(subscriber: Subscriber) -> None:
    make_forecast("0.7")
    make_latest_digest(as_of=W01.freeze + GRACE)
    make_forecast("0.7", as_of=Week(2026, 3).freeze - DAY)
    make_latest_digest(as_of=Week(2026, 4).freeze + DAY)

    assert make_digest(week=Week(2026, 3), as_of=Week(2026, 4).freeze + DAY) is None
    assert Delivery.objects.count() == 2


def test_issue_waits_a_moment_for_rows_stamped_before_the_freeze(subscriber: Subscriber) -> None:
    make_forecast("0.7")

    assert make_latest_digest(as_of=W01.freeze) is None
    assert make_latest_digest(as_of=W01.freeze + GRACE) is not None


def test_issue_made_late_tells_what_was_true_at_the_freeze() -> None:
    question = make_forecast("0.7", question=make_question(title="Will A happen?")).question
    frozen = content_of(Week(2026, 3))
    amend_question(
        question=question,
        changes={"title": "Will B happen?", "deadline": DEADLINE + 90 * DAY},
        reason="Misprint",
        by=make_user(Role.LEAD),
        as_of=Week(2026, 3).freeze + DAY,
    )

    assert content_of(Week(2026, 3)) == frozen
    assert [news.title for news in frozen.coming_due] == ["Will A happen?"]


def test_score_that_a_late_record_changed_is_news() -> None:
    question = make_question()
    resolve(question, "yes")
    make_forecast("0.9", question=question, stated_at=START, as_of=W05.freeze + DAY)

    movers = content_of(Week(2026, 6)).movers

    assert [(m.n_before, m.n_after, m.brier_after) for m in movers] == [(0, 1, 0.01)]


def test_score_that_a_correction_changed_is_news_and_marked() -> None:
    wrong = make_forecast("0.9")
    resolve(wrong.question, "yes")
    correct_forecast(
        forecast=wrong,
        replacement=Forecast(
            expert=wrong.expert,
            question=wrong.question,
            source=wrong.source,
            basis=Forecast.Basis.STATED,
            stated_at=START,
            quote=wrong.quote,
            probability=Decimal("0.1"),
        ),
        reason="Typo",
        by=make_user(Role.CODER),
        as_of=W05.freeze + DAY,
    )

    content = content_of(Week(2026, 6))

    assert [(m.brier_before, m.brier_after) for m in content.movers] == [(0.01, 0.81)]
    assert [news.became.probability for news in content.corrections] == [0.1]
    assert content.new_forecasts == ()


@pytest.mark.parametrize("cause", ["ruling corrected", "deadline passed", "range adopted"])
def test_every_cause_of_a_changed_score_is_noticed(cause: str) -> None:
    week, later = Week(2026, 6), W05.freeze + DAY
    if cause == "ruling corrected":
        resolve(make_forecast("0.9").question, "yes")
        correct_resolution(
            question=Question.objects.get(),
            lead=make_user(Role.LEAD),
            answer="no",
            known_at=DEADLINE,
            reason="Misread",
            links=["https://example.org"],
            as_of=later,
        )
    elif cause == "deadline passed":
        question = make_question(deadline=later)
        make_forecast("0.9", question=question)
        resolve(question, as_of=DEADLINE, known_at=DEADLINE)
    else:
        resolve(make_forecast(None).question, "yes")
        for _ in range(2):
            record_coding(
                forecast=Forecast.objects.get(),
                coder=make_user(Role.CODER),
                low=Decimal("0.8"),
                mid=Decimal("0.9"),
                high=Decimal("0.9"),
                as_of=later,
            )

    assert len(content_of(week).movers) == 1


def test_ruling_that_fell_is_news() -> None:
    question = make_question()
    resolve(question, "yes")
    correct_resolution(
        question=question,
        lead=make_user(Role.LEAD),
        answer="reopened",
        reason="The report was withdrawn.",
        as_of=W05.freeze + DAY,
    )

    content = content_of(Week(2026, 6))

    said = [(news.was.answer, news.became.answer, news.reason) for news in content.corrections]
    assert said == [("yes", "reopened", "The report was withdrawn.")]
    assert content.resolved == ()
    assert not content.is_empty


def test_range_adopted_after_the_freeze_is_not_in_it() -> None:
    forecast = make_forecast(None)
    for _ in range(2):
        record_coding(
            forecast=forecast,
            coder=make_user(Role.CODER),
            low=Decimal("0.1"),
            mid=Decimal("0.2"),
            high=Decimal("0.3"),
            as_of=W01.freeze + DAY,
        )

    assert content_of(W01).new_forecasts[0].reading is None


def test_service_that_held_nothing_has_no_issue(subscriber: Subscriber) -> None:
    make_question(as_of=AFTER)

    assert make_latest_digest(as_of=W01.freeze) is None


def test_week_without_news_is_an_issue_that_nobody_is_sent(subscriber: Subscriber) -> None:
    make_forecast()
    quiet = Week(2026, 3)

    make_digest(week=Week(2026, 2), as_of=quiet.freeze)
    make_digest(week=quiet, as_of=quiet.freeze)

    assert Digest.objects.count() == 2
    assert not Delivery.objects.filter(digest__week="2026-W03").exists()


def test_both_parts_are_complete_and_the_way_out_is_signed(
    subscriber: Subscriber, postbox: Postbox
) -> None:
    due = make_question(title="Will the due one happen?", deadline=AFTER + 9 * DAY)
    make_forecast("0.35", question=due, quote="A quote on it", as_of=AFTER)
    done = make_question(title="Did the done one happen?")
    forecast = make_forecast("0.65", question=done, quote="Said of the done")
    resolve(done)
    make_digest(week=W05, as_of=W05.freeze)

    assert send_ready_mail(clock=lambda: W05.freeze + 2 * DAY) == 1

    message = postbox.messages[0]
    link = message["List-Unsubscribe"].strip(" <>")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(message.get_all("List-Id") or []) == 1
    text, html = (part.get_content() for part in message.iter_parts())
    wanted = [
        due.title,
        done.title,
        "A quote on it",
        "Said of the done",
        "0.35",
        "0.65",
        forecast.expert.name,
        "0.122",
        "https://example.org/evidence",
        link,
        "Paper",
    ]
    assert [word for word in wanted if word not in text] == []
    assert [word for word in wanted if word not in html] == []
    assert len(html.encode()) < 102_000


def test_hostile_names_are_text(subscriber: Subscriber) -> None:
    title = '<img src=x onerror="alert(1)"> “Q” שלום'
    make_forecast(
        quote="</q><script>alert(1)</script>",
        expert=make_expert(name="Bobby <b>Tables</b>"),
        question=make_question(title=title),
        source=make_source(outlet="<i>Outlet</i>"),
    )

    make_digest(week=W01, as_of=W01.freeze)

    delivery = Delivery.objects.get()
    for payload in ("<img", "<script>", "<b>Tables", "<i>Outlet"):
        assert payload not in body_of(delivery).html
        assert payload in f"{body_of(delivery).text}{delivery.subject}"


def test_synthetic_is_marked(subscriber: Subscriber) -> None:
    make_forecast(
        expert=make_expert(synthetic=True),
        question=make_question(synthetic=True, deadline=START + 20 * DAY),
        source=make_source(synthetic=True),
    )

    make_digest(week=W01, as_of=W01.freeze)

    delivery = Delivery.objects.get()
    for part in (body_of(delivery).text, body_of(delivery).html):
        assert part.count("(synthetic)") >= 2


def test_issue_costs_the_same_queries_for_a_long_week(
    subscriber: Subscriber, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    expert = make_expert()
    for _ in range(15):
        forecast = make_forecast("0.7", expert=expert)
        resolve(forecast.question)
        make_forecast("0.7", as_of=AFTER, stated_at=AFTER)
    assert Resolution.objects.count() == 15

    with django_assert_max_num_queries(62):
        make_digest(week=W05, as_of=W05.freeze)
