"""Who cannot be told apart shares a place; real and invented experts never meet."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from forecasts.models import Expert, Role
from forecasts.selectors.leaderboards import leaderboard
from forecasts.selectors.scorecards import current_scores
from forecasts.services.scorecards import recompute_scorecards
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


@pytest.fixture
def experts(db: None) -> dict[str, Expert]:
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


def rows(reader: Client, query: str = "") -> list[Any]:
    found: list[Any] = reader.get(f"/api/v1/leaderboard/{query}").json()["results"]
    return [(row["expert"]["slug"], row["rank"], row["reason"], row["n"]) for row in found]


def test_those_who_cannot_be_told_apart_share_a_place(
    reader: Client, experts: dict[str, Expert]
) -> None:
    assert rows(reader) == [
        ("sharp", 1, None, 12),
        ("close", 2, None, 12),
        ("poor", 3, None, 12),
        ("new", None, "too few", 2),
    ]


def test_ties_are_decided_by_both_errors(experts: dict[str, Expert]) -> None:
    places = {place.expert.slug: place for place in leaderboard(synthetic=False, as_of=NOW)}
    one, other = (places[name].scores["brier"] for name in ("sharp", "close"))

    gap = other["value"] - one["value"]
    assert gap > 1.6448536 * (one["se"] ** 2 + other["se"] ** 2) ** 0.5


def test_invented_experts_are_a_population_of_their_own(
    reader: Client, experts: dict[str, Expert]
) -> None:
    make_expert(slug="invented", synthetic=True)

    assert "invented" not in [row[0] for row in rows(reader)]
    assert rows(reader, "?population=synthetic") == [("invented", None, "too few", 0)]


def test_more_outdated_scores_than_are_computed_are_marked(
    reader: Client, experts: dict[str, Expert], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = make_question()
    for expert in experts.values():
        make_forecast("0.5", expert=expert, question=late)
    monkeypatch.setattr(current_scores, "__kwdefaults__", {"most_computed": 1})

    body = reader.get("/api/v1/leaderboard/").json()

    assert sorted(row["stale"] for row in body["results"]) == [False, True, True, True]
