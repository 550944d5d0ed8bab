"""Answers as CSV and as JSON Lines: a row or a line for each thing."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer
from rest_framework.utils.encoders import JSONEncoder

from api.columns import Path, cell
from forecasts.exports.fields import guarded


class RowsRenderer(BaseRenderer):
    """Writes the rows of a list, or the one thing that was asked for."""

    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The rows, encoded."""
        view = (renderer_context or {})["view"]
        rows = data["results"] if view.is_list else [data]
        return self.written(rows, view.columns).encode()

    def written(self, rows: Iterable[dict[str, Any]], columns: tuple[Path, ...]) -> str:
        """The rows as text."""
        raise NotImplementedError


class CsvRenderer(RowsRenderer):
    """A header of dotted names, then a row for each; lists stand in their cells as JSON."""

    media_type = "text/csv"
    format = "csv"

    def written(self, rows: Iterable[dict[str, Any]], columns: tuple[Path, ...]) -> str:
        """The table, by RFC 4180."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(".".join(path) for path in columns)
        writer.writerows([_plain(cell(row, path)) for path in columns] for row in rows)
        return text.getvalue()


class JsonLinesRenderer(RowsRenderer):
    """One JSON object on each line."""

    media_type = "application/jsonl"
    format = "jsonl"

    def written(self, rows: Iterable[dict[str, Any]], columns: tuple[Path, ...]) -> str:
        """The lines."""
        return "".join(f"{_json(row)}\n" for row in rows)


def _plain(value: Any) -> str | int | float:
    """A cell: nothing for null, true and false as in JSON, text that is never a formula."""
    match value:
        case None:
            return ""
        case bool() | list() | dict():
            return _json(value)
        case int() | float():
            return value
    return guarded(str(value))


def _json(value: Any) -> str:
    return json.dumps(
        value, cls=JSONEncoder, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
