"""The same answer in other forms, in part, and with more."""

import csv
import io
import json
import re
from typing import Any

import pytest
from django.test import Client

from tests.api.worlds import World
from tests.factories import make_expert, make_forecast, make_question
from tests.queries import counted_queries

LISTS = (
    "experts/",
    "forecasts/",
    "questions/",
    "sources/",
    "topics/",
    "lexicons/",
    "unscorable-statements/",
    "leaderboard/",
    "corrections/",
    "disputes/",
    "experts/ada/forecasts/",
)
SINGLES = ("experts/ada/", "experts/ada/scores/", "questions/flood/", "reviewing/", "ledger/head/")


def get(reader: Client, path: str, **headers: str) -> Any:
    return reader.get(f"/api/v1/{path}", headers=headers)


def table(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def leaves(value: Any, before: str = "") -> dict[str, Any]:
    """The innermost values by their dotted names; lists count as one."""
    found: dict[str, Any] = {}
    for name, inner in value.items():
        if isinstance(inner, dict) and name != "undefined":
            found |= leaves(inner, f"{before}{name}.")
        else:
            found[before + name] = inner
    return found


@pytest.mark.parametrize("path", LISTS)
def test_lines_are_the_rows_of_the_list(reader: Client, world: World, path: str) -> None:
    rows = get(reader, path).json()["results"]

    by_name = get(reader, f"{path}?format=jsonl")
    by_header = get(reader, path, accept="application/jsonl")

    assert [json.loads(line) for line in by_name.content.splitlines()] == rows
    assert by_name.content == by_header.content
    assert by_name.headers["Content-Type"] == "application/jsonl; charset=utf-8"


@pytest.mark.parametrize("path", [*LISTS, *SINGLES])
def test_table_holds_every_value_of_json(reader: Client, world: World, path: str) -> None:
    body = get(reader, path).json()
    rows = body["results"] if path in LISTS else [body]

    response = get(reader, path, accept="text/csv")

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    found = table(response)
    assert len(found) == len(rows)
    for cells, row in zip(found, rows, strict=True):
        for name, value in leaves(row).items():
            assert name in cells or value is None, name
            if name in cells:
                assert cells[name] == written(value), name


def written(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool() | list() | dict():
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        case _:
            return str(value)


def test_header_stands_over_an_empty_table(reader: Client, db: None) -> None:
    response = get(reader, "questions/?format=csv")

    header = response.content.decode().strip().split(",")
    assert header[:3] == ["slug", "title", "state"]
    assert "ruling.answer" in header


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\u202e=1", "=cmd|'/c calc'!A1"])
def test_text_in_a_table_is_never_a_formula(reader: Client, db: None, name: str) -> None:
    make_expert(slug="sheet", name="Sheet", affiliation=name)

    rows = table(get(reader, "experts/?format=csv"))
    row = next(row for row in rows if row["slug"] == "sheet")

    assert row["affiliation"].lstrip("'") == name
    assert not row["affiliation"].startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize(
    ("name", "cell"), [("'=1", "''=1"), ("''+1", "'''+1"), ("'quoted'", "'quoted'"), ("=1", "'=1")]
)
def test_mark_before_a_formula_can_be_taken_away(
    reader: Client, db: None, name: str, cell: str
) -> None:
    make_expert(slug="sheet", name="Sheet", affiliation=name)

    rows = table(get(reader, "experts/?format=csv"))

    assert [row["affiliation"] for row in rows if row["slug"] == "sheet"] == [cell]


@pytest.mark.parametrize("path", ["questions/", "forecasts/"])
def test_next_page_of_a_table_stands_in_the_link(reader: Client, world: World, path: str) -> None:
    rows, address = [], f"/api/v1/{path}?format=csv&limit=1"
    while address:
        response = reader.get(address)
        rows += table(response)
        found = re.search('<([^>]*)>; rel="next"', response.get("Link", ""))
        address = found[1] if found else ""

    key = "slug" if path == "questions/" else "id"
    shown = [str(row[key]) for row in get(reader, path).json()["results"]]
    assert [row[key] for row in rows] == shown


def test_only_the_fields_asked_for_are_shown(reader: Client, world: World) -> None:
    body = get(reader, "questions/?fields=slug,ruling.answer").json()

    assert body["results"] == [
        {"slug": "flood", "ruling": {"answer": "yes"}},
        {"slug": "storm", "ruling": None},
        {"slug": "dam", "ruling": None},
    ]
    assert body.keys() == {"next", "previous", "results"}


def test_fields_of_a_single_thing_are_picked_too(reader: Client, world: World) -> None:
    whole = get(reader, "experts/ada/scores/").json()

    body = get(reader, "experts/ada/scores/?fields=n,brier,expert.slug").json()

    assert body == {"n": whole["n"], "brier": whole["brier"], "expert": {"slug": "ada"}}


def test_columns_are_the_fields_asked_for(reader: Client, world: World) -> None:
    response = get(reader, "questions/?format=csv&fields=ruling.answer,slug")

    assert response.content.decode().splitlines() == [
        "slug,ruling.answer",
        "flood,yes",
        "storm,",
        "dam,",
    ]


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("fields=slog", '"fields" cannot be "slog"; did you mean "slug"?'),
        ("fields=slug,", '"fields" cannot be ""; none of the'),
        ("fields=", '"fields" is empty; give a value, or leave it out.'),
        ("format=cvs", '"format" cannot be "cvs"; did you mean "csv"?'),
        ("format=xml", '"format" cannot be "xml"; there are csv, json, jsonl.'),
        ("fields=slug&fields=title", '"fields" is given 2 times; give it once.'),
        ("expand=expert", 'There is no parameter "expand";'),
    ],
)
def test_unknown_shape_is_refused(reader: Client, world: World, query: str, detail: str) -> None:
    response = get(reader, f"questions/?{query}")

    assert response.status_code == 400
    assert detail in response.json()["detail"]


