"""Fields of what is written: exactly what the column holds, and nothing that could be meant."""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Field, Model
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import build_choice_field
from rest_framework import serializers

from api.parameters import instant
from forecasts.models.fields import validate_readable

MOST_PLACES = 6
NUMBER = re.compile(r"-?[0-9]{1,4}(\.[0-9]{1,30})?", re.ASCII)
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,100}", re.ASCII)
LARGEST_ID = 2**63 - 1
TIME = "Give a time with its zone: 2026-03-01T12:00:00Z."
DEADLINE = "Give a date such as 2026-03-01, whose end is meant, or a time with its zone."
PROBABILITY = "A probability is a number from 0 to 1 with at most six decimals."


class Input(serializers.Field[Any, Any, Any, Any]):
    """A field with its schema beside it."""

    schema: Mapping[str, Any] = {}

    def __init__(self, **kwargs: Any) -> None:
        # To leave something out and to say null is the same.
        kwargs.setdefault("allow_null", not kwargs.get("required", True))
        super().__init__(**kwargs)

    def refuse(self, why: str, code: str = "invalid") -> serializers.ValidationError:
        """What to raise."""
        return serializers.ValidationError(why, code=code)


class InputExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # as shipped
    """How the OpenAPI document describes them."""

    target_class = "api.serializers.input_fields.Input"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """As the field says."""
        return deepcopy(dict(self.target.schema))


class Column(Input):
    """Text as a column takes it: its length, its choices, its validators."""

    def __init__(
        self, model: type[Model], name: str, *, is_filled: bool = False, **kwargs: Any
    ) -> None:
        column: Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
        self.column = column
        self.is_filled = is_filled or not column.blank
        kwargs.setdefault("required", self.is_filled and not column.has_default())
        kwargs.setdefault("help_text", str(column.help_text))
        super().__init__(**kwargs)
        self.choices = [str(key) for key, _ in column.choices or ()]
        self.schema = {"type": "string"} | self._bounds()

    def _bounds(self) -> dict[str, Any]:
        if self.choices:
            # The same schema as that of what is read.
            found: dict[str, Any] = build_choice_field(
                serializers.ChoiceField(choices=list(self.column.choices or ()))
            )
            return found
        most = self.column.max_length
        least = {"minLength": 1} if self.is_filled else {}
        return least | ({"maxLength": most} if most else {})

    def to_internal_value(self, data: Any) -> Any:
        """The text as it is stored."""
        if not isinstance(data, str):
            raise self.refuse("This has to be text.")
        if self.choices and data not in self.choices:
            raise self.refuse(f"This has to be one of: {', '.join(self.choices)}.", "choice")
        if not data and self.is_filled:
            raise self.refuse("This cannot be empty.", "blank")
        # A direction character would disguise an address, which is no text to its column.
        validate_readable(data)
        return self.column.clean(data, None)


class Instant(Input):
    """A time with its zone."""

    schema = {"type": "string", "format": "date-time"}

    def to_internal_value(self, data: Any) -> datetime:
        """The moment in UTC."""
        if not isinstance(data, str) or len(data) <= len("2026-03-01") or len(data) > 40:
            raise self.refuse(TIME)
        return self._read(data, TIME)

    def _read(self, data: str, wanted: str) -> datetime:
        try:
            return instant(data)
        except OverflowError as error:
            raise self.refuse(wanted) from error
        except ValueError as error:
            said = str(error)
            raise self.refuse(said if said.startswith("Times lie") else wanted) from error


class Deadline(Instant):
    """A time with its zone, or a date, of which the end is meant: 24:00 UTC."""

    schema = {
        "type": "string",
        "anyOf": [{"format": "date-time"}, {"format": "date"}],
    }

    def to_internal_value(self, data: Any) -> datetime:
        """The moment in UTC."""
        if not isinstance(data, str) or len(data) > 40:
            raise self.refuse(DEADLINE)
        is_date = len(data) == len("2026-03-01")
        moment = self._read(data, DEADLINE)
        return moment + timedelta(days=1) if is_date else moment.astimezone(UTC)


