"""Merging experts who are one: what moves, what stays as it was, and parting them again."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from forecasts.exceptions import ReasonMissingError, RoleMissingError, SyntheticMixError
from forecasts.models import Expert, Forecast, LedgerEntry, Role, Scorecard, User
from forecasts.models.merges import ExpertMerge, ExpertMergeUndo
from forecasts.refusals import MergedExpertError, MergeUndoneError, SameExpertError
from forecasts.scoring import Options
from forecasts.selectors.leaderboards import leaderboard
from forecasts.selectors.ledger_checks import LedgerCheck
from forecasts.selectors.likenesses import experts_like
from forecasts.selectors.score_histories import score_history
from forecasts.selectors.scorecards import chosen_scores, current_scores
from forecasts.selectors.scores import expert_scores
from forecasts.services.merges import merge_experts, undo_merge
from forecasts.services.scorecards import recompute_scorecards
from forecasts.services.statements import record_unscorable_statement
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

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MERGED = AFTER + HOUR
UNDONE = MERGED + HOUR
LATER = UNDONE + HOUR


@pytest.fixture
def lead() -> User:
    return make_user(Role.LEAD)


@pytest.fixture
def ada() -> Expert:
    return make_expert(slug="ada", name="Ada Lovelace")


@pytest.fixture
def al() -> Expert:
    """The same person under another spelling."""
    return make_expert(slug="al", name="A. Lovelace")


@pytest.fixture
def world(ada: Expert, al: Expert) -> Expert:
    """Three questions: one that both answered, and a rival who answered all."""
    rival = make_expert(slug="rival")
    for number, (answer, said) in enumerate(
        [("yes", {ada: "0.9", al: "0.7"}), ("no", {ada: "0.4"}), ("yes", {al: "0.8"})]
    ):
        question = make_question(slug=f"question-{number}")
        for minutes, (expert, probability) in enumerate({**said, rival: "0.5"}.items()):
            make_forecast(
                probability,
                expert=expert,
                question=question,
                stated_at=START - timedelta(minutes=9 - minutes),
            )
        resolve(question, answer, as_of=AFTER, known_at=DEADLINE)
    recompute()
    return rival


def recompute(as_of: Any = AFTER) -> None:
    while recompute_scorecards(as_of=as_of):
        pass


def merge(expert: Expert, into: Expert, by: User, **more: Any) -> ExpertMerge:
    given = {"reason": "The same person.", "as_of": MERGED, **more}
    return merge_experts(expert=expert, into=into, by=by, **given)


def undo(merged: ExpertMerge, by: User, **more: Any) -> ExpertMergeUndo:
    return undo_merge(merge=merged, by=by, **{"reason": "Two people.", "as_of": UNDONE, **more})


def said_by(expert: Expert) -> set[int]:
    return set(Forecast.objects.filter(expert=expert).values_list("pk", flat=True))


def cards() -> dict[int, dict[str, Any]]:
    """Everything a scorecard says, but when and how often it was computed."""
    left_out = {"id", "touches", "touched_at", "computed_touches", "computed_at"}
    return {
        row["expert_id"]: {name: value for name, value in row.items() if name not in left_out}
        for row in Scorecard.objects.order_by("pk").values()
    }


def test_merged_expert_is_scored_as_if_one_had_said_all(
    world: Expert, ada: Expert, al: Expert, lead: User
) -> None:
    merge(al, ada, lead)
    recompute(MERGED)

    found = current_scores([ada.pk, world.pk], as_of=MERGED)
    as_one = expert_scores([ada.pk], as_of=MERGED)[ada.pk].scores
    assert found[ada.pk].is_stale is False
    assert found[ada.pk].scores["n"] == 3
    # On the question that both answered the later statement stands: 0.7.
    assert found[ada.pk].scores["brier"]["value"] == pytest.approx((0.09 + 0.16 + 0.04) / 3)
    assert {name: found[ada.pk].scores[name] for name in as_one if name != "corp"} == {
        name: value for name, value in as_one.items() if name != "corp"
    }
    assert not Scorecard.objects.filter(expert=al).exists()


def test_rivals_are_compared_with_one_instead_of_two(
    world: Expert, ada: Expert, al: Expert, lead: User
) -> None:
    before = current_scores([world.pk], as_of=AFTER)[world.pk].scores
    merge(al, ada, lead)
    recompute(MERGED)

    after = current_scores([world.pk], as_of=MERGED)[world.pk].scores
    fresh = expert_scores([world.pk], as_of=MERGED)[world.pk].scores
    assert after["skill"] != before["skill"]
    assert after["skill"] == fresh["skill"]


def test_undone_merge_restores_every_row_and_every_scorecard(
    world: Expert, ada: Expert, al: Expert, lead: User
) -> None:
    source = make_source()
    left_out = record_unscorable_statement(
        source=source, quote="Perhaps.", reason="no_threshold", expert=al,
        by=make_user(Role.CODER), as_of=AFTER,
    )  # fmt: skip
    rows, before = (said_by(ada), said_by(al)), cards()
    merged = merge(al, ada, lead)
    recompute(MERGED)
    left_out.refresh_from_db()
    assert (said_by(ada), said_by(al)) == (rows[0] | rows[1], set())
    assert left_out.expert == ada

    undo(merged, lead)
    recompute(UNDONE)

    left_out.refresh_from_db()
    al.refresh_from_db()
    assert (said_by(ada), said_by(al), left_out.expert) == (*rows, al)
    assert al.merged_into is None
    assert cards() == before


def test_what_was_recorded_meanwhile_stays_where_it_was_recorded(
    world: Expert, ada: Expert, al: Expert, lead: User
) -> None:
    merged = merge(al, ada, lead)
    new = make_forecast("0.6", expert=ada, as_of=MERGED + HOUR / 2)

    undo(merged, lead)

    new.refresh_from_db()
    assert new.expert == ada


def test_past_shows_experts_as_they_were_merged_then(
    world: Expert, ada: Expert, al: Expert, lead: User
) -> None:
    undo(merge(al, ada, lead), lead)
    moments = [AFTER, MERGED, UNDONE]

    counts = {
        expert.slug: [
            chosen_scores([expert.pk], as_of=at, is_past=True)[expert.pk].scores["n"]
            for at in moments
        ]
        for expert in (ada, al)
    }
    series = [one["n"] for one in score_history(ada, moments)]
    listed = [
        {place.expert.slug for place in leaderboard(synthetic=False, as_of=at, is_past=True)}
        for at in moments
    ]
    assert counts == {"ada": [2, 3, 2], "al": [2, 0, 2]}
    assert series == [2, 3, 2]
    assert listed == [{"ada", "al", "rival"}, {"ada", "rival"}, {"ada", "al", "rival"}]


@pytest.mark.parametrize("options", [Options(), Options(late="exclude")])
def test_leaderboard_lists_the_merged_no_more(
    world: Expert, ada: Expert, al: Expert, lead: User, options: Options
) -> None:
    merge(al, ada, lead)
    recompute(MERGED)

    places = leaderboard(synthetic=False, as_of=MERGED, options=options)
    assert {place.expert.slug for place in places[:]} == {"ada", "rival"}


def test_chain_of_merges_can_be_undone_in_any_order(
    world: Expert, ada: Expert, al: Expert, lead: User
) -> None:
    other = make_expert(slug="lady-byron")
    rows = said_by(al), said_by(ada)
    first = merge(al, ada, lead)
    second = merge(ada, other, lead, as_of=MERGED + HOUR / 2)
    al.refresh_from_db()
    assert (said_by(other), al.merged_into) == (rows[0] | rows[1], other)

    undo(first, lead)
    al.refresh_from_db()
    assert (said_by(al), said_by(other), al.merged_into) == (*rows, None)
    undo(second, lead, as_of=LATER)

    assert (said_by(al), said_by(ada), said_by(other)) == (*rows, set())


def test_undoing_the_last_of_a_chain_leaves_the_first(
    world: Expert, ada: Expert, al: Expert, lead: User
) -> None:
    other = make_expert(slug="lady-byron")
    everything = said_by(al) | said_by(ada)
    merge(al, ada, lead)
    second = merge(ada, other, lead, as_of=MERGED + HOUR / 2)

    undo(second, lead)

    al.refresh_from_db()
    assert (said_by(ada), al.merged_into) == (everything, ada)


def test_same_words_recorded_for_both_count_once(ada: Expert, al: Expert, lead: User) -> None:
    said = make_forecast("0.7", expert=ada, quote="It will.")
    make_forecast("0.7", expert=al, quote="It will.", question=said.question, source=said.source)
    resolve(said.question, "yes", as_of=AFTER, known_at=DEADLINE)

    merged = merge(al, ada, lead)
    n_merged = expert_scores([ada.pk], as_of=MERGED)[ada.pk].scores["n"]
    undo(merged, lead)

    assert n_merged == 1
    assert (len(said_by(ada)), len(said_by(al))) == (1, 1)


def test_ledger_tells_of_merges_and_goes_on_naming_whom_rows_were_recorded_for(
    world: Expert, ada: Expert, al: Expert, lead: User
) -> None:
    merged = merge(al, ada, lead)
    assert list(LedgerCheck().findings(lambda _: None)) == []
    undo(merged, lead)

    kinds = LedgerEntry.objects.order_by("-number").values_list("kind", flat=True)[:2]
    assert list(kinds) == ["expert_merge_undo", "expert_merge"]
    assert list(LedgerCheck().findings(lambda _: None)) == []


def test_ledger_check_finds_a_row_that_no_merge_moved(
    world: Expert, ada: Expert, al: Expert, lead: User
) -> None:
    row = Forecast.objects.filter(expert=al)[:1].get()
    QuerySet.update(Forecast.objects.filter(pk=row.pk), expert=ada, recorded_as=al)

    found = list(map(str, LedgerCheck().findings(lambda _: None)))
    assert found == [f"No entry says that forecast {row.pk} counts for expert {ada.pk}."]


def test_nothing_is_recorded_for_a_merged_expert(ada: Expert, al: Expert, lead: User) -> None:
    merge(al, ada, lead)

    with pytest.raises(MergedExpertError, match=r"A\. Lovelace was merged into Ada Lovelace"):
        make_forecast("0.5", expert=al, as_of=LATER)
    with pytest.raises(MergedExpertError):
        record_unscorable_statement(
            source=make_source(), quote="Perhaps.", reason="no_threshold", expert=al,
            by=make_user(Role.CODER), as_of=LATER,
        )  # fmt: skip


def test_names_of_the_merged_find_the_other(ada: Expert, al: Expert, lead: User) -> None:
    al.aliases.create(name="Augusta King")
    merge(al, ada, lead)

    assert [found.expert for found in experts_like("A. Lovelace")] == [ada]
    assert [found.expert for found in experts_like("Augusta King")] == [ada]


def test_refusals(ada: Expert, al: Expert, lead: User) -> None:
    invented = make_expert(synthetic=True)
    third = make_expert()
    with pytest.raises(SameExpertError):
        merge(ada, ada, lead)
    with pytest.raises(SyntheticMixError):
        merge(ada, invented, lead)
    with pytest.raises(ReasonMissingError):
        merge(ada, al, lead, reason="  ")
    with pytest.raises(RoleMissingError):
        merge(ada, al, make_user(Role.CODER))
    merged = merge(al, ada, lead)
    with pytest.raises(MergedExpertError):
        merge(al, third, lead)
    with pytest.raises(MergedExpertError):
        merge(third, al, lead)
    with pytest.raises(MergedExpertError):
        merge(ada, al, lead)
    with pytest.raises(ReasonMissingError):
        undo(merged, lead, reason="")
    with pytest.raises(RoleMissingError):
        undo(merged, make_user(Role.CODER))
    undo(merged, lead)
    with pytest.raises(MergeUndoneError):
        undo(merged, lead)
    assert ExpertMerge.objects.count() == 1


def test_merge_and_its_undo_can_happen_again(ada: Expert, al: Expert, lead: User) -> None:
    make_forecast("0.5", expert=al)
    undo(merge(al, ada, lead), lead)

    undo(merge(al, ada, lead, as_of=LATER), lead, as_of=LATER + HOUR)

    assert (len(said_by(al)), len(said_by(ada))) == (1, 0)
