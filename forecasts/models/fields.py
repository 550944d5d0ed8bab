"""Columns that refuse what no record may hold."""

import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
MAX_TEXT = 20_000
LINE_BREAKS = "\n\r\t"
# Marks that join letters in Persian and Indic scripts and in emoji, and so belong to text.
JOINERS = "\u200c\u200d"


def validate_readable(value: str) -> None:
    """Refuse control, bidirectional-override and unassigned characters."""
    if value.isprintable():  # nearly always, and much faster
        return
    for character in value:
        if character in LINE_BREAKS or character in JOINERS:
            continue
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            msg = "The character U+%(code)04X cannot be stored in a text."
            raise ValidationError(msg, code="unreadable", params={"code": ord(character)})


def validate_single_line(value: str) -> None:
    """Refuse line breaks: names and titles go into mail headers."""
    if any(character in value for character in LINE_BREAKS):
        msg = "This has to be a single line."
        raise ValidationError(msg, code="line_break")


def validate_instant(value: datetime) -> None:
    """Refuse times that no source can have."""
    if not EARLIEST <= value <= LATEST:
        msg = "Times lie between the years 1990 and 2200."
        raise ValidationError(msg, code="instant")


def validate_finite(value: Decimal) -> None:
    """Refuse NaN and infinity, which compare as neither too small nor too large."""
    if not value.is_finite():
        msg = "This has to be a number."
        raise ValidationError(msg, code="not_finite")


def unique_where_given(name: str, column: str = "external_id") -> models.UniqueConstraint:
    """No two rows with the same text in a column that may be empty."""
    return models.UniqueConstraint(
        fields=(column,), condition=~models.Q((column, "")), name=f"{name}_{column}_once"
    )


class LineField(models.CharField[str, str]):
    """One line of readable text in Unicode normal form C."""

    default_validators = [validate_readable, validate_single_line]

    def to_python(self, value: Any) -> Any:
        """Normalized, so that equal-looking names are equal."""
        value = super().to_python(value)
        return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


class ExternalIdField(LineField):
    """What a row is called where it comes from: an import knows it again by this."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As a LineField that may be empty."""
        kwargs |= {"max_length": 200, "blank": True, "default": ""}
        kwargs.setdefault("help_text", "What it is called where it comes from; unique, or empty.")
        super().__init__(*args, **kwargs)


class ProseField(models.TextField[str, str]):
    """Readable text of any number of lines, at most 20,000 characters."""

    default_validators = [validate_readable]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As a TextField, with a limit."""
        kwargs.setdefault("max_length", MAX_TEXT)
        super().__init__(*args, **kwargs)
        self.validators.append(models.CharField(max_length=self.max_length).validators[-1])

    def to_python(self, value: Any) -> Any:
        """Normalized, with one kind of line break."""
        value = super().to_python(value)
        if not isinstance(value, str):
            return value
        return unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip()


class InstantField(models.DateTimeField[Any, Any]):
    """A moment between 1990 and 2200."""

    default_validators = [validate_instant]


class ProbabilityField(models.DecimalField[Any, Any]):
    """A probability in [0, 1] with at most six decimals, never per cent."""

    default_validators = [validate_finite, MinValueValidator(0), MaxValueValidator(1)]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fixes the precision."""
        kwargs.update(max_digits=7, decimal_places=6)
        super().__init__(*args, **kwargs)
