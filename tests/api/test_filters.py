"""Lists can be narrowed down."""

import pytest
from django.test import Client

from tests.api.worlds import World
from tests.factories import make_expert


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", ["flood", "storm", "dam"]),
        ("status=yes", ["flood"]),
        ("status=due", ["storm"]),
        ("status=open", ["dam"]),
        ("status=resolved", ["flood"]),
        ("status=unresolved", ["storm", "dam"]),
        ("topic=weather", ["flood"]),
        ("family=floods", ["flood"]),
        ("expert=ada", ["flood", "storm", "dam"]),
        ("synthetic=true", []),
        ("deadline_after=2026-02-01", ["dam"]),
        ("deadline_before=2026-02-01T00:00:00Z", ["flood", "storm"]),
    ],
)
def test_questions_are_filtered(reader: Client, world: World, query: str, slugs: list[str]) -> None:
    body = reader.get(f"/api/v1/questions/?{query}").json()

    assert [row["slug"] for row in body["results"]] == slugs


@pytest.mark.parametrize(
    ("name", "slugs"),
    [("ad", ["ada"]), ("LOVE", ["ada"]), ("b", ["bob"]), ("a_a", [])],
)
def test_experts_are_found_by_part_of_a_name_or_an_alias(
    reader: Client, world: World, name: str, slugs: list[str]
) -> None:
    make_expert(slug="bob", name="Bob")

    body = reader.get("/api/v1/experts/", {"name": name}).json()

    assert [row["slug"] for row in body["results"]] == slugs
