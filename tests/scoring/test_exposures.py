"""Scores over the time that each forecast stood."""

from dataclasses import replace
from math import log, log2

import numpy as np
import pytest
from hypothesis import given

from forecasts.scoring.statements import Answer
from tests.scoring import oracles
from tests.scoring.strategies import thorough
from tests.scoring.worlds import Asked, Said, World, worlds

NAMES = ("brier", "log_score", "coverage", "baseline")
FIRST = Said(stated_at=0, ppm=800_000)
DAY = 86_400_000_000


def exposed(*said: Said, asked: Asked | None = None) -> dict[str, float]:
    """Return the scores of the one pair."""
    _, exposures, _ = World(said, [asked or Asked()]).scores()
    return {name: float(getattr(exposures, name)[0]) for name in NAMES}


@thorough
@given(worlds())
def test_scores_over_time_are_those_added_instant_by_instant(world: World) -> None:
    standings, exposures, _ = world.scores()

    expected = oracles.scores(world)
    pairs = list(zip(standings.expert.tolist(), standings.question.tolist(), strict=True))
    for name in NAMES:
        slow = [getattr(expected[pair], name) for pair in pairs]
        numbers = np.array(slow, dtype=np.float64)
        assert getattr(exposures, name) == pytest.approx(numbers, abs=1e-12, nan_ok=True), name


def test_one_forecast_held_to_the_end() -> None:
    assert exposed(FIRST) == pytest.approx(
        {
            "brier": 0.04,
            "log_score": -log(0.8),
            "coverage": 1.0,
            "baseline": 100 * (1 + log2(0.8)),
        }
    )


def test_update_weighs_by_the_time_it_stood() -> None:
    scores = exposed(FIRST, Said(order=1, stated_at=75, ppm=400_000))

    assert scores["brier"] == pytest.approx(0.75 * 0.04 + 0.25 * 0.36)
    assert scores["log_score"] == pytest.approx(-0.75 * log(0.8) - 0.25 * log(0.4))


@pytest.mark.parametrize("ppm", [None, 500_000])
def test_withdrawal_leaves_a_gap(ppm: int | None) -> None:
    withdrawal = Said(order=1, stated_at=20, ppm=ppm, is_withdrawal=True)

    scores = exposed(FIRST, withdrawal, Said(order=2, stated_at=60, ppm=600_000))

    assert scores["brier"] == pytest.approx((20 * 0.04 + 40 * 0.16) / 60)
    assert scores["coverage"] == pytest.approx(0.6)


def test_words_without_a_number_leave_a_gap() -> None:
    words = Said(order=1, stated_at=20, ppm=None)

    assert exposed(FIRST, words, replace(FIRST, order=2, stated_at=60))["coverage"] == 0.6


def test_late_forecast_is_exposed_only_from_its_statement() -> None:
    scores = exposed(Said(stated_at=90, ppm=10_000), asked=Asked(opens_at=0))

    assert scores["brier"] == pytest.approx(0.9801)
    assert scores["coverage"] == pytest.approx(0.1)


def test_time_after_an_early_yes_counts_zero() -> None:
    scores = exposed(FIRST, asked=Asked(known_at=25))

    assert scores["coverage"] == 1.0
    assert scores["baseline"] == pytest.approx(25 * (1 + log2(0.8)))


def test_first_forecast_of_anybody_opens_the_question() -> None:
    world = World([replace(FIRST, stated_at=50), Said(expert=1, stated_at=0)])

    _, exposures, _ = world.scores()

    assert exposures.coverage.tolist() == [0.5, 1.0]


def test_withdrawal_opens_no_question() -> None:
    withdrawal = Said(expert=1, order=1, ppm=None, is_withdrawal=True)

    assert exposed(replace(FIRST, stated_at=50), withdrawal)["coverage"] == 1.0


@pytest.mark.parametrize("stated_at", [0, None])
def test_row_left_out_opens_no_question_and_leaves_it_its_times(stated_at: int | None) -> None:
    late = Said(expert=1, stated_at=stated_at, recorded_at=101)
    world = World([replace(FIRST, stated_at=50), late], late="exclude")

    _, exposures, _ = world.scores()

    assert exposures.coverage.tolist() == [1.0]


def test_unproven_row_opens_the_question_and_ends_no_spell() -> None:
    unproven = Said(order=1, stated_at=50, recorded_at=101, proves_its_date=False)

    scores = exposed(replace(FIRST, stated_at=60), unproven)

    assert scores["coverage"] == pytest.approx(0.8)


def test_statement_before_the_opening_stands_from_the_opening() -> None:
    update = Said(order=1, stated_at=5, ppm=600_000)

    scores = exposed(FIRST, update, asked=Asked(opens_at=10))

    assert (scores["brier"], scores["coverage"]) == pytest.approx((0.16, 1.0))


@pytest.mark.parametrize(
    ("case", "said", "asked"),
    [
        ("no date", [FIRST, Said(order=1, stated_at=None)], Asked(opens_at=0)),
        ("another's date is missing", [FIRST, Said(expert=1, stated_at=None)], Asked()),
        ("no deadline", [FIRST], Asked(deadline=None)),
        ("not decided", [FIRST], Asked(answer=Answer.AMBIGUOUS)),
        ("too late", [replace(FIRST, stated_at=100)], Asked()),
    ],
)
def test_scores_over_time_are_undefined_without_times_or_answer(
    case: str, said: list[Said], asked: Asked
) -> None:
    assert all(np.isnan(list(exposed(*said, asked=asked).values()))), case


def test_unit_of_time_never_shows() -> None:
    asked = Asked(opens_at=0, deadline=3_650 * DAY, known_at=3_000 * DAY)
    update = Said(order=1, stated_at=1_500 * DAY, ppm=600_000)

    scores = exposed(FIRST, update, asked=asked)

    assert (scores["brier"], scores["coverage"]) == pytest.approx((0.1, 1.0), abs=1e-15)