def test_whole_rows_stand_in_the_place_of_brief_ones(reader: Client, world: World) -> None:
    (row, *_) = get(reader, "forecasts/?expand=expert,question,source&question=flood").json()[
        "results"
    ]

    expert, question = (get(reader, path).json() for path in ("experts/ada/", "questions/"))
    assert row["expert"] == expert
    assert row["question"] == next(one for one in question["results"] if one["slug"] == "flood")
    assert row["source"] == get(reader, "sources/").json()["results"][0]


def test_unknown_expansion_is_refused(reader: Client, world: World) -> None:
    response = get(reader, "forecasts/?expand=questions")

    assert response.status_code == 400
    assert response.json()["errors"][0]["suggestion"] == "question"


def test_expanded_lists_cost_the_same_for_3_as_for_30(reader: Client, world: World) -> None:
    path = "/api/v1/forecasts/?expand=expert,question,source&limit=200"

    def grow(n: int) -> None:
        for _ in range(n):
            make_forecast("0.7", question=make_question(), expert=make_expert())

    def n_queries() -> int:
        with counted_queries() as made:
            assert reader.get(path).status_code == 200
        return len(made)

    grow(3)
    few = n_queries()
    grow(27)

    assert few == n_queries() == 8


def test_forecast_has_an_address_of_its_own(reader: Client, world: World) -> None:
    for row in get(reader, "forecasts/?include=superseded").json()["results"]:
        assert get(reader, f"forecasts/{row['id']}/").json() == row
    assert get(reader, "forecasts/999999/").status_code == 404
    assert get(reader, f"forecasts/{2**70}/").status_code == 404


def test_head_answers_as_get_in_every_form(reader: Client, world: World) -> None:
    for form in ("json", "csv", "jsonl"):
        path = f"/api/v1/questions/?format={form}"
        got, head = reader.get(path), reader.head(path)

        assert head.content == b""
        assert head.headers["ETag"] == got.headers["ETag"]
        assert "Accept" in got.headers["Vary"]
