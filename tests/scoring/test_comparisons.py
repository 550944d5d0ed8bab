"""Scores against the others who answered the same question at the same time."""

from collections.abc import Iterator
from dataclasses import replace
from math import log
from unittest import mock

import numpy as np
import pytest
from hypothesis import given

from forecasts.scoring import comparisons
from forecasts.scoring.standings import Fate
from forecasts.scoring.statements import Answer
from tests.scoring import oracles
from tests.scoring.strategies import thorough
from tests.scoring.worlds import Asked, Said, World, crowd, worlds

Bits = dict[tuple[int, int], bytes]
UNTIMED = Asked(deadline=None, known_at=None)


def compared(*said: Said, asked: Asked | None = None) -> tuple[list[float], list[float]]:
    """Return peer and relative scores of the experts, in order of expert."""
    _, _, found = World(said, [asked or Asked()]).scores()
    return found.peer.tolist(), found.relative.tolist()


def bits(world: World) -> Bits:
    """Return every digit of the scores of each pair."""
    standings, exposures, found = world.scores()
    columns = (exposures.brier, exposures.log_score, exposures.coverage, exposures.baseline)
    table = np.column_stack((*columns, found.peer, found.relative))
    pairs = zip(standings.expert.tolist(), standings.question.tolist(), strict=True)
    return {pair: row.tobytes() for pair, row in zip(pairs, table, strict=True)}


def alone(world: World) -> Iterator[World]:
    """Yield a world for each question, which knows nothing of the others."""
    for question, asked in enumerate(world.asked):
        said = [replace(row, question=0) for row in world.said if row.question == question]
        yield replace(world, said=said, asked=[asked])


def bits_one_by_one(world: World) -> Bits:
    return {
        (expert, question): row
        for question, part in enumerate(alone(world))
        for (expert, _), row in bits(part).items()
    }


def disguised(world: World) -> World:
    """Return the same statements in another order, of experts with other codes."""
    renumbered = [replace(row, expert=70 - 7 * row.expert) for row in world.said]
    return replace(world, said=renumbered[::-2] + renumbered[-2::-2])


