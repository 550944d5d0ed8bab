"""Sweeps over scorecards: safe to repeat, safe at once, and never with another row's draws."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from forecasts.models import Expert, Forecast, QuestionComparison, QuestionFamily, Role, Scorecard
from forecasts.scoring import draw_bands
from forecasts.selectors.question_comparisons import computed_questions
from forecasts.selectors.scores import expert_scores
from forecasts.services.forecasts import record_forecasts
from forecasts.services.question_comparisons import recompute_comparisons
from forecasts.services.scorecards import draw_scorecards, recompute_scorecards
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

SAID = ("0.1", "0.35", "0.5", "0.8")
N_AT_ONCE = 4


@pytest.fixture
def experts() -> list[Expert]:
    """Six with the same four questions, all of them ruled on."""
    coder = make_user(Role.CODER)
    source, experts = make_source(by=coder), [make_expert() for _ in range(6)]
    asked = {said: make_question(by=coder) for said in SAID}
    # At once: one by one they take longer than the tests.
    record_forecasts(
        forecasts=[
            Forecast(
                expert=expert, question=question, source=source, probability=Decimal(said),
                phrase="will", quote=f"it will happen: {said}", stated_at=START,
                basis=Forecast.Basis.STATED,
            )
            for said, question in asked.items()
            for expert in experts
        ],
        by=coder,
        as_of=START,
    )  # fmt: skip
    for number, question in enumerate(asked.values()):
        resolve(question, "yes" if number % 2 else "no")
    return experts


def cards() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [dict(row) for row in Scorecard.objects.order_by("pk").values()]
    return [row | {name: bytes(row[name]) for name in ("keys", "clusters")} for row in rows]


def touch_all() -> None:
    Scorecard.objects.update(touches=7)


def kept() -> list[dict[str, Any]]:
    rows = QuestionComparison.objects.order_by("pk").values()
    return [{**row, "pairs": bytes(row["pairs"])} for row in rows]


def at_once(call: Callable[[], object]) -> None:
    barrier = Barrier(N_AT_ONCE)

    def run(_: int) -> None:
        barrier.wait()
        try:
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(N_AT_ONCE) as pool:
        list(pool.map(run, range(N_AT_ONCE)))


@pytest.mark.django_db
def test_sweeping_again_changes_no_card(experts: list[Expert]) -> None:
    recompute_scorecards(as_of=AFTER)
    draw_scorecards()
    once = cards()
    touch_all()

    recompute_scorecards(as_of=AFTER)
    draw_scorecards()

    assert cards() == [row | {"touches": 7, "computed_touches": 7} for row in once]
    assert (recompute_scorecards(as_of=AFTER), draw_scorecards()) == (0, 0)
    assert all(row["drawn"]["corp"]["mcb_floor"] > 0 for row in once)


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_leave_the_cards_of_one(experts: list[Expert]) -> None:
    recompute_scorecards(as_of=AFTER)
    draw_scorecards()
    once = cards()
    touch_all()

    at_once(lambda: recompute_scorecards(as_of=AFTER))
    at_once(draw_scorecards)

    assert cards() == [row | {"touches": 7, "computed_touches": 7} for row in once]


@pytest.mark.django_db(transaction=True)
def test_drawing_while_cards_are_recomputed_ends_in_the_same_cards(experts: list[Expert]) -> None:
    recompute_scorecards(as_of=AFTER)
    draw_scorecards()
    once = cards()

    def sweep() -> None:
        touch_all()
        recompute_scorecards(as_of=AFTER)
        draw_scorecards()

    at_once(sweep)
    sweep()

    assert cards() == [row | {"touches": 7, "computed_touches": 7} for row in once]


def interrupted_by(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Draw the cards; before what was drawn is kept, `change` happens and is swept."""

    def drawn(*args: Any) -> Any:
        found = draw_bands(*args)
        change()
        recompute_scorecards(as_of=AFTER)
        return found

    with monkeypatch.context() as patch:
        patch.setattr("forecasts.services.scorecards.draw_bands", drawn)
        draw_scorecards()


