"""The worked example of docs/scoring.md, recomputed from the document itself."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forecasts.scoring import TrackRecords, to_ppm
from tests.scoring.singles import score_track_record

DOCUMENT = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")
EXAMPLE = DOCUMENT.partition("## A worked example")[2]


def table(header: str) -> list[list[str]]:
    """Return the cells of the rows below a header."""
    lines = EXAMPLE.partition(header)[2].splitlines()[2:]
    rows = lines[: lines.index("")] if "" in lines else lines
    return [[cell.strip(" `") for cell in row.strip("|").split(" | ")] for row in rows]


def example() -> TrackRecords:
    rows = []
    for question, row in enumerate(table("| cluster | deadline | said | allows | came |")):
        cluster, deadline, said, allows, came = row
        low, high = (to_ppm(bound) for bound in allows.split("\N{EN DASH}"))
        outcome = {"yes": 1, "no": 0}[came]
        rows.append((to_ppm(said), low, high, outcome, ord(cluster), 0, int(deadline), question))
    return TrackRecords.of_one(rows)


def at(summary: dict[str, Any], name: str) -> Any:
    for key in name.split("."):
        summary = summary[key]
    return summary


def names(summary: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in summary.items():
        if isinstance(value, dict) and key != "undefined":
            yield from names(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


@pytest.mark.parametrize(("name", "shown"), [row[::2] for row in table("| field | by hand |")])
def test_number_worked_by_hand_is_the_number_computed(name: str, shown: str) -> None:
    summary = score_track_record(example(), band=False)

    value = json.loads(shown)
    is_exact = isinstance(value, str | int)
    assert at(summary, name) == (value if is_exact else pytest.approx(value, rel=0, abs=6e-6))


def test_example_is_read_whole() -> None:
    record = example()

    n_numbers = len(table("| field | by hand |"))
    assert (record.ppm.size, n_numbers) == (8, 35)


def test_document_explains_every_field() -> None:
    summary = score_track_record(example())

    explained = set(re.findall(r"`([a-z0-9_.]+)`", DOCUMENT))
    assert set(names(summary)) <= explained


def test_document_explains_every_column_of_the_tables() -> None:
    summary = score_track_record(example())

    explained = set(re.findall(r"`([a-z0-9_.]+)`", DOCUMENT))
    rows = (summary["bins"][0], summary["values"][0], summary["corp"]["curve"][0])
    assert {name for row in rows for name in row} | {"x", "lower", "upper"} <= explained
