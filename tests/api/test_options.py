"""Scores of a part of what was said, or of a moment: each option does what it says."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from api.notes import KNOWN_UNTIL
from tests.api.parts import make_parts
from tests.api.sharing import shared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("parts")]
DEFAULTS = {
    "known_until": None,
    "topic": None,
    "horizon": None,
    "coding": "all",
    "late": "include",
    "early": "exclude",
    "disputed": "include",
}
NOW = "2026-06-01T12:00:00Z"


@pytest.fixture(scope="module")
def parts(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with shared(django_db_blocker, make_parts):
        yield


def get(reader: Client, path: str) -> Any:
    response = reader.get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    return response.json()


def scores(reader: Client, query: str = "") -> Any:
    return get(reader, f"experts/ada/scores/?{query}")


def faults(reader: Client, path: str) -> list[Any]:
    response = reader.get(f"/api/v1/{path}")
    assert response.status_code == 400, response.content
    return [(error["parameter"], error.get("suggestion")) for error in response.json()["errors"]]


# Rain .04, vote .36, storm .09, strike .25; merger .01 early.
@pytest.mark.parametrize(
    ("query", "n", "n_early", "brier"),
    [
        ("", 4, 1, 0.74 / 4),
        ("topic=weather", 2, 0, 0.13 / 2),
        ("topic=politics", 2, 0, 0.61 / 2),
        ("horizon=under_1_month", 3, 0, 0.38 / 3),
        ("horizon=1_to_3_months", 0, 0, None),
        ("horizon=3_to_12_months", 1, 1, 0.36),
        ("coding=all", 4, 1, 0.74 / 4),
        ("coding=stated", 3, 1, 0.65 / 3),
        ("coding=inferred", 1, 0, 0.09),
        ("late=include", 4, 1, 0.74 / 4),
        ("late=exclude", 3, 1, 0.49 / 3),
        ("early=exclude", 4, 1, 0.74 / 4),
        ("early=include", 5, 1, 0.75 / 5),
        ("as_of=2026-03-15", 3, 1, 0.38 / 3),
        ("as_of=2026-01-31T12:00:00Z", 0, 0, None),
        ("known_until=2026-03-15", 3, 1, 0.38 / 3),
        ("known_until=2026-02-15", 3, 0, 0.38 / 3),
        ("known_until=2026-01-31T12:00:00Z", 3, 0, 0.38 / 3),
        ("known_until=2026-01-30", 0, 0, None),
        ("as_of=2026-03-15&early=include", 4, 1, 0.39 / 4),
        ("as_of=2026-03-15&topic=politics", 1, 0, 0.25),
        ("as_of=2026-03-15&horizon=3_to_12_months", 0, 1, None),
        ("as_of=2026-03-15&late=exclude", 2, 1, 0.13 / 2),
        ("as_of=2026-03-15&coding=stated&known_until=2026-02-15&topic=weather", 1, 0, 0.04),
        ("as_of=2026-01-31T12:00:00Z&known_until=2026-01-31T12:00:00Z", 0, 0, None),
        ("known_until=2026-02-15&early=include", 3, 0, 0.38 / 3),
    ],
)
def test_option_changes_what_counts(
    reader: Client, query: str, n: int, n_early: int, brier: float | None
) -> None:
    found = scores(reader, query)

    expected = brier if brier is None else float(f"{brier:.12g}")
    assert (found["n"], found["n_early"], found["brier"]["value"]) == (n, n_early, expected)


@pytest.mark.parametrize(
    ("query", "changed"),
    [
        ("", {}),
        ("as_of=2026-03-15", {}),
        ("topic=weather", {"topic": "weather"}),
        ("horizon=over_12_months", {"horizon": "over_12_months"}),
        ("coding=stated&late=exclude", {"coding": "stated", "late": "exclude"}),
        ("early=include", {"early": "include"}),
        ("known_until=2026-03-15T01:00:00%2B01:00", {"known_until": "2026-03-15T00:00:00Z"}),
    ],
)
def test_options_in_use_are_said(reader: Client, query: str, changed: dict[str, str]) -> None:
    comparison = get(reader, f"compare/?expert=ada&expert=bob&{query}")

    assert scores(reader, query)["options"] == DEFAULTS | changed
    assert get(reader, f"leaderboard/?{query}")["options"] == DEFAULTS | changed
    assert comparison["options"] == DEFAULTS | changed


@pytest.mark.parametrize("slug", ["ada", "bob"])
def test_stored_scores_are_those_of_the_rows(reader: Client, slug: str) -> None:
    stored = get(reader, f"experts/{slug}/scores/")

    assert get(reader, f"experts/{slug}/scores/?as_of={NOW}") == stored
    known = get(reader, f"experts/{slug}/scores/?known_until={NOW}")
    assert known == stored | {
        "permanent": known["permanent"],
        "citation": known["citation"],
        "options": DEFAULTS | {"known_until": NOW},
        "notes": [KNOWN_UNTIL, *stored["notes"]],
    }


@pytest.mark.parametrize("ranking", ["accuracy", "calibration"])
def test_stored_leaderboard_is_that_of_the_rows(reader: Client, ranking: str) -> None:
    stored = get(reader, f"leaderboard/?ranking={ranking}")

    assert get(reader, f"leaderboard/?ranking={ranking}&as_of={NOW}") == stored | {"as_of": NOW}


def test_scores_with_an_option_are_computed_now(reader: Client) -> None:
    found = scores(reader, "topic=weather")

    shown = (found["as_of"], found["computed_at"], found["stale"])
    assert shown == (NOW, NOW, False)


def test_scores_with_an_option_compare_with_others_by_the_same_option(reader: Client) -> None:
    skills = {query: scores(reader, query)["skill"] for query in ("", "topic=weather")}

    # Rain .04 - .16 = -.12; vote .36 - .04 = .32.
    shown = {query: (skill["relative"], skill["n_relative"]) for query, skill in skills.items()}
    assert shown == {"": (0.1, 2), "topic=weather": (-0.12, 1)}


def test_parts_of_the_record_are_those_of_the_options(reader: Client) -> None:
    breakdowns = scores(reader)["breakdowns"]

    for name in ("topic", "horizon", "coding"):
        assert breakdowns[name]
        for part in breakdowns[name]:
            asked = scores(reader, f"{name}={part[name]}")
            fields = set(part) - {name, "undefined"}
            assert {field: part[field] for field in fields} == {
                field: asked[field] for field in fields
            }
    assert [(part["year"], part["n"]) for part in breakdowns["year"]] == [(2026, 4)]


def test_population_is_that_of_the_options(reader: Client) -> None:
    everything, weather = (scores(reader, query)["population"] for query in ("", "topic=weather"))

    assert (everything["brier"]["n_experts"], everything["relative"]["n_experts"]) == (2, 2)
    # Bob has one cluster on the weather, and a population needs two experts with two.
    assert weather["brier"] == {
        "n_experts": None,
        "mean": None,
        "variance": None,
        "within": None,
    }


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("early=include", "counted at once (early=include). That is biased"),
        ("early=exclude", "1 ruled before the deadline and not counted yet"),
        ("topic=weather&late=exclude", "counts here (topic=weather, late=exclude)"),
        ("known_until=2026-03-15", "As the world knew it at known_until"),
    ],
)
def test_note_tells_what_an_option_does_to_the_numbers(
    reader: Client, query: str, words: str
) -> None:
    assert [note for note in scores(reader, query)["notes"] if words in note]


@pytest.mark.parametrize(
    "path", ["experts/ada/scores/?", "leaderboard/?", "compare/?expert=ada&expert=bob&"]
)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("topic=wether", [("topic", "weather")]),
        ("topic=", [("topic", None)]),
        ("topic=%00", [("topic", None)]),
        ("horizon=1_to_3_month", [("horizon", "1_to_3_months")]),
        ("horizon=", [("horizon", None)]),
        ("coding=infered", [("coding", "inferred")]),
        ("late=excluded", [("late", "exclude")]),
        ("early=includ", [("early", "include")]),
        ("as_of=2026-06-02", [("as_of", None)]),
        ("as_of=", [("as_of", None)]),
        ("known_until=2026-06-02", [("known_until", None)]),
        ("known_until=soon", [("known_until", None)]),
        ("as_of=2026-03-01&known_until=2026-03-02", [("known_until", None)]),
        ("coding=stated&coding=stated", [("coding", None)]),
        ("topc=weather", [("topc", "topic")]),
        (
            "as_of=x&topic=y&horizon=z&coding=1&late=2&early=3&known_until=4&disputed=5",
            [
                (name, None)
                for name in (
                    *("as_of", "known_until", "topic", "horizon", "coding", "late", "early"),
                    "disputed",
                )
            ],
        ),
    ],
)
def test_what_no_option_can_be_is_named(
    reader: Client, path: str, query: str, expected: list[tuple[str, str | None]]
) -> None:
    assert faults(reader, f"{path}{query}") == expected
