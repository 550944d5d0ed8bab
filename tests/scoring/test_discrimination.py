"""Discrimination."""

import pytest
from sklearn.metrics import roc_auc_score

from forecasts.scoring.reasons import ONE_CLASS, Undefined
from tests.scoring.records import EIGHT, pairs, random_record
from tests.scoring.singles import area_under_curve


@pytest.mark.parametrize(
    ("case", "forecasts", "area"),
    [
        ("right order", [("0.8", 1), ("0.2", 0)], 1.0),
        ("wrong order", [("0.2", 1), ("0.8", 0)], 0.0),
        ("a tie counts half", [("0.5", 1), ("0.5", 0)], 0.5),
        # .9 beats four; .8 beats three and ties; .6 beats three; .3 beats two: 12.5 of 16.
        ("eight forecasts", EIGHT, 12.5 / 16),
    ],
)
def test_area_is_the_share_of_contests_won(
    case: str, forecasts: list[tuple[str, int]], area: float
) -> None:
    found = area_under_curve(*pairs(*forecasts))

    assert found == area, case


@pytest.mark.parametrize("step", [100_000, 1])
def test_area_matches_scikit_learn(step: int) -> None:
    record = random_record(300, seed=7, step=step)

    found = area_under_curve(record.ppm, record.outcome)

    assert found == pytest.approx(roc_auc_score(record.outcome, record.ppm), abs=1e-12)


@pytest.mark.parametrize("outcome", [0, 1])
def test_nothing_is_told_apart_when_every_outcome_is_the_same(outcome: int) -> None:
    found = area_under_curve(*pairs(("0.8", outcome), ("0.3", outcome)))

    assert found == Undefined(ONE_CLASS)