class Probability(Input):
    """A number from 0 to 1, or the same as text, where a float would round."""

    schema = {
        "oneOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$"},
        ]
    }

    def to_internal_value(self, data: Any) -> Decimal:
        """The exact number."""
        if isinstance(data, bool) or not isinstance(data, int | float | str):
            raise self.refuse(PROBABILITY)
        text = data if isinstance(data, str) else _plain(data)
        if not NUMBER.fullmatch(text):
            raise self.refuse(PROBABILITY)
        number = Decimal(text)
        places = -int(number.normalize().as_tuple().exponent)
        if not 0 <= number <= 1 or places > MOST_PLACES:
            raise self.refuse(PROBABILITY)
        return abs(number)  # there is a zero below zero


def _plain(number: float) -> str:
    """A number in digits; of huge ones, something that is no probability either."""
    return f"{Decimal(repr(number)):f}" if abs(number) <= 1 else "2"


class Yes(Input):
    """True or false."""

    schema = {"type": "boolean"}

    def to_internal_value(self, data: Any) -> bool:
        """Nothing that only stands for one."""
        if not isinstance(data, bool):
            raise self.refuse("This has to be true or false.")
        return data


class Count(Input):
    """A whole number within bounds."""

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most
        self.schema = {"type": "integer", "minimum": least, "maximum": most}

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if isinstance(data, bool) or not isinstance(data, int):
            raise self.refuse("This has to be a whole number.")
        if not self.least <= data <= self.most:
            raise self.refuse(f"This lies between {self.least} and {self.most}.")
        return int(data)


class Named(Input):
    """A row that is recorded already, by its slug or its id.

    The context's `named` has those that the body names, read at once: see `gathered`.
    """

    def __init__(self, model: type[Model], key: str = "slug", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model, self.key = model, key
        is_slug = key == "slug"
        self.schema = {"type": "string" if is_slug else "integer"}
        self.wanted = f"the {key} of a {model._meta.verbose_name}"

    def given(self, data: Any) -> list[Any]:
        """What names rows in it."""
        return [data]

    def key_of(self, data: Any) -> str | int | None:
        """What can be looked for in the database; None of anything else."""
        if self.key == "slug":
            return data if isinstance(data, str) and SLUG.fullmatch(data) else None
        is_id = isinstance(data, int) and not isinstance(data, bool)
        return data if is_id and 0 < data <= LARGEST_ID else None

    def to_internal_value(self, data: Any) -> Model:
        """The row."""
        return self.row_of(data, self.context["named"])

    def row_of(self, data: Any, named: Mapping[tuple[type[Model], str | int], Model]) -> Model:
        """The one of these rows that the body means. Raises ValidationError."""
        key = self.key_of(data)
        if key is None:
            raise self.refuse(f"This has to be {self.wanted}.")
        found = named.get((self.model, key))
        if found is None:
            name = f'"{key}"' if isinstance(key, str) else key
            raise self.refuse(f"There is no {self.model._meta.verbose_name} {name}.", "unknown")
        return found


class NamedList(Input):
    """Rows that are recorded already, each once."""

    def __init__(self, model: type[Model], most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most, self.one = most, Named(model)
        self.schema = {"type": "array", "items": self.one.schema, "maxItems": most}

    def given(self, data: Any) -> list[Any]:
        """What names rows in it."""
        return data[: self.most] if isinstance(data, list) else []

    def to_internal_value(self, data: Any) -> list[Model]:
        """The rows."""
        if not isinstance(data, list) or len(data) > self.most:
            raise self.refuse(f"This has to be a list of at most {self.most}.")
        found, faults = [], {}
        for number, value in enumerate(data):
            try:
                found.append(self.one.row_of(value, self.context["named"]))
            except serializers.ValidationError as error:
                faults[str(number)] = error.detail
        if faults:
            raise serializers.ValidationError(faults)
        return list(dict.fromkeys(found))


def gathered(
    fields: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]
) -> dict[tuple[type[Model], str | int], Model]:
    """The rows that these name, in one query for each kind: by model and key."""
    wanted: dict[tuple[type[Model], str], set[str | int]] = {}
    for row in rows:
        for name, field in fields.items():
            if isinstance(field, Named | NamedList):
                one = field if isinstance(field, Named) else field.one
                keys = wanted.setdefault((one.model, one.key), set())
                keys |= {key for key in map(one.key_of, field.given(row.get(name))) if key}
    return {
        (model, getattr(found, column)): found
        for (model, column), keys in wanted.items()
        for found in model._default_manager.filter(**{f"{column}__in": keys})
    }
