"""Lists come in pages that lose and repeat nothing, whatever their order."""

from typing import Any

import pytest
from django.test import Client

from forecasts.models import Role, Topic
from tests.factories import make_expert, make_question, make_user


@pytest.fixture
def questions(db: None) -> list[str]:
    """Seven questions, all with the same deadline, so that only the id tells them apart."""
    coder = make_user(Role.CODER)
    return [make_question(by=coder).slug for _ in range(7)]


def walk(reader: Client, path: str, link: str) -> list[list[str]]:
    pages = []
    address: str | None = path
    while address:
        body = reader.get(address).json()
        pages.append([row["slug"] for row in body["results"]])
        address = body[link]
    return pages


@pytest.mark.parametrize("ordering", ["deadline", "-deadline", "recorded_at", "-slug"])
def test_pages_hold_every_row_once(reader: Client, questions: list[str], ordering: str) -> None:
    pages = walk(reader, f"/api/v1/questions/?limit=3&ordering={ordering}", "next")

    wanted = questions[::-1] if ordering.startswith("-") else questions
    assert pages == [wanted[:3], wanted[3:6], wanted[6:]]


def test_going_back_shows_the_same_pages(reader: Client, questions: list[str]) -> None:
    path: Any = "/api/v1/questions/?limit=3"
    while (body := reader.get(path).json())["next"]:
        path = body["next"]

    pages = walk(reader, path, "previous")

    assert pages == [questions[6:], questions[3:6], questions[:3]]


def test_row_added_before_the_page_moves_nothing(reader: Client, db: None) -> None:
    for name in "bcde":
        Topic.objects.create(slug=name, name=name)
    first = reader.get("/api/v1/topics/?limit=2").json()
    Topic.objects.create(slug="a", name="a")

    second = reader.get(first["next"]).json()

    assert [row["slug"] for row in second["results"]] == ["d", "e"]


def test_neighbors_are_given_as_links_too(reader: Client, questions: list[str]) -> None:
    first = reader.get("/api/v1/questions/?limit=3")
    second = reader.get(first.json()["next"])

    body = second.json()
    assert first.headers["Link"] == f'<{first.json()["next"]}>; rel="next"'
    assert (
        second.headers["Link"] == f'<{body["next"]}>; rel="next", <{body["previous"]}>; rel="prev"'
    )


def test_cursor_keeps_the_filters(reader: Client, questions: list[str]) -> None:
    following = reader.get("/api/v1/questions/?limit=3&synthetic=false").json()["next"]

    assert "synthetic=false" in following


def test_cursor_of_another_order_is_refused(reader: Client, questions: list[str]) -> None:
    following = reader.get("/api/v1/questions/?limit=3").json()["next"]

    response = reader.get(following + "&ordering=-deadline")

    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "cursor"


def test_leaderboard_comes_in_pages(reader: Client, db: None) -> None:
    slugs = [make_expert(slug=f"e-{n}", name=f"E {n}").slug for n in range(5)]
    address: Any = "/api/v1/leaderboard/?limit=2"
    pages, back = [], ""
    while address:
        body = reader.get(address).json()
        pages.append([row["expert"]["slug"] for row in body["results"]])
        address, back = body["next"], body["previous"]

    assert pages == [slugs[:2], slugs[2:4], slugs[4:]]
    assert [row["expert"]["slug"] for row in reader.get(back).json()["results"]] == slugs[2:4]
