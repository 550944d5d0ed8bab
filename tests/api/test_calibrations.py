"""Calibration is that of the scores, with every forecast it is drawn from."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from api.views.calibrations import TAKEN
from forecasts.models import Expert, QuestionFamily
from forecasts.services.scorecards import recompute_scorecards
from tests.api.parts import make_parts
from tests.api.sharing import shared
from tests.api.worlds import NOW
from tests.factories import AFTER, make_forecast, make_question, resolve

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("parts")]


@pytest.fixture(scope="module")
def parts(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with shared(django_db_blocker, make_parts):
        yield


def calibration(reader: Client, query: str = "") -> Any:
    response = reader.get(f"/api/v1/experts/ada/calibration/?{query}")
    assert response.status_code == 200, response.content
    return response.json()


@pytest.mark.parametrize(
    "query",
    ["", "as_of=2026-03-15", "topic=weather", "coding=stated&late=exclude", "early=include"],
)
def test_numbers_are_those_of_the_scores(reader: Client, query: str) -> None:
    scores = reader.get(f"/api/v1/experts/ada/scores/?{query}").json()

    found = calibration(reader, query)

    same = (*TAKEN, "expert", "as_of", "computed_at", "stale", "options", "notes")
    assert {name: found[name] for name in same} == {name: scores[name] for name in same}
    assert found["undefined"].items() <= scores["undefined"].items()
    assert len(found["forecasts"]) == scores["n"]
    losses = [(row["probability"] - row["outcome"]) ** 2 for row in found["forecasts"]]
    assert sum(losses) / len(losses) == pytest.approx(scores["brier"]["value"], abs=1e-12)


def test_every_bin_is_there_with_its_counts(reader: Client) -> None:
    bins = calibration(reader)["bins"]

    assert [one["lower"] for one in bins] == [place / 10 for place in range(10)]
    # .5 in the sixth, .6 in the seventh, .7 in the eighth, .8 in the ninth.
    assert [one["n"] for one in bins] == [0, 0, 0, 0, 0, 1, 1, 1, 1, 0]


def test_each_forecast_is_there_once(reader: Client) -> None:
    assert calibration(reader)["forecasts"] == [
        {
            "question": question,
            "probability": probability,
            "low": low,
            "high": high,
            "outcome": outcome,
            "cluster": question,
            "speaks": True,
        }
        for question, probability, low, high, outcome in (
            ("strike", 0.5, 0.5, 0.5, 0),
            ("vote", 0.6, 0.6, 0.6, 0),
            ("storm", 0.7, 0.5, 0.9, 1),
            ("rain", 0.8, 0.8, 0.8, 1),
        )
    ]


def test_one_forecast_speaks_for_its_cluster(reader: Client) -> None:
    family = QuestionFamily.objects.create(slug="floods", title="Floods")
    ada = Expert.objects.get(slug="ada")
    for slug, probability in (("dam", "0.2"), ("dike", "0.3")):
        question = make_question(slug=slug, family=family)
        make_forecast(probability, expert=ada, question=question)
        resolve(question, "no", as_of=AFTER)
    recompute_scorecards(as_of=NOW)

    found = calibration(reader)

    rows = {row["question"]: (row["cluster"], row["speaks"]) for row in found["forecasts"]}
    assert (rows["dam"], rows["dike"]) == (("dam", True), ("dam", False))
    assert (found["n"], found["n_clusters"]) == (6, 5)
    assert sum(row["speaks"] for row in found["forecasts"]) == 5


def test_expert_without_a_scored_forecast_has_an_empty_curve(reader: Client) -> None:
    found = calibration(reader, "as_of=2026-01-01")

    assert (found["n"], found["forecasts"], found["corp"]["curve"]) == (0, [], None)
    assert [one["n"] for one in found["bins"]] == [0] * 10