@pytest.mark.django_db
def test_card_with_another_forecast_keeps_no_earlier_draws(
    monkeypatch: pytest.MonkeyPatch, experts: list[Expert]
) -> None:
    recompute_scorecards(as_of=AFTER)
    late = make_forecast("0.9", expert=experts[0])

    interrupted_by(monkeypatch, lambda: resolve(late.question))

    drawn = {card.expert: card.drawn for card in Scorecard.objects.select_related("expert")}
    assert [drawn[expert] is None for expert in experts] == [True, *[False] * 5]
    assert draw_scorecards() == 1


@pytest.mark.django_db
def test_card_with_other_clusters_keeps_no_earlier_draws(
    monkeypatch: pytest.MonkeyPatch, experts: list[Expert]
) -> None:
    """The numbers are the same, and so is the instant; what hangs together is not."""
    family = QuestionFamily.objects.create(slug="f", title="F")
    one, other = (
        make_forecast("0.6", expert=experts[0], question=question).question
        for question in (make_question(family=family), make_question())
    )
    for question in (one, other):
        resolve(question)
    bridge = make_question(family=family, depends_on=other, depends_on_answer="yes")
    recompute_scorecards(as_of=AFTER)
    assert Scorecard.objects.get(expert=experts[0]).n_clusters == 6

    interrupted_by(monkeypatch, lambda: make_forecast("0.5", question=bridge, as_of=AFTER))

    card = Scorecard.objects.get(expert=experts[0])
    assert (card.n_clusters, card.drawn) == (5, None)


@pytest.mark.django_db
def test_sweep_whose_clock_is_behind_leaves_the_change_for_later() -> None:
    """Its rows are from a future that it does not look at yet."""
    forecast = make_forecast("0.7")
    resolve(forecast.question, as_of=AFTER)
    behind, ahead = AFTER - timedelta(milliseconds=5), AFTER + timedelta(milliseconds=5)

    assert recompute_scorecards(as_of=behind) == 0
    assert recompute_scorecards(as_of=ahead) == 1

    assert Scorecard.objects.get().scores["n"] == 1


