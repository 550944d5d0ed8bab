"""Who cannot be told apart shares a place; real and invented experts never meet."""

import math
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from forecasts.models import Expert, Role
from forecasts.selectors.leaderboards import leaderboard
from forecasts.selectors.rankings import TOO_FEW
from forecasts.services.scorecards import recompute_scorecards
from tests.api.sharing import shared
from tests.api.worlds import NOW
from tests.factories import (
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)

SAID = {"sharp": ("0.95", "0.9"), "close": ("0.9", "0.9"), "poor": ("0.3", "0.2")}


@pytest.fixture(scope="module")
def shared_experts(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, Expert]]:
    with shared(django_db_blocker, make_experts) as found:
        yield found


@pytest.fixture
def experts(shared_experts: dict[str, Expert], db: None) -> dict[str, Expert]:
    """Made once for this module: its other tests find these rows, too."""
    return deepcopy(shared_experts)


def make_experts() -> dict[str, Expert]:
    """Two who do well and one who does not on twelve questions, and one with two of them."""
    coder = make_user(Role.CODER)
    source = make_source(by=coder)
    found = {name: make_expert(slug=name) for name in (*SAID, "new")}
    for number in range(12):
        question = make_question(by=coder)
        for name, said in SAID.items():
            make_forecast(
                said[number % 2], expert=found[name], question=question, source=source, by=coder
            )
        if number < 2:
            make_forecast("1", expert=found["new"], question=question, source=source, by=coder)
        resolve(question, "yes")
    recompute_scorecards(as_of=NOW - timedelta(days=1))
    return found


def page(reader: Client, query: str = "") -> Any:
    response = reader.get(f"/api/v1/leaderboard/{query}")
    assert response.status_code == 200, response.content
    return response.json()


def rows(reader: Client, query: str = "") -> list[Any]:
    found = page(reader, query)["results"]
    return [(row["expert"]["slug"], row["rank"], row["reason"], row["n"]) for row in found]


def test_those_who_cannot_be_told_apart_share_a_place(
    reader: Client, experts: dict[str, Expert]
) -> None:
    assert rows(reader) == [
        ("sharp", 1, None, 12),
        ("close", 1, None, 12),
        ("poor", 3, None, 12),
        ("new", None, TOO_FEW["accuracy"], 2),
    ]


def test_ties_are_decided_by_both_errors(experts: dict[str, Expert]) -> None:
    places = {place.expert.slug: place for place in leaderboard(synthetic=False, as_of=NOW)}
    sharp, close, poor = (places[name].scores["skill"] for name in SAID)

    def is_told_apart(better: Any, worse: Any) -> bool:
        reach = 1.6448536 * math.hypot(better["relative_se"], worse["relative_se"])
        return bool(worse["relative"] - better["relative"] > reach)

    assert not is_told_apart(sharp, close)
    assert is_told_apart(sharp, poor)
    assert is_told_apart(close, poor)


def test_accuracy_orders_by_the_shrunk_score(reader: Client, experts: dict[str, Expert]) -> None:
    ranked = page(reader)["results"][:3]

    shrunk = [row["shrunk"]["relative"] for row in ranked]
    assert shrunk == sorted(shrunk)
    for row in ranked:
        scores = reader.get(f"/api/v1/experts/{row['expert']['slug']}/scores/").json()
        for name in ("brier", "skill", "shrunk", "corp", "score_test"):
            assert row[name] == {field: scores[name][field] for field in row[name]}


def test_calibration_is_ranked_from_a_hundred_clusters_on(
    reader: Client, experts: dict[str, Expert]
) -> None:
    found = page(reader, "?ranking=calibration")

    assert found["ranking"] == "calibration"
    assert {(row["rank"], row["reason"]) for row in found["results"]} == {
        (None, TOO_FEW["calibration"])
    }
    assert found["results"][-1]["expert"]["slug"] == "new"


def test_calibration_orders_by_mcb_above_its_floor(
    reader: Client, experts: dict[str, Expert], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forecasts.selectors.rankings.LEAST_CALIBRATED", 12)

    found = page(reader, "?ranking=calibration")["results"]

    excess = [row["corp"]["mcb"] - row["corp"]["mcb_floor"] for row in found[:3]]
    assert excess == sorted(excess)
    assert [row["rank"] for row in found] == [1, 2, 3, None]
    assert found[2]["expert"]["slug"] == "poor"


def test_leaderboard_of_the_past_does_not_know_what_came_later(
    reader: Client, experts: dict[str, Expert]
) -> None:
    before = page(reader, "?as_of=2026-01-31T12:00:00Z")
    after = page(reader, "?as_of=2026-02-01T00:00:00Z")

    assert {(row["n"], row["rank"]) for row in before["results"]} == {(0, None)}
    assert {row["computed_at"] for row in before["results"]} == {"2026-01-31T12:00:00Z"}
    assert after["results"][0]["rank"] == 1


def test_leaderboard_of_a_part_ranks_by_that_part(
    reader: Client, experts: dict[str, Expert]
) -> None:
    inferred = page(reader, "?coding=inferred")["results"]

    assert {(row["n"], row["rank"], row["skill"]["n_relative"]) for row in inferred} == {
        (0, None, 0)
    }


def test_those_with_fewer_than_asked_for_are_left_out_and_places_stay(
    reader: Client, experts: dict[str, Expert]
) -> None:
    everybody = page(reader)

    some, nobody = page(reader, "?min_n=12"), page(reader, "?min_n=13")

    assert (everybody["min_n"], some["min_n"]) == (0, 12)
    assert some["results"] == [row for row in everybody["results"] if row["n"] >= 12]
    assert len(some["results"]) == 3
    assert nobody["results"] == []
    assert "min_n=12" in some["permanent"]


@pytest.mark.parametrize("given", ["-1", "ten", "", "1e3", "9999999"])
def test_least_number_is_a_whole_one(reader: Client, db: None, given: str) -> None:
    response = reader.get("/api/v1/leaderboard/", {"min_n": given})

    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == ["min_n"]


def test_invented_experts_are_a_population_of_their_own(
    reader: Client, experts: dict[str, Expert]
) -> None:
    make_expert(slug="invented", synthetic=True)

    assert "invented" not in [row[0] for row in rows(reader)]
    assert rows(reader, "?population=synthetic") == [("invented", None, TOO_FEW["accuracy"], 0)]


def test_more_outdated_scores_than_are_computed_are_marked(
    reader: Client, experts: dict[str, Expert], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = make_question()
    for expert in experts.values():
        make_forecast("0.5", expert=expert, question=late)
    monkeypatch.setattr("forecasts.selectors.leaderboards.MOST_COMPUTED", 1)

    body = reader.get("/api/v1/leaderboard/").json()

    # Those of others stand behind `shrunk`, so that no score is up to date.
    assert [row["stale"] for row in body["results"]] == [True] * 4
