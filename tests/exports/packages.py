"""Export files for tests, and how to read them."""

import csv
import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from forecasts.exports.fields import guarded
from forecasts.models import Expert
from forecasts.services.codings import record_coding
from forecasts.services.expert_records import edit_expert
from forecasts.services.exports import write_now
from forecasts.services.merges import merge_experts, undo_merge
from forecasts.services.scorecards import draw_scorecards, recompute_scorecards
from forecasts.services.statements import record_unscorable_statement
from tests.factories import make_article, make_forecast
from tests.forecasts.disputes import decide, make_open_dispute
from tests.forecasts.worlds import World

N_STEPS = 150


def make_history() -> World:
    """Forecasts, codings, rulings and corrections in any order, and two disputes."""
    world = World(Random(5))
    for _ in range(N_STEPS):
        world.step()
    make_open_dispute(world.experts[0], text="=1+1")
    _rename(world)
    decide(make_open_dispute(world.questions[0]))
    worded = make_forecast(None, by=world.coders[0], as_of=world.now)
    low, mid, high = map(Decimal, (".2", ".3", ".4"))
    record_coding(
        forecast=worded, coder=world.coders[0], low=low, mid=mid, high=high, as_of=world.now
    )
    record_unscorable_statement(
        source=make_article(
            "Ada said it will probably rain. =may.", by=world.coders[0], as_of=world.now
        ).source,
        quote="=may",
        reason="no_threshold",
        expert=worded.expert,
        by=world.coders[0],
        as_of=world.now,
    )
    _merge(world)
    while recompute_scorecards(as_of=world.now):
        pass
    while draw_scorecards():
        pass
    return world


def _merge(world: World) -> None:
    """Of whom the steps have left."""
    one, other, third = Expert.objects.current().order_by("-pk")[:3]
    given: dict[str, Any] = {"by": world.lead, "as_of": world.now, "reason": "+One"}
    undo_merge(merge=merge_experts(expert=one, into=other, **given), **given)
    merge_experts(expert=other, into=third, **given)


def _rename(world: World) -> None:
    expert = world.experts[1]
    expert.name = "Renamed"
    edit_expert(expert=expert, by=world.coders[0], as_of=world.now)


def package_in(folder: Path, *, as_of: datetime) -> dict[str, Any]:
    """Write the files; returns their description."""
    write_now(folder, as_of=as_of)
    return description_of(folder)


def description_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "datapackage.json").read_text())
    return found


def lines_in(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON Lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def rows_in(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, as text."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def said(cell: str) -> str:
    """What was said, where the cell may have a mark before it."""
    without = cell.removeprefix("'")
    return without if cell != without and guarded(without) == cell else cell


def _flag(cell: str) -> bool:
    return {"true": True, "false": False}[cell]


CASTS: dict[str, Callable[[str], Any]] = {
    "string": said,
    "integer": int,
    "number": float,
    "boolean": _flag,
    "array": json.loads,
    "datetime": said,
}


def cast_rows(path: Path, fields: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The rows of a CSV file as the types of its schema have them."""
    casts = {field["name"]: CASTS[field["type"]] for field in fields}
    return [
        {name: casts[name](cell) if cell else None for name, cell in row.items()}
        for row in rows_in(path)
    ]