@pytest.mark.django_db
def test_expert_who_cannot_be_scored_does_not_keep_the_others(
    experts: list[Expert], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad = experts[2].pk

    def some(expert_ids: list[int], **kwargs: Any) -> Any:
        if bad in expert_ids:
            raise ArithmeticError("a bug")
        return expert_scores(expert_ids, **kwargs)

    monkeypatch.setattr("forecasts.services.scorecards.expert_scores", some)

    assert recompute_scorecards(as_of=AFTER) == 5

    stale = Scorecard.objects.stale(AFTER).values_list("expert", flat=True)
    assert list(stale) == [bad]
    assert f"The scores of expert {bad} cannot be computed" in caplog.text


@pytest.mark.django_db
def test_ruling_touches_who_answered_and_not_their_whole_cluster() -> None:
    family = QuestionFamily.objects.create(slug="f", title="F")
    one, other = (make_forecast("0.7", question=make_question(family=family)) for _ in range(2))
    recompute_scorecards(as_of=AFTER)

    resolve(one.question, as_of=AFTER)

    stale = Scorecard.objects.stale(AFTER).values_list("expert", flat=True)
    assert list(stale) == [one.expert_id]
    assert other.question.family == family


@pytest.mark.django_db
def test_first_ruling_on_a_question_without_forecasts_touches_its_cluster() -> None:
    """From then on its links count: it makes one cluster of two."""
    expert, family = make_expert(), QuestionFamily.objects.create(slug="f", title="F")
    one, other = make_question(family=family), make_question()
    for question in (one, other):
        make_forecast("0.8", expert=expert, question=question)
        resolve(question, as_of=AFTER)
    bridge = make_question(family=family, depends_on=other, depends_on_answer="yes")
    recompute_scorecards(as_of=AFTER)
    before = Scorecard.objects.get().n_clusters

    resolve(bridge, as_of=AFTER)
    recompute_scorecards(as_of=AFTER)

    assert (before, Scorecard.objects.get().n_clusters) == (2, 1)


@pytest.mark.django_db
def test_sweeping_again_computes_no_comparison(experts: list[Expert]) -> None:
    assert recompute_comparisons(as_of=AFTER) == len(SAID)
    once = kept()

    assert recompute_comparisons(as_of=AFTER) == 0

    assert kept() == once
    assert [len(row["pairs"]) for row in once] == [24 * len(experts)] * len(SAID)


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_leave_the_comparisons_of_one(experts: list[Expert]) -> None:
    recompute_comparisons(as_of=AFTER)
    once = kept()
    QuestionComparison.objects.update(statistics_version=0)

    at_once(lambda: recompute_comparisons(as_of=AFTER))

    assert kept() == once


@pytest.mark.django_db
def test_comparisons_touched_while_computed_stay_stale(
    monkeypatch: pytest.MonkeyPatch, experts: list[Expert]
) -> None:
    late = experts[0].forecasts.earliest("pk").question

    def interrupted(question_ids: Any, **kwargs: Any) -> Any:
        found = computed_questions(question_ids, **kwargs)
        make_forecast("0.7", question=late, expert=make_expert(), as_of=AFTER)
        return found

    with monkeypatch.context() as patch:
        patch.setattr("forecasts.services.question_comparisons.computed_questions", interrupted)
        assert recompute_comparisons(as_of=AFTER) == len(SAID) - 1

    assert QuestionComparison.objects.stale().get().question == late
    assert recompute_comparisons(as_of=AFTER) == 1


@pytest.mark.django_db
def test_comparisons_of_a_later_change_are_neither_computed_nor_read(
    experts: list[Expert],
) -> None:
    """By a sweep whose clock is behind, or by who asks about the past."""
    behind, ids = AFTER - timedelta(milliseconds=5), [expert.pk for expert in experts]

    assert recompute_comparisons(as_of=behind) == 0
    assert recompute_comparisons(as_of=AFTER) == len(SAID)

    before = expert_scores(ids, as_of=behind, band=False, is_kept=True)
    assert before == expert_scores(ids, as_of=behind, band=False)


@pytest.mark.django_db
@pytest.mark.parametrize("n_kept", range(len(SAID) + 1))
def test_scores_are_the_same_however_much_is_kept(experts: list[Expert], n_kept: int) -> None:
    ids = [expert.pk for expert in experts]
    recompute_comparisons(as_of=AFTER, limit=n_kept)

    found = expert_scores(ids, as_of=AFTER, band=False, is_kept=True)

    assert found == expert_scores(ids, as_of=AFTER, band=False)
    assert QuestionComparison.objects.stale().count() == len(SAID) - n_kept


@pytest.mark.django_db
def test_what_is_kept_of_other_formulas_is_not_read(experts: list[Expert]) -> None:
    ids = [expert.pk for expert in experts]
    recompute_comparisons(as_of=AFTER)
    QuestionComparison.objects.update(statistics_version=99, opening=1, pairs=b"")

    found = expert_scores(ids, as_of=AFTER, band=False, is_kept=True)

    assert found == expert_scores(ids, as_of=AFTER, band=False)
    assert QuestionComparison.objects.stale().count() == len(SAID)


@pytest.mark.django_db
def test_question_that_cannot_be_compared_does_not_keep_the_others(
    experts: list[Expert], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad = experts[0].forecasts.latest("pk").question_id

    def some(question_ids: Any, **kwargs: Any) -> Any:
        if bad in question_ids:
            raise ArithmeticError("a bug")
        return computed_questions(question_ids, **kwargs)

    monkeypatch.setattr("forecasts.services.question_comparisons.computed_questions", some)

    assert recompute_comparisons(as_of=AFTER) == len(SAID) - 1

    assert QuestionComparison.objects.stale().get().pk == bad
    assert f"question {bad} cannot be computed" in caplog.text


@pytest.mark.django_db
def test_deadline_that_passes_makes_no_comparison_stale() -> None:
    """A ruling before the deadline counts from then on; what it says of the others is known."""
    forecast = make_forecast("0.7")
    make_forecast("0.2", question=forecast.question)
    resolve(forecast.question, as_of=DEADLINE - timedelta(days=1))
    recompute_comparisons(as_of=DEADLINE - timedelta(days=1))
    early = kept()

    found = expert_scores([forecast.expert_id], as_of=AFTER, band=False, is_kept=True)

    assert recompute_comparisons(as_of=AFTER) == 0
    assert kept() == early
    assert found == expert_scores([forecast.expert_id], as_of=AFTER, band=False)
    assert found[forecast.expert_id].scores["n"] == 1
