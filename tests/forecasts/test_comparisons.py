"""Two experts on the questions that both are scored on."""

import math
from datetime import timedelta
from typing import Any

import pytest

from forecasts.models import Expert, QuestionFamily
from forecasts.scoring import Options
from forecasts.scoring.paired_comparisons import NO_SPREAD, NONE_SHARED
from forecasts.scoring.reasons import FEW_CLUSTERS
from forecasts.selectors.comparisons import brier_comparison
from tests.factories import AFTER, START, make_expert, make_forecast, make_question, resolve
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
NOTHING = {"difference": None, "se": None, "ci95": None, "p_value": None}


@pytest.fixture
def pair() -> tuple[Expert, Expert]:
    return make_expert(slug="one"), make_expert(slug="other")


def answer(pair: tuple[Expert, Expert], one: str | None, other: str | None, **fields: Any) -> None:
    """Both answer a question that turns out yes; None says nothing."""
    question = make_question(**fields)
    for expert, said in zip(pair, (one, other), strict=True):
        if said is not None:
            make_forecast(said, expert=expert, question=question)
    resolve(question)


def test_difference_is_over_shared_questions_by_cluster(pair: tuple[Expert, Expert]) -> None:
    family = QuestionFamily.objects.create(slug="f", title="F")
    answer(pair, "0.9", "0.5", family=family)  # .01 - .25 = -.24
    answer(pair, "0.8", "0.6", family=family)  # .04 - .16 = -.12
    answer(pair, "0.5", "1")  # .25
    answer(pair, "0.1", None)
    answer(pair, None, "0.1")

    found = brier_comparison(pair[0].pk, pair[1].pk, as_of=AFTER)

    # The mean is -.11/3; the family is off by -.36 + .22/3, the other question by as much.
    mean, away = -0.11 / 3, 0.25 + 0.11 / 3
    error = math.sqrt(2 * 2 * away**2) / 3
    reach = math.tan(math.pi * 0.475) * error  # t of 1 degree is Cauchy's
    ends = found.pop("ci95")
    assert ends == pytest.approx([mean - reach, mean + reach], rel=1e-11)
    assert found.pop("p_value") == pytest.approx(
        1 - 2 / math.pi * math.atan(abs(mean) / error), rel=1e-11
    )
    assert found == {
        "n": 3,
        "n_clusters": 2,
        "difference": pytest.approx(mean, rel=1e-11),
        "se": pytest.approx(error, rel=1e-11),
        "tier": "raw",
        "undefined": {},
    }


def test_turned_around_the_sign_changes(pair: tuple[Expert, Expert]) -> None:
    for one, other in (("0.9", "0.5"), ("0.3", "0.6"), ("0.7", "0.6")):
        answer(pair, one, other)

    there, back = (
        brier_comparison(first.pk, second.pk, as_of=AFTER) for first, second in (pair, pair[::-1])
    )

    assert back["difference"] == -there["difference"]
    assert back["ci95"] == [-end for end in there["ci95"][::-1]]
    same = ("n", "n_clusters", "se", "p_value", "tier")
    assert [back[name] for name in same] == [there[name] for name in same]


@pytest.mark.parametrize(
    ("said", "expected", "undefined"),
    [
        (
            [("0.9", None)],
            {"n": 0, "n_clusters": 0, **NOTHING},
            dict.fromkeys(NOTHING, NONE_SHARED),
        ),
        (
            [("0.9", "0.5")],
            {"n": 1, "n_clusters": 1, **NOTHING, "difference": -0.24},
            dict.fromkeys(("se", "ci95", "p_value"), FEW_CLUSTERS),
        ),
        (
            [("0.9", "0.5"), ("0.9", "0.5")],
            {"n": 2, "n_clusters": 2, **NOTHING, "difference": -0.24, "se": 0.0},
            dict.fromkeys(("ci95", "p_value"), NO_SPREAD),
        ),
    ],
)
def test_null_says_why(
    pair: tuple[Expert, Expert],
    said: list[tuple[str | None, str | None]],
    expected: dict[str, float | None],
    undefined: dict[str, str],
) -> None:
    for one, other in said:
        answer(pair, one, other)

    found = brier_comparison(pair[0].pk, pair[1].pk, as_of=AFTER)

    assert found.pop("tier") == ("raw" if expected["n"] else "none")
    assert found == {**expected, "undefined": undefined}


def test_comparison_of_the_past_does_not_know_what_came_later(pair: tuple[Expert, Expert]) -> None:
    answer(pair, "0.9", "0.5")

    before = brier_comparison(pair[0].pk, pair[1].pk, as_of=AFTER - timedelta(hours=1))

    assert before["n"] == 0


def test_options_hold_for_both(pair: tuple[Expert, Expert]) -> None:
    answer(pair, "0.9", "0.5")
    far = make_question(deadline=START + timedelta(days=45))
    for expert, day in zip(pair, (0, 40), strict=True):
        make_forecast("0.9", expert=expert, question=far, as_of=START + timedelta(days=day))
    resolve(far, as_of=START + timedelta(days=46))

    numbers = {
        horizon: brier_comparison(
            pair[0].pk,
            pair[1].pk,
            as_of=AFTER + timedelta(days=60),
            options=Options(horizon=horizon),
        )["n"]
        for horizon in (None, "under_1_month", "1_to_3_months")
    }

    assert numbers == {None: 2, "under_1_month": 1, "1_to_3_months": 0}


def test_number_of_queries_does_not_grow(pair: tuple[Expert, Expert]) -> None:
    counts = []
    for length in (1, 5):
        for _ in range(length):
            answer(pair, "0.9", "0.5")
        with counted_queries() as queries:
            brier_comparison(pair[0].pk, pair[1].pk, as_of=AFTER)
        counts.append(len(queries))

    assert counts == [4, 4]
