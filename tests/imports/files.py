"""Files to import, and importing them."""

import csv
import json
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

from forecasts.imports.reports import Report
from forecasts.imports.rows import Format
from forecasts.models import Role, User
from forecasts.services.imports import import_file
from tests.factories import AFTER, make_user

EXPERT = {"external_id": "e1", "slug": "ada", "name": "Ada"}
SOURCE = {
    "external_id": "s1",
    "outlet": "The Paper",
    "title": "An interview",
    "url": "https://paper.example/1",
    "published_at": "2026-01-02T08:00:00Z",
    "date_basis": "printed",
}
QUESTION = {
    "external_id": "q1",
    "slug": "rain",
    "title": "Will it rain?",
    "resolution_criteria": "It rains.",
    "deadline": "2026-03-01",
}
FORECAST = {
    "external_id": "f1",
    "expert": "ada",
    "question": "rain",
    "source": "s1",
    "basis": "stated",
    "stated_at": "2026-01-02",
    "quote": "70 per cent",
    "probability": "0.7",
}
STATEMENT = {
    "external_id": "u1",
    "source": "s1",
    "expert": "ada",
    "quote": "Things will change.",
    "reason": "no_threshold",
}
WORLD = {
    "experts": EXPERT,
    "sources": SOURCE,
    "questions": QUESTION,
    "forecasts": FORECAST,
    "unscorable_statements": STATEMENT,
}


def csv_file(*rows: dict[str, Any]) -> bytes:
    """The rows as CSV; a cell that a row has not is empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = StringIO()
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def json_lines(rows: Iterable[Any]) -> bytes:
    """A line for each."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def take_in(
    table: str,
    content: bytes | dict[str, Any],
    *,
    format_: Format = Format.CSV,
    by: User | None = None,
    as_of: datetime = AFTER,
    **options: Any,
) -> Report:
    """Import a file, or a single row as CSV."""
    given = csv_file(content) if isinstance(content, dict) else content
    return import_file(
        table=table,
        stream=BytesIO(given),
        format_=format_,
        by=by or make_user(Role.CODER),
        as_of=as_of,
        **options,
    )


def take_in_world() -> None:
    """One row of each table."""
    for table, row in WORLD.items():
        assert take_in(table, row).is_kept, table


def faults_of(report: Report) -> list[tuple[int, str, str]]:
    """Where something is wrong, and why."""
    return [(fault.line, fault.column, fault.reason) for fault in report.faults]
