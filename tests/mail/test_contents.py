"""What is frozen of a week: everything, each item with its topics and experts, to the digit."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from forecasts.models import Forecast, Question, Role, Topic
from forecasts.services.forecasts import correct_forecast
from forecasts.services.resolutions import correct_resolution
from mail.content.digests import DigestContent, SelectionFilter, Stood
from mail.content.freezing import frozen, thawed
from mail.content.selections import news_for
from mail.digesting import week_content
from mail.editions import render_edition
from mail.models import EditorsNote
from mail.weeks import Week
from tests.factories import (
    AFTER,
    DEADLINE,
    LINKS,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)
from tests.forecasts.disputes import decide, make_open_dispute

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
W01, W05, W06 = Week(2026, 1), Week(2026, 5), Week(2026, 6)


def content_of(week: Week) -> DigestContent:
    return week_content(week, as_of=week.freeze)


def topic(name: str) -> Topic:
    return Topic.objects.create(slug=name, name=name.title())


def rule(question: Question, answer: str) -> None:
    """By a lead, in W06."""
    correct_resolution(
        question=question,
        lead=make_user(Role.LEAD),
        answer=answer,
        known_at=DEADLINE,
        links=LINKS,
        reason=f"It is {answer}.",
        as_of=W05.freeze + DAY,
    )


def slugs_of(content: DigestContent) -> dict[str, list[str]]:
    """Who and what is left of a week."""
    return {
        "resolved": [news.slug for news in content.resolved],
        "movers": [mover.slug for mover in content.movers],
        "coming_due": [news.slug for news in content.coming_due],
        "new_forecasts": [said.question_slug for said in content.new_forecasts],
    }


def test_selection_gets_the_news_on_its_topics_and_of_its_experts() -> None:
    war, money = topic("war"), topic("money")
    anna, boris = make_expert(slug="anna"), make_expert(slug="boris")
    done = make_question(slug="done", topics=[war])
    other = make_question(slug="other", topics=[money])
    for question, expert in ((done, anna), (other, boris)):
        make_forecast(question=question, expert=expert)
        resolve(question)
    soon = make_question(slug="soon", topics=[money], deadline=AFTER + 9 * DAY)
    make_forecast(question=soon, expert=anna, as_of=AFTER)
    content = content_of(W05)

    of_war = news_for(content, SelectionFilter(topics=frozenset({"war"})))
    of_boris = news_for(content, SelectionFilter(experts=frozenset({"boris"})))
    of_both = SelectionFilter(topics=frozenset({"war"}), experts=frozenset({"boris"}))
    of_sport = news_for(content, SelectionFilter(topics=frozenset({"sport"})))

    assert slugs_of(of_war) == {
        "resolved": ["done"], "movers": ["anna"], "coming_due": [], "new_forecasts": [],
    }  # fmt: skip
    assert slugs_of(of_boris) == {
        "resolved": ["other"], "movers": ["boris"], "coming_due": [], "new_forecasts": [],
    }  # fmt: skip
    assert len(news_for(content, of_both).resolved) == 2
    assert of_sport.is_empty
    assert news_for(content, None) is content
    assert content.coming_due[0].experts == ("anna",)
    # What is only new moves no score.
    assert {mover.slug: mover.topics for mover in content.movers}["anna"] == ("war",)


def test_topics_are_those_of_the_freeze() -> None:
    question = make_question(topics=[topic("war")])
    make_forecast(question=question)
    before = content_of(W01)

    question.topics.set([topic("money")])

    assert before.new_forecasts[0].topics == ("war",)


def test_corrected_ruling_is_no_resolution_but_a_correction() -> None:
    question = make_question(title="Did it?", topics=[topic("war")])
    forecast = make_forecast(question=question)
    resolve(question)
    rule(question, "no")

    content = content_of(W06)

    assert content.resolved == ()
    news = content.corrections[0]
    assert (news.title, news.was, news.became) == (
        "Did it?",
        Stood(answer="yes", known_at=DEADLINE),
        Stood(answer="no", known_at=DEADLINE),
    )
    assert (news.reason, news.topics, news.experts) == (
        "It is no.",
        ("war",),
        (forecast.expert.slug,),
    )


def test_ruling_that_came_back_is_no_correction() -> None:
    question = make_question()
    resolve(question)
    for answer in ("no", "yes"):
        rule(question, answer)

    assert content_of(W06).corrections == ()


def correct(forecast: Forecast, number: str, day: int) -> Forecast:
    return correct_forecast(
        forecast=forecast,
        replacement=Forecast(
            expert=forecast.expert,
            question=forecast.question,
            source=forecast.source,
            basis=Forecast.Basis.STATED,
            stated_at=START,
            quote="Surely not",
            probability=Decimal(number),
        ),
        reason="Misheard",
        by=make_user(Role.CODER),
        as_of=W01.freeze + day * DAY,
    )


def test_forecast_corrected_twice_is_one_correction_of_what_stood_first() -> None:
    first = make_forecast("0.9", quote="Surely")
    correct(correct(first, "0.2", 1), "0.1", 2)

    content = content_of(Week(2026, 2))

    said = [(news.was.probability, news.became.probability) for news in content.corrections]
    assert said == [(0.9, 0.1)]
    assert content.corrections[0].keys == (f"forecast:{first.pk}",)
    assert content.new_forecasts == ()


def test_forecast_corrected_within_its_week_is_new() -> None:
    first = make_forecast("0.9", as_of=W01.freeze + DAY)
    correct(first, "0.1", 2)

    content = content_of(Week(2026, 2))

    assert content.corrections == ()
    assert [said.is_correction for said in content.new_forecasts] == [True]


def test_disputes_are_told_when_they_come_up_and_when_they_are_decided() -> None:
    question = make_question(title="Did it?", topics=[topic("war")])
    forecast = make_forecast(question=question, quote="It will")
    dispute = make_open_dispute(forecast, text="It was a joke.")
    week = Week.containing(dispute.received_at.date())
    decide(dispute, answer="It stays.", as_of=week.freeze + DAY)

    came_up = content_of(week).disputes
    decided = week_content(
        Week.containing(week.freeze.date() + 7 * DAY), as_of=week.freeze + 7 * DAY
    )

    assert [(one.kind, one.record, one.text, one.outcome) for one in came_up] == [
        ("Forecast", f"{forecast.expert}: It will", "It was a joke.", "")
    ]
    assert [(one.outcome, one.answer) for one in decided.disputes] == [("Upheld", "It stays.")]
    assert (came_up[0].topics, came_up[0].experts) == (("war",), (forecast.expert.slug,))
    assert came_up[0].link == f"https://hindcast.test/disputes/{dispute.pk}/"


@pytest.mark.parametrize("kind", ["expert", "question", "resolution", "source"])
def test_dispute_is_news_for_whoever_it_concerns(kind: str) -> None:
    war = topic("war")
    forecast = make_forecast(question=make_question(topics=[war]), source=make_source())
    ruling = resolve(forecast.question)
    record = {
        "expert": forecast.expert,
        "question": forecast.question,
        "resolution": ruling,
        "source": forecast.source,
    }[kind]
    dispute = make_open_dispute(record)
    week = Week.containing(dispute.received_at.date())

    news = content_of(week).disputes[0]

    assert news.experts == (forecast.expert.slug,)
    assert news.topics == (() if kind == "expert" else ("war",))


def test_note_of_the_editors_is_on_top_of_their_week_only() -> None:
    make_forecast()
    EditorsNote.objects.create(
        week="2026-W01", text="Welcome.", written_by=make_user(Role.LEAD), written_at=START
    )

    assert (content_of(W01).note, content_of(Week(2026, 2)).note) == ("Welcome.", "")


def test_what_is_frozen_is_read_back_whole() -> None:
    expert = make_expert()
    for number in range(11):
        question = make_question(as_of=START)
        make_forecast(f"0.{number + 10}", question=question, expert=expert)
        resolve(question, "yes" if number % 2 else "no")
    make_open_dispute(expert)
    content = replace(content_of(W05), note="Hello")

    assert thawed(frozen(content)) == content
    assert content.movers[0].reliability is not None


@pytest.mark.parametrize(
    ("n", "is_drawn", "has_band"), [(9, False, False), (10, True, False), (30, True, True)]
)
def test_numbers_are_those_of_the_api_at_the_freeze_to_the_digit(
    client: Client, n: int, *, is_drawn: bool, has_band: bool
) -> None:
    expert = make_expert(slug="anna")
    for number in range(n):
        question = make_question()
        make_forecast(f"0.{37 * number % 90 + 10}", question=question, expert=expert)
        resolve(question, "yes" if number % 3 else "no")

    content = content_of(W05)

    mover = content.movers[0]
    as_of = W05.freeze.isoformat().replace("+00:00", "Z")
    scores = client.get("/api/v1/experts/anna/scores/", {"as_of": as_of}).json()
    scores = scores.get("scores", scores)
    assert (mover.n_after, mover.n_clusters, mover.brier_after) == (
        scores["n"],
        scores["n_clusters"],
        scores["brier"]["value"],
    )
    assert list(mover.interval or ()) == scores["brier"]["ci95"]
    assert (mover.reliability is not None) == is_drawn
    if mover.reliability:
        names = ("lower", "upper", "n", "n_yes", "mean_probability", "observed_frequency")
        rows = [bin_ for bin_ in scores["bins"] if bin_["n"]]
        assert [tuple(getattr(row, name) for name in names) for row in mover.reliability.bins] == [
            tuple(row[name] for name in names) for row in rows
        ]
        band = [tuple(point.values()) for point in scores["corp"]["band"]]
        assert mover.reliability.band == (tuple(band) if has_band else ())
        assert mover.reliability.is_provisional == (not has_band)
    text = render_edition(content, selection=None, locale="iso").text
    low, high = scores["brier"]["ci95"]
    told = (
        f"first score -> {scores['brier']['value']:.3f} (n 0 -> {n}, "
        f"95 % interval {low:.3f} to {high:.3f}"
    )
    assert told in " ".join(text.split())
    assert "as of 2026-02-01, 10:00 UTC" in " ".join(text.split())