def undisguised(found: Bits) -> Bits:
    return {((70 - expert) // 7, question): row for (expert, question), row in found.items()}


@thorough
@given(worlds())
def test_comparisons_are_those_added_instant_by_instant(world: World) -> None:
    standings, _, found = world.scores()

    expected = oracles.scores(world)
    pairs = list(zip(standings.expert.tolist(), standings.question.tolist(), strict=True))
    for name in ("peer", "relative"):
        slow = np.array([getattr(expected[pair], name) for pair in pairs], dtype=np.float64)
        assert getattr(found, name) == pytest.approx(slow, abs=1e-11, nan_ok=True), name


@thorough
@given(worlds())
def test_peer_scores_sum_to_zero_where_nobody_left(world: World) -> None:
    standings, _, found = world.scores()

    total = np.bincount(standings.question, weights=np.nan_to_num(found.peer))
    left = standings.question[np.isin(standings.fate, (Fate.WITHDRAWN, Fate.NOT_ADOPTED))]
    stayed = np.setdiff1d(standings.question, left)
    assert total[stayed] == pytest.approx(np.zeros(stayed.size), abs=1e-10)


def test_who_withdrew_is_compared_with_until_then() -> None:
    stays, leaves = Said(expert=0, ppm=600_000), Said(expert=1, ppm=100_000)
    withdrawal = Said(expert=1, order=1, stated_at=80, ppm=None, is_withdrawal=True)

    peer, relative = compared(stays, leaves, withdrawal)

    assert relative == pytest.approx([0.16 - 0.81, np.nan], abs=1e-12, nan_ok=True)
    assert peer == pytest.approx([80 * log(6), np.nan], abs=1e-10, nan_ok=True)


@thorough
@given(worlds())
def test_question_has_the_same_digits_alone_and_among_others(world: World) -> None:
    assert bits(world) == bits_one_by_one(world)


@thorough
@given(worlds())
def test_row_order_and_expert_codes_show_in_no_digit(world: World) -> None:
    assert undisguised(bits(disguised(world))) == bits(world)


@thorough
@given(worlds())
def test_taking_few_questions_at_a_time_shows_in_no_digit(world: World) -> None:
    with mock.patch.object(comparisons, "_MOST_SPELLS", 2):
        few = bits(world)

    assert few == bits(world)


def test_digits_of_a_crowd_depend_on_nothing_but_the_question() -> None:
    world = crowd(3_000, n_experts=40, n_questions=7, seed=1)

    together = bits(world)

    assert len(together) == 280
    assert bits_one_by_one(world) == together
    assert undisguised(bits(disguised(world))) == together
    with mock.patch.object(comparisons, "_MOST_SPELLS", 100):
        assert bits(world) == together


def test_peer_is_the_distance_to_the_geometric_mean() -> None:
    numbers = (900_000, 600_000, 300_000)

    peer, _ = compared(*(Said(expert=k, ppm=ppm) for k, ppm in enumerate(numbers)))

    mean = sum(log(ppm / 1e6) for ppm in numbers) / 3
    assert peer == pytest.approx([150 * (log(ppm / 1e6) - mean) for ppm in numbers], abs=1e-12)
    assert sum(peer) == pytest.approx(0.0, abs=1e-12)


def test_eve_of_event_forecast_does_not_beat_a_year_old_one() -> None:
    old, rival = Said(expert=0, ppm=800_000), Said(expert=1, ppm=500_000)
    eve = Said(expert=2, stated_at=99, ppm=900_000)

    peer, relative = compared(old, rival, eve)

    day = log(0.8) - (log(0.5) + log(0.9)) / 2
    assert peer[0] == pytest.approx(99 * (log(0.8) - log(0.5)) + day)
    assert peer[2] == pytest.approx(log(0.9) - (log(0.8) + log(0.5)) / 2)
    assert peer[0] > 40 * peer[2] > 0
    assert relative[0] == pytest.approx(0.99 * (0.04 - 0.25) + 0.01 * (0.04 - 0.13))


def test_copying_an_update_on_the_eve_gains_nothing() -> None:
    old = Said(expert=0, ppm=800_000)
    update = Said(expert=0, order=1, stated_at=99, ppm=900_000)
    copy = Said(expert=1, order=2, stated_at=99, ppm=900_000)

    peer, relative = compared(old, update, copy)

    assert [*peer, *relative] == pytest.approx([0.0] * 4, abs=1e-12)


def test_nobody_else_is_no_gain_and_no_comparison() -> None:
    peer, relative = compared(Said())

    assert peer == [0.0]
    assert np.isnan(relative).tolist() == [True]


def test_time_after_an_early_yes_gains_nothing() -> None:
    said = (Said(expert=0, ppm=800_000), Said(expert=1, ppm=400_000))

    peer, relative = compared(*said, asked=Asked(known_at=25))

    assert peer == pytest.approx([25 * log(2), -25 * log(2)])
    assert relative == pytest.approx([0.04 - 0.36, 0.36 - 0.04])


def test_gap_after_a_withdrawal_gains_nothing() -> None:
    gone = Said(order=1, stated_at=20, ppm=None, is_withdrawal=True)
    back = Said(order=2, stated_at=90, ppm=400_000)

    peer, relative = compared(Said(ppm=800_000), gone, back, Said(expert=1, order=3, ppm=400_000))

    assert peer == pytest.approx([20 * log(2), -20 * log(2)])
    assert relative == pytest.approx([-0.32 * 20 / 30, 0.32 * 20 / 30])


def test_withdrawn_expert_has_no_score_and_is_compared_with_all_the_same() -> None:
    gone = Said(order=1, stated_at=50, ppm=None, is_withdrawal=True)

    peer, relative = compared(Said(), gone, Said(expert=1, order=2))

    assert peer == pytest.approx([np.nan, 0.0], nan_ok=True)
    assert relative == pytest.approx([np.nan, 0.0], nan_ok=True)


def test_certain_miss_costs_no_more_than_the_clip() -> None:
    peer, relative = compared(Said(expert=0, ppm=0), Said(expert=1, ppm=1_000_000))

    assert peer == pytest.approx([100 * log(1 / 999), 100 * log(999)])
    assert relative == [1.0, -1.0]


@pytest.mark.parametrize(
    ("case", "answer", "relative"),
    [
        # Losses .01 .16 .49, and .81 .36 .09: each less the mean of the other two.
        ("yes", Answer.YES, [-0.315, -0.09, 0.405]),
        ("no", Answer.NO, [0.585, -0.09, -0.495]),
    ],
)
def test_without_times_the_standing_forecasts_compare(
    case: str, answer: Answer, relative: list[float]
) -> None:
    numbers = (900_000, 600_000, 300_000)
    said = [Said(expert=k, stated_at=None, ppm=ppm) for k, ppm in enumerate(numbers)]

    found = compared(*said, asked=replace(UNTIMED, answer=answer))

    assert np.isnan(found[0]).all(), case
    assert found[1] == pytest.approx(relative), case
    assert sum(found[1]) == pytest.approx(0.0, abs=1e-15), case


def test_one_statement_without_a_date_leaves_the_question_without_times() -> None:
    said = (Said(expert=0, ppm=900_000), Said(expert=1, ppm=600_000, stated_at=None))

    peer, relative = compared(*said)

    assert np.isnan(peer).all()
    assert relative == pytest.approx([0.01 - 0.16, 0.16 - 0.01])


def test_nobody_else_without_times_is_no_comparison() -> None:
    assert np.isnan(compared(Said(), asked=UNTIMED)).all()
