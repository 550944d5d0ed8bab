"""Corrections are read by anybody, in pages, with nothing secret in them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.api.worlds import NOW, SECRETS, World, correct, number, overturn
from tests.factories import make_forecast

PATH = "/api/v1/corrections/"
DAY = timedelta(days=1)


@pytest.fixture
def corrected(world: World) -> World:
    """A ruling and a forecast that were put right."""
    overturn(world.question, "no", as_of=NOW - 2 * DAY)
    correct(world.stated, as_of=NOW - DAY, probability=number("0.6"))
    return world


def test_corrections(reader: Client, corrected: World) -> None:
    flood = {"slug": "flood", "title": corrected.question.title}
    ada = {"slug": "ada", "name": "Ada", "synthetic": False}
    body = reader.get(PATH).json()

    said = {
        "expert": ada,
        "question": flood,
        "kind": "forecast",
        "quote": "80 percent",
        "stated_at": "2026-01-01T00:00:00Z",
    }
    newer = body["results"][0]["forecast"]["became"]["id"]
    assert body == {
        "next": None,
        "previous": None,
        "results": [
            {
                "kind": "forecast",
                "corrected_at": "2026-05-31T12:00:00Z",
                "question": flood,
                "reason": "Misheard.",
                "experts": [ada],
                "ruling": None,
                "forecast": {
                    "was": {"id": corrected.stated.pk, **said, **three(0.8)},
                    "became": {"id": newer, **said, **three(0.6)},
                },
            },
            {
                "kind": "corrected",
                "corrected_at": "2026-05-30T12:00:00Z",
                "question": flood,
                "reason": "It was misread.",
                "experts": [ada],
                "ruling": {
                    "was": {
                        "answer": "yes",
                        "known_at": "2026-01-31T00:00:00Z",
                        "resolved_at": "2026-02-01T00:00:00Z",
                        "basis": "verdicts",
                        "reason": "",
                    },
                    "became": {
                        "answer": "no",
                        "known_at": "2026-01-31T00:00:00Z",
                        "resolved_at": "2026-05-30T12:00:00Z",
                        "basis": "lead",
                        "reason": "It was misread.",
                    },
                },
                "forecast": None,
            },
        ],
    }


def three(value: float) -> dict[str, float]:
    return {"probability": value, "low": value, "high": value}


def test_corrections_tell_no_secret(reader: Client, corrected: World) -> None:
    text = reader.get(PATH).content.decode()

    assert [secret for secret in SECRETS if secret in text] == []


def test_pages_lose_and_repeat_nothing(reader: Client, corrected: World) -> None:
    correct(make_forecast("0.5", question=corrected.question), as_of=NOW, quote="half")
    address: Any = f"{PATH}?limit=1"
    there, back = [], ""
    while address:
        body = reader.get(address).json()
        there += body["results"]
        address, back = body["next"], body["previous"]
    before_last = reader.get(back).json()

    assert there == reader.get(PATH).json()["results"]
    assert before_last["results"] == there[1:2]
    assert len(there) == 3


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("kind=forecast", ["forecast"]),
        ("kind=corrected", ["corrected"]),
        ("kind=undone", []),
        ("expert=ada", ["forecast", "corrected"]),
        ("question=storm", []),
        ("expert=ada&question=flood&kind=forecast", ["forecast"]),
    ],
)
def test_corrections_are_narrowed_down(
    reader: Client, corrected: World, query: str, kinds: list[str]
) -> None:
    body = reader.get(f"{PATH}?{query}").json()

    assert [row["kind"] for row in body["results"]] == kinds


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("kind=wrong", "kind"),
        ("expert=adda", "expert"),
        ("expert=%00", "expert"),
        ("question=none", "question"),
        ("cursor=x", "cursor"),
        ("cursor=WyJhdCIsICJ4IiwgMSwgMF0", "cursor"),
        ("cursor=WyJydWxpbmciLCAiMjAyNiIsIDEsIDBd", "cursor"),
        ("cursor=WyJydWxpbmciLCA3LCAxLCAwXQ", "cursor"),
        ("limit=0", "limit"),
        ("ordering=at", "ordering"),
    ],
)
def test_bad_parameter_is_named(reader: Client, world: World, query: str, parameter: str) -> None:
    response = reader.get(f"{PATH}?{query}")

    assert response.status_code == 400
    assert [fault["parameter"] for fault in response.json()["errors"]] == [parameter]
