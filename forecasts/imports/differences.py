"""What a file says of a row otherwise than the row itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from forecasts.imports.shapes import KEY, text_of
from forecasts.models import Amendment, Question

LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Change:
    """What a column says, and what it would say. before: empty for a new row."""

    column: str
    before: str
    after: str


def differences(row: Model, values: Mapping[str, Any]) -> list[Change]:
    """Where the values differ from a row that is there."""
    return [
        Change(name, _cut(_known(row, name)), _cut(value))
        for name, value in values.items()
        if not _is_same(row, name, value, values)
    ]


def contents(values: Mapping[str, Any]) -> list[Change]:
    """The values of a new row, but for those that are empty."""
    return [Change(name, "", text) for name, value in values.items() if (text := _cut(value))]


def _cut(value: Any) -> str:
    text = text_of(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _known(row: Model, name: str) -> Any:
    if name == "topics":
        return tuple(row.topics.all())  # type: ignore[attr-defined]  # a question
    if name == "aliases":
        return tuple(alias.name for alias in row.aliases.all())  # type: ignore[attr-defined]
    return getattr(row, name)


def _is_same(row: Model, name: str, value: Any, values: Mapping[str, Any]) -> bool:
    known = _known(row, name)
    if name == "topics":
        return set(known) == set(value)
    if name == "aliases":
        # None is ever taken away.
        return set(value) <= set(known)
    if name == "links":
        return list(known) == list(value)
    if name in {"low", "high"} and value is None:
        # A number without a range is a range of its own.
        return bool(known == values.get("probability", known))
    if name == KEY and not value:
        return True
    return bool(known == value) or (isinstance(row, Question) and value in _said_before(row, name))


def _said_before(question: Question, name: str) -> set[Any]:
    """What amendments have changed since."""
    earlier = {one.before for one in question.amendments.all() if one.field == name}
    is_deadline = name == Amendment.Field.DEADLINE
    return {datetime.fromisoformat(one) for one in earlier} if is_deadline else set(earlier)
