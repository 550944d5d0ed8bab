"""Skill against a coin, the base rate, and the base rate of the others."""

import pytest

from forecasts.scoring.reasons import ONE_CLASS, Undefined
from tests.scoring.records import EIGHT, pairs
from tests.scoring.singles import skill_scores


@pytest.mark.parametrize(
    ("case", "forecasts", "half", "base_rate", "loo"),
    [
        # Brier .1; always the base rate .5 costs .25; the others' rate 1 or 0 costs 1.
        ("two questions", [("0.8", 1), ("0.4", 0)], 0.6, 0.6, 0.9),
        # Losses .01 .04 .64 .16 .16 .49 .04 .01 sum to 1.55; with n = 8, (8/7)² = 64/49.
        ("eight questions", EIGHT, 0.225, 0.225, 1 - 0.19375 * 4 * 49 / 64),
        ("no better than the coin", [("0.5", 1), ("0.5", 0)], 0.0, 0.0, 0.75),
    ],
)
def test_skill_is_the_share_of_the_reference_saved(
    case: str, forecasts: list[tuple[str, int]], half: float, base_rate: float, loo: float
) -> None:
    skill = skill_scores(*pairs(*forecasts))

    expected = {"half": half, "base_rate": base_rate, "base_rate_loo": loo}
    assert skill == pytest.approx(expected, abs=1e-12), case


@pytest.mark.parametrize("forecasts", [[("0.8", 1)], [("0.8", 0), ("0.5", 0)]])
def test_base_rate_is_no_reference_when_every_outcome_is_the_same(
    forecasts: list[tuple[str, int]],
) -> None:
    skill = skill_scores(*pairs(*forecasts))

    assert skill["base_rate"] == skill["base_rate_loo"] == Undefined(ONE_CLASS)
    assert isinstance(skill["half"], float)
