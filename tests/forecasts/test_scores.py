"""Scores from rows: what counts, when, and as of which instant."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from forecasts.models import Expert, Forecast, QuestionFamily, Role, Scorecard, Source
from forecasts.selectors.fates import Fate, forecast_fates
from forecasts.selectors.scores import expert_scores
from forecasts.services.codings import record_coding
from forecasts.services.forecasts import correct_forecast
from forecasts.services.question_comparisons import recompute_comparisons
from forecasts.services.questions import amend_question, edit_question
from forecasts.services.resolutions import correct_resolution
from forecasts.services.scorecards import recompute_scorecards, touch_experts
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

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def scores_of(expert: Expert, as_of: datetime = AFTER) -> dict[str, Any]:
    return expert_scores([expert.pk], as_of=as_of)[expert.pk].scores


def test_resolved_forecast_is_scored_at_the_deadline() -> None:
    forecast = make_forecast("0.7")
    resolve(forecast.question, as_of=DEADLINE - DAY, known_at=DEADLINE - 2 * DAY)

    before, at = (scores_of(forecast.expert, when) for when in (DEADLINE - DAY, DEADLINE))

    assert (before["n"], before["n_early"], before["brier"]["value"]) == (0, 1, None)
    assert (at["n"], at["n_early"], at["brier"]["value"]) == (1, 0, 0.09)


def test_one_question_revised_fifty_times_is_one_point() -> None:
    expert, question = make_expert(), make_question()
    for day in range(25):
        make_forecast("0.9", expert=expert, question=question, as_of=START + day * DAY)
    make_forecast("0.5", expert=expert, question=question, as_of=START + 26 * DAY)
    resolve(question)

    scores = scores_of(expert)

    assert (scores["n"], scores["brier"]["value"]) == (1, 0.25)


def test_annulled_and_ambiguous_are_counted_and_not_scored() -> None:
    expert = make_expert()
    forecasts = [make_forecast("0.9", expert=expert) for _ in range(2)]
    resolve(forecasts[0].question, "annulled")
    correct_resolution(
        question=resolve(forecasts[1].question).question,
        lead=make_user(Role.LEAD),
        answer="ambiguous",
        reason="Two reports differ.",
        as_of=AFTER,
    )

    scores = scores_of(expert)

    assert (scores["n"], scores["n_annulled"], scores["n_ambiguous"]) == (0, 1, 1)


def test_family_and_conditions_are_one_cluster() -> None:
    expert = make_expert()
    family = QuestionFamily.objects.create(slug="f", title="F")
    first, second = (make_question(family=family) for _ in range(2))
    third = make_question(depends_on=second, depends_on_answer="yes")
    for question in (first, second, third, make_question()):
        make_forecast("0.8", expert=expert, question=question)
        resolve(question)

    scores = scores_of(expert)

    assert (scores["n"], scores["n_clusters"]) == (4, 2)


def test_words_count_once_two_codings_are_adopted() -> None:
    forecast = make_forecast(None)
    resolve(forecast.question)
    for day in range(2):
        assert scores_of(forecast.expert, AFTER + day * DAY)["n"] == 0
        record_coding(
            forecast=forecast,
            coder=make_user(Role.CODER),
            low=Decimal("0.5"),
            mid=Decimal("0.7"),
            high=Decimal("0.9"),
            as_of=AFTER + day * DAY,
        )

    scores = scores_of(forecast.expert, AFTER + DAY)

    counts = ("n", "n_inferred", "n_coded_after_known")
    assert [scores[name] for name in counts] == [1, 1, 1]
    brier = scores["brier"]
    assert [brier["best"], brier["value"], brier["worst"]] == [0.01, 0.09, 0.25]


def test_range_adopted_anew_changes_no_score_of_the_past() -> None:
    """A third reading counts while the question is open again."""
    forecast = make_forecast(None)

    def code(*mids: str, as_of: datetime) -> None:
        for mid in map(Decimal, mids):
            record_coding(
                forecast=forecast,
                coder=make_user(Role.CODER),
                low=mid - Decimal("0.2"),
                mid=mid,
                high=mid + Decimal("0.2"),
                as_of=as_of,
            )

    code("0.5", "0.7", as_of=START)
    resolve(forecast.question)
    correct_resolution(
        question=forecast.question,
        lead=make_user(Role.LEAD),
        answer="reopened",
        reason="Too soon",
        as_of=AFTER + DAY,
    )
    code("0.7", as_of=AFTER + 2 * DAY)
    resolve(forecast.question, as_of=AFTER + 3 * DAY)

    found = [scores_of(forecast.expert, AFTER + day * DAY)["brier"]["value"] for day in range(4)]

    assert found == [0.16, None, None, 0.09]


def test_late_row_with_an_unproven_date_is_kept_unscored() -> None:
    source = make_source(date_basis=Source.DateBasis.INFERRED)
    forecast = make_forecast("0.7", source=source, as_of=AFTER, stated_at=START)
    resolve(forecast.question)

    scores = scores_of(forecast.expert)

    assert (scores["n"], scores["n_date_unproven"]) == (0, 1)


def test_scores_of_the_past_do_not_know_what_came_later() -> None:
    lead = make_user(Role.LEAD)
    forecast = make_forecast("0.7")
    resolve(forecast.question, "yes")
    history = [scores_of(forecast.expert, AFTER)]
    correct_resolution(
        question=forecast.question,
        lead=lead,
        answer="no",
        links=LINKS,
        known_at=DEADLINE,
        reason="Misread",
        as_of=AFTER + DAY,
    )
    history.append(scores_of(forecast.expert, AFTER + DAY))
    correct_forecast(
        forecast=forecast,
        replacement=Forecast(
            expert=forecast.expert,
            question=forecast.question,
            source=forecast.source,
            basis=Forecast.Basis.STATED,
            stated_at=START,
            quote=forecast.quote,
            probability=Decimal("0.2"),
        ),
        reason="Typo",
        by=make_user(Role.CODER),
        as_of=AFTER + 2 * DAY,
    )
    history.append(scores_of(forecast.expert, AFTER + 2 * DAY))
    amend_question(
        question=forecast.question,
        changes={"deadline": AFTER + 9 * DAY},
        reason="Postponed",
        by=lead,
        as_of=AFTER + 3 * DAY,
    )
    history.append(scores_of(forecast.expert, AFTER + 3 * DAY))

    again = [scores_of(forecast.expert, AFTER + day * DAY) for day in range(4)]

    assert again == history
    assert [h["brier"]["value"] for h in history] == [0.09, 0.49, 0.04, None]


def test_sweep_recomputes_only_who_was_touched() -> None:
    touched, other = make_forecast("0.7"), make_forecast("0.7")
    recompute_scorecards(as_of=AFTER)
    resolve(touched.question)

    assert recompute_scorecards(as_of=AFTER) == 1

    cards = {card.expert: card for card in Scorecard.objects.all()}
    assert cards[touched.expert].scores["n"] == 1
    assert cards[other.expert].scores["n"] == 0


def test_passing_deadline_lets_an_early_ruling_count() -> None:
    forecast = make_forecast("0.7")
    resolve(forecast.question, as_of=DEADLINE - DAY, known_at=DEADLINE - DAY)
    recompute_scorecards(as_of=DEADLINE - DAY)
    card = Scorecard.objects.get()
    assert (card.recheck_at, card.is_stale(DEADLINE - DAY)) == (DEADLINE, False)

    assert card.is_stale(DEADLINE)
    assert recompute_scorecards(as_of=DEADLINE) == 1
    assert recompute_scorecards(as_of=DEADLINE) == 0

    card.refresh_from_db()
    assert (card.scores["n"], card.recheck_at) == (1, None)


def test_card_touched_while_it_is_computed_stays_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    forecast = make_forecast("0.7")

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        result = expert_scores(*args, **kwargs)
        resolve(forecast.question)
        return result

    monkeypatch.setattr("forecasts.services.scorecards.expert_scores", interrupted)
    recompute_scorecards(as_of=AFTER)
    monkeypatch.undo()

    assert Scorecard.objects.get().is_stale(AFTER)
    recompute_scorecards(as_of=AFTER)
    assert Scorecard.objects.get().scores["n"] == 1


def test_scores_cost_the_same_queries_for_many_experts(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    experts = []
    for _ in range(12):
        forecast = make_forecast("0.7")
        resolve(forecast.question)
        experts.append(forecast.expert.pk)

    with django_assert_num_queries(6):
        expert_scores(experts[:2], as_of=AFTER)
    with django_assert_num_queries(6):
        expert_scores(experts, as_of=AFTER)


def test_scores_from_kept_comparisons_cost_one_query_more(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    forecasts = [make_forecast("0.7") for _ in range(3)]
    for forecast in forecasts:
        make_forecast("0.6", question=forecast.question)
        resolve(forecast.question)
    recompute_comparisons(as_of=AFTER)

    for some in (forecasts[:1], forecasts):
        with django_assert_num_queries(6):
            expert_scores([one.expert_id for one in some], as_of=AFTER, is_kept=True)


def test_late_unproven_update_is_shown_as_such() -> None:
    forecast = make_forecast("0.9")
    resolve(forecast.question)
    late = make_forecast(
        "0.1",
        question=forecast.question,
        expert=forecast.expert,
        source=make_source(date_basis=Source.DateBasis.INFERRED),
        stated_at=START + DAY,
        as_of=AFTER,
    )

    fates = forecast_fates([forecast, late], as_of=AFTER)

    assert [fates[row.pk].fate for row in (forecast, late)] == [Fate.SCORED, Fate.DATE_UNPROVEN]


def test_older_result_never_replaces_a_newer_one() -> None:
    forecast = make_forecast("0.7")
    resolve(forecast.question)
    recompute_scorecards(as_of=AFTER + DAY)
    touch_experts(question=forecast.question, as_of=AFTER)

    assert recompute_scorecards(as_of=START) == 0

    card = Scorecard.objects.get()
    assert (card.computed_at, card.scores["n"]) == (AFTER + DAY, 1)


@pytest.mark.parametrize("change", ["joins", "leaves"])
def test_links_of_a_question_count_from_its_first_forecast(change: str) -> None:
    """Until then they can be edited, and no past score may change by that."""
    expert = make_expert()
    family = QuestionFamily.objects.create(slug="f", title="F")
    one, other = make_question(family=family), make_question()
    for question in (one, other):
        make_forecast("0.8", expert=expert, question=question)
        resolve(question)
    joined: dict[str, Any] = {
        "family": family,
        "depends_on": other,
        "depends_on_answer": "yes",
    }
    apart: dict[str, Any] = {"family": None, "depends_on": None, "depends_on_answer": ""}
    before, after = (apart, joined) if change == "joins" else (joined, apart)
    bridge = make_question(**before)
    recompute_scorecards(as_of=AFTER)
    for name, value in after.items():
        setattr(bridge, name, value)

    edit_question(question=bridge, topics=[], by=make_user(Role.CODER), as_of=AFTER)
    edited = scores_of(expert)["n_clusters"]
    make_forecast("0.8", question=bridge, as_of=AFTER + DAY)
    recompute_scorecards(as_of=AFTER + DAY)

    stored = Scorecard.objects.get(expert=expert).scores["n_clusters"]
    assert (edited, stored) == (2, 1 if change == "joins" else 2)
    assert scores_of(expert)["n_clusters"] == edited


@pytest.mark.parametrize("ruling", ["own", "by_condition"])
def test_links_of_a_question_count_from_its_own_ruling(ruling: str) -> None:
    """One that its condition brings may still be edited away."""
    expert, family = make_expert(), QuestionFamily.objects.create(slug="f", title="F")
    one, other = make_question(family=family), make_question()
    for question in (one, other):
        make_forecast("0.8", expert=expert, question=question)
        resolve(question)
    needed = "yes" if ruling == "own" else "no"
    bridge = make_question(family=family, depends_on=other, depends_on_answer=needed, as_of=AFTER)
    if ruling == "own":
        resolve(bridge, as_of=AFTER + DAY)

    found = [scores_of(expert, AFTER + day * DAY)["n_clusters"] for day in range(2)]

    assert found == ([2, 1] if ruling == "own" else [2, 2])


def test_deadline_of_the_past_is_that_before_the_next_amendment() -> None:
    forecast, lead = make_forecast("0.7"), make_user(Role.LEAD)
    resolve(forecast.question)
    for day in (1, 2):
        amend_question(
            question=forecast.question,
            changes={"deadline": AFTER + 9 * day * DAY},
            reason="Postponed",
            by=lead,
            as_of=AFTER + day * DAY,
        )

    found = [scores_of(forecast.expert, AFTER + day * DAY)["n"] for day in (0, 1, 2, 9, 18)]

    assert found == [1, 0, 0, 0, 1]
