"""Two experts side by side: who can be compared, and what is said about it."""

import math
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from forecasts.scoring.paired_comparisons import NONE_SHARED
from forecasts.scoring.reasons import FEW_CLUSTERS
from forecasts.scoring.versions import STATISTICS_VERSION
from tests.api.parts import make_parts
from tests.api.sharing import shared
from tests.factories import make_expert

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("parts")]
PATH = "/api/v1/compare/"
NOW = "2026-06-01T12:00:00Z"


@pytest.fixture(scope="module")
def parts(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with shared(django_db_blocker, make_parts):
        yield


def compare(reader: Client, query: str = "", *, pair: str = "expert=ada&expert=bob") -> Any:
    response = reader.get(f"{PATH}?{pair}&{query}" if query else f"{PATH}?{pair}")
    assert response.status_code == 200, response.content
    return response.json()


def test_comparison_of_two_experts(reader: Client) -> None:
    found = compare(reader)

    # Rain .04 - .16 = -.12, vote .36 - .04 = .32: each .22 off the mean, t of 1 degree Cauchy's.
    reach = math.tan(math.pi * 0.475) * 0.22
    assert found.pop("ci95") == pytest.approx([0.1 - reach, 0.1 + reach], rel=1e-11)
    p_value = 1 - 2 / math.pi * math.atan(0.1 / 0.22)
    assert found.pop("p_value") == pytest.approx(p_value, rel=1e-11)
    assert found == {
        "experts": [
            {"slug": "ada", "name": "Ada", "synthetic": False},
            {"slug": "bob", "name": "Bob", "synthetic": False},
        ],
        "as_of": NOW,
        "statistics_version": STATISTICS_VERSION,
        "permanent": f"http://testserver{PATH}?expert=ada&expert=bob"
        "&as_of=2026-06-01T12%3A00%3A00Z",
        "citation": found["citation"],
        "options": {
            "known_until": None,
            "topic": None,
            "horizon": None,
            "coding": "all",
            "late": "include",
            "early": "exclude",
            "disputed": "include",
        },
        "n": 2,
        "n_clusters": 2,
        "tier": "raw",
        "difference": 0.1,
        "se": 0.22,
        "undefined": {},
    }


def test_order_of_the_experts_is_that_asked_for(reader: Client) -> None:
    found = compare(reader, pair="expert=bob&expert=ada")

    assert [expert["slug"] for expert in found["experts"]] == ["bob", "ada"]
    assert found["difference"] == -0.1


@pytest.mark.parametrize(
    ("query", "n", "difference", "reasons"),
    [
        ("topic=weather", 1, -0.12, {FEW_CLUSTERS}),
        ("topic=politics", 1, 0.32, {FEW_CLUSTERS}),
        ("horizon=3_to_12_months", 1, 0.32, {FEW_CLUSTERS}),
        ("coding=inferred", 0, None, {NONE_SHARED}),
        ("coding=stated", 2, 0.1, set()),
        ("late=exclude", 2, 0.1, set()),
        ("early=include", 3, -0.0133333333333, set()),
        ("as_of=2026-03-15", 1, -0.12, {FEW_CLUSTERS}),
        ("known_until=2026-03-15", 1, -0.12, {FEW_CLUSTERS}),
        ("as_of=2026-03-15&early=include", 2, -0.18, set()),
        ("as_of=2026-01-15", 0, None, {NONE_SHARED}),
    ],
)
def test_option_changes_what_is_compared(
    reader: Client, query: str, n: int, difference: float | None, reasons: set[str]
) -> None:
    found = compare(reader, query)

    assert (found["n"], found["difference"]) == (n, difference)
    assert set(found["undefined"].values()) == reasons


@pytest.mark.parametrize(
    ("query", "suggestions"),
    [
        ("", [None]),
        ("expert=ada", [None]),
        ("expert=ada&expert=bob&expert=ada", [None]),
        ("expert=ada&expert=ada", [None]),
        ("expert=ada&expert=bobb", ["bob"]),
        ("expert=adaa&expert=bobb", ["ada", "bob"]),
        ("expert=ada&expert=%00", [None]),
        ("expert=&expert=ada", [None]),
        ("expert=ada&expert=invented", [None]),
    ],
)
def test_who_cannot_be_compared_is_named(
    reader: Client, query: str, suggestions: list[str | None]
) -> None:
    make_expert(slug="invented", synthetic=True)

    response = reader.get(f"{PATH}?{query}")

    assert response.status_code == 400
    found = [(error["parameter"], error.get("suggestion")) for error in response.json()["errors"]]
    assert found == [("expert", suggestion) for suggestion in suggestions]
