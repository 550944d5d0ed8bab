"""Scores with and without what is under dispute, by hand, at any instant."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from forecasts.models import Dispute, Expert, Forecast, Resolution, Role
from forecasts.scoring import EVERYTHING, Options
from forecasts.selectors.comparisons import brier_comparison
from forecasts.selectors.disputes import open_disputes
from forecasts.selectors.populations import scores_among_all
from forecasts.selectors.scores import expert_scores
from forecasts.services.disputes import dismiss_dispute
from forecasts.services.forecasts import correct_forecast
from tests.factories import (
    AFTER,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)
from tests.forecasts.disputes import HOUR, decide, make_dispute, make_open_dispute
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
WITHOUT = Options(disputed="exclude")
DURING = AFTER + 2 * HOUR


def scores(expert: Expert, options: Options, as_of: datetime = DURING) -> dict[str, Any]:
    """The same from both selectors."""
    found, _ = scores_among_all([expert.pk], as_of=as_of, options=options)
    alone = expert_scores([expert.pk], as_of=as_of, options=options)[expert.pk].scores
    assert alone["brier"] == found[expert.pk].scores["brier"]
    assert alone["skill"] == found[expert.pk].scores["skill"]
    return found[expert.pk].scores


def told(expert: Expert, options: Options = WITHOUT, as_of: datetime = DURING) -> Any:
    found = scores(expert, options, as_of)
    return found["n"], found["brier"]["value"]


@pytest.fixture
def pair() -> tuple[Forecast, Forecast]:
    """Ada, wrong about one question and right about another; Bob answered the first, too."""
    ada, bob = make_expert(slug="ada"), make_expert(slug="bob")
    wrong = make_forecast("0.1", expert=ada, question=make_question(slug="flood"))
    right = make_forecast("0.9", expert=ada)
    make_forecast("0.6", expert=bob, question=wrong.question)
    for forecast in (wrong, right):
        resolve(forecast.question)
    return wrong, right


def ruling_of(forecast: Forecast) -> Resolution:
    return Resolution.objects.get(question=forecast.question)


ABOUT: dict[str, tuple[Callable[[Forecast], Any], Any, Any]] = {
    "forecast": (lambda forecast: forecast, (1, 0.01), (1, 0.16)),
    "source": (lambda forecast: forecast.source, (1, 0.01), (1, 0.16)),
    "question": (lambda forecast: forecast.question, (1, 0.01), (0, None)),
    "ruling": (ruling_of, (1, 0.01), (0, None)),
    "expert": (lambda forecast: forecast.expert, (2, 0.41), (1, 0.16)),
}


@pytest.mark.parametrize("about", ABOUT)
def test_dispute_leaves_out_the_pairs_that_it_concerns(
    pair: tuple[Forecast, Forecast], about: str
) -> None:
    record, ada, bob = ABOUT[about]
    make_open_dispute(record(pair[0]))

    assert told(pair[0].expert) == ada
    assert told(Expert.objects.get(slug="bob")) == bob
    assert told(pair[0].expert, EVERYTHING) == (2, 0.41)


def test_only_while_it_is_open(pair: tuple[Forecast, Forecast]) -> None:
    decide(make_open_dispute(pair[0]), as_of=AFTER + 3 * HOUR)
    ada = pair[0].expert
    instants = (AFTER, AFTER + HOUR, AFTER + 2 * HOUR, AFTER + 3 * HOUR, AFTER + 4 * HOUR)

    assert [told(ada, as_of=at)[0] for at in instants] == [2, 1, 1, 2, 2]


def test_what_nobody_has_acknowledged_counts(pair: tuple[Forecast, Forecast]) -> None:
    make_dispute(pair[0])
    spam = make_dispute(pair[0])
    dismiss_dispute(dispute=spam, lead=make_user(Role.LEAD), reason="Spam", as_of=AFTER)

    assert told(pair[0].expert) == (2, 0.41)


def test_later_decision_does_not_leave_out_again(pair: tuple[Forecast, Forecast]) -> None:
    dispute = make_open_dispute(pair[0])
    first = decide(dispute)
    decide(dispute, replaces=first.pk, as_of=AFTER + 9 * HOUR)

    assert told(pair[0].expert, as_of=AFTER + 3 * HOUR) == (2, 0.41)


def test_others_are_not_compared_with_what_is_disputed(pair: tuple[Forecast, Forecast]) -> None:
    bob = Expert.objects.get(slug="bob")
    compared = scores(bob, EVERYTHING)["skill"]["n_relative"]
    make_open_dispute(pair[0])

    assert (compared, scores(bob, WITHOUT)["skill"]["n_relative"]) == (1, 0)


def test_correction_does_not_end_the_dispute_of_the_row(pair: tuple[Forecast, Forecast]) -> None:
    wrong = pair[0]
    make_open_dispute(wrong)
    correct_forecast(
        forecast=wrong,
        replacement=Forecast(
            expert=wrong.expert, question=wrong.question, source=wrong.source, basis="stated",
            stated_at=wrong.stated_at, quote="no", phrase="no", probability=Decimal("0.2"),
        ),
        reason="A typo", by=make_user(Role.CODER), as_of=DURING,
    )  # fmt: skip

    assert told(wrong.expert)[0] == 1


def test_source_of_several_leaves_out_each() -> None:
    source, ada = make_source(), make_expert()
    for said in ("0.1", "0.2"):
        resolve(make_forecast(said, expert=ada, source=source).question)
    resolve(make_forecast("0.9", expert=ada).question)
    make_open_dispute(source)

    assert told(ada) == (1, 0.01)


def test_comparison_of_two_takes_the_option(pair: tuple[Forecast, Forecast]) -> None:
    ada, bob = pair[0].expert, Expert.objects.get(slug="bob")
    make_open_dispute(pair[0].question)

    n = [
        brier_comparison(ada.pk, bob.pk, as_of=DURING, options=options)["n"]
        for options in (EVERYTHING, WITHOUT)
    ]

    assert n == [1, 0]


def test_marks_say_what_is_open_at_an_instant(pair: tuple[Forecast, Forecast]) -> None:
    wrong, right = pair
    disputes: list[Dispute] = [
        make_open_dispute(record)
        for record in (wrong.expert, wrong.question, ruling_of(wrong), wrong, wrong.source)
    ]
    expert, question, ruling, forecast, source = (dispute.pk for dispute in disputes)

    with counted_queries() as queries:
        found = open_disputes(DURING)

    assert len(queries) == 1
    assert found.of(wrong.expert) == [expert]
    assert found.of(wrong.question) == found.of(ruling_of(wrong)) == [question, ruling]
    assert found.of(wrong) == [forecast, source, question, ruling]
    assert found.of(wrong.source) == [source]
    assert found.of(right) == found.of(right.question) == []
    assert not open_disputes(START).of(wrong)


def test_many_disputes_cost_one_query_more(pair: tuple[Forecast, Forecast]) -> None:
    def cost(options: Options) -> int:
        with counted_queries() as queries:
            expert_scores([pair[0].expert.pk], as_of=DURING, options=options, band=False)
        return len(queries)

    for forecast in (*pair, *pair):
        for record in (forecast, forecast.question, forecast.source):
            make_open_dispute(record)

    assert cost(WITHOUT) == cost(EVERYTHING) + 1
