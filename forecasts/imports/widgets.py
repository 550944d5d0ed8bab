"""Reads cells as the columns of records take them; what cannot be meant is refused with a reason.

Cells are text in CSV, and text, numbers, truth values and lists in JSON. Widgets of
django-import-export, of which none guesses.
"""

import json
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Field, Model
from import_export.widgets import Widget

from forecasts.imports.rows import shown
from forecasts.models.fields import validate_readable
from forecasts.selectors.columns import instant as moment_of
from forecasts.track_files.times import deadline, instant

MOST_PLACES = 6
MOST_LISTED = 50
NUMBER = re.compile(r"-?[0-9]{1,4}(\.[0-9]{1,30})?", re.ASCII)
WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
TRUTHS = {"true": True, "false": False}


class CellWidget(Widget):  # type: ignore[misc]  # ships no types
    """A cell; empty means nothing was said, and gives `empty`."""

    empty: Any = ""
    is_required = False

    def clean(self, value: Any, row: Any = None, **_: Any) -> Any:
        """The value of a cell. Raises ValueError and ValidationError."""
        if value is None or value == "":
            if self.is_required:
                msg = "this cannot be empty"
                raise ValueError(msg)
            return self.empty
        return self.read(value)

    def read(self, value: Any) -> Any:
        """The value of a cell that is not empty."""
        raise NotImplementedError

    def column_of(self, model: type[Model], name: str) -> "CellWidget":
        """The widget as it fits a column."""
        return self


class TextCell(CellWidget):
    """Text as its column takes it: its length, its choices, its validators."""

    column: "Field[Any, Any]"

    def column_of(self, model: type[Model], name: str) -> CellWidget:
        """With the column's own rules; a default stands where nothing is said."""
        self.column = model._meta.get_field(name)
        self.is_required = not self.column.blank and not self.column.has_default()
        self.empty = self.column.get_default() if self.column.has_default() else ""
        return self

    def read(self, value: Any) -> Any:
        """The text as it is stored."""
        if not isinstance(value, str):
            raise ValueError(f"{shown(value)} is no text")  # noqa: TRY004  (of the cell)
        choices = [str(key) for key, _ in self.column.choices or ()]
        if choices and value not in choices:
            msg = f"{shown(value)} is none of {', '.join(choices)}"
            raise ValueError(msg)
        # A direction character would disguise an address, which is no text to its column.
        validate_readable(value)
        return self.column.clean(value, None)


class MomentCell(CellWidget):
    """A time with its zone, or a date."""

    empty = None
    is_end = False

    def __init__(self, *, is_required: bool = True) -> None:
        super().__init__()
        self.is_required = is_required

    def read(self, value: Any) -> datetime:
        """The moment; of a bare date its beginning, and of a deadline its end."""
        if not isinstance(value, str):
            raise ValueError(f"{shown(value)} is not a time")  # noqa: TRY004  (of the cell)
        parse = deadline if self.is_end else instant
        try:
            return moment_of(parse(value))
        except OverflowError as error:
            raise ValueError(f"{shown(value)} is not a time") from error


class DeadlineCell(MomentCell):
    """A time with its zone, or a date, whose end is meant: 24:00 UTC."""

    is_end = True


class ProbabilityCell(CellWidget):
    """A number from 0 to 1, exactly as it is written."""

    empty = None

    def read(self, value: Any) -> Decimal:
        """The number; 70, 1e400 and NaN are none."""
        text = str(value).strip()
        is_number = not isinstance(value, bool) and NUMBER.fullmatch(text)
        number = Decimal(text) if is_number else Decimal(-1)
        if not 0 <= number <= 1 or -int(number.normalize().as_tuple().exponent) > MOST_PLACES:
            msg = f"{shown(value)} is no probability: a number from 0 to 1 with up to six decimals"
            raise ValueError(msg)
        return abs(number)  # there is a zero below zero


class CountCell(CellWidget):
    """A whole number between two others."""

    def __init__(self, least: int, most: int, empty: int | None) -> None:
        super().__init__()
        self.least, self.most, self.empty = least, most, empty

    def read(self, value: Any) -> int:
        """The number."""
        text = str(value).strip()
        if isinstance(value, bool) or not WHOLE.fullmatch(text):
            msg = f"{shown(value)} is no whole number"
            raise ValueError(msg)
        if not self.least <= int(text) <= self.most:
            msg = f"{text} does not lie between {self.least} and {self.most}"
            raise ValueError(msg)
        return int(text)


class TruthCell(CellWidget):
    """True or false."""

    def __init__(self, *, empty: bool) -> None:
        super().__init__()
        self.empty = empty

    def read(self, value: Any) -> bool:
        """Which of the two."""
        found = value if isinstance(value, bool) else TRUTHS.get(str(value).strip().lower())
        if found is None:
            msg = f"{shown(value)} is neither true nor false"
            raise ValueError(msg)
        return found


class ListCell(CellWidget):
    """Texts: a list in JSON, or with semicolons between them."""

    empty: Any = ()

    def __init__(self, each: "Field[Any, Any] | None" = None) -> None:
        super().__init__()
        self.each = each

    def read(self, value: Any) -> tuple[str, ...]:
        """The texts, each once, in their order."""
        found = value if isinstance(value, list) else self._split(str(value))
        if not all(isinstance(one, str) and one for one in found):
            msg = f"{shown(value)} is no list of texts"
            raise ValueError(msg)
        if len(found) > MOST_LISTED:
            msg = f"it has more than {MOST_LISTED} entries"
            raise ValueError(msg)
        return tuple(dict.fromkeys(map(self._cleaned, found)))

    def _cleaned(self, text: str) -> str:
        validate_readable(text)
        return text if self.each is None else str(self.each.clean(text, None))

    def _split(self, text: str) -> list[Any]:
        if not text.startswith("["):
            return [part for one in text.split(";") if (part := one.strip())]
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{shown(text)} is no list in JSON") from error
        return found if isinstance(found, list) else []
