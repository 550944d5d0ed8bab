"""The fields of an answer by their dotted names: what `fields=` picks from, and CSV's columns."""

from collections.abc import Iterable, Iterator
from typing import Any

from rest_framework import serializers

# Names of fields one within the other: ("skill", "relative").
Path = tuple[str, ...]


def columns_of(serializer: Any) -> tuple[Path, ...]:
    """The innermost fields in their order; lists and free-form objects count as one each."""
    return tuple(_columns(_made(serializer)))


def names_of(columns: Iterable[Path]) -> list[str]:
    """Every name that can be asked for: that of a column, or of a group of them."""
    parts = {path[: n + 1]: None for path in columns for n in range(len(path))}
    return [".".join(path) for path in parts]


def within(columns: Iterable[Path], names: Iterable[str]) -> tuple[Path, ...]:
    """The columns that one of the names means."""
    wanted = [tuple(name.split(".")) for name in names]
    return tuple(path for path in columns if any(path[: len(one)] == one for one in wanted))


def picked(row: dict[str, Any], columns: Iterable[Path]) -> dict[str, Any]:
    """The row with these columns alone; null where a whole group is null."""
    found: dict[str, Any] = {}
    for path in columns:
        _copy(row, found, path)
    return found


def cell(row: Any, path: Path) -> Any:
    """What the row holds there; None where a group around it is null."""
    for name in path:
        if not isinstance(row, dict):
            return None
        row = row.get(name)
    return row


def _columns(serializer: Any, before: Path = ()) -> Iterator[Path]:
    for name, field in serializer.fields.items():
        inner = _made(_described(serializer, field))
        if isinstance(inner, serializers.Serializer):
            yield from _columns(inner, (*before, name))
        else:
            yield (*before, name)


def _described(serializer: Any, field: Any) -> Any:
    """What a method's field is said to hold, else the field itself."""
    if not isinstance(field, serializers.SerializerMethodField):
        return field
    method = getattr(serializer, str(field.method_name))
    return getattr(method, "_spectacular_annotation", {}).get("field", field)


def _made(serializer: Any) -> Any:
    return serializer() if isinstance(serializer, type) else serializer


def _copy(row: dict[str, Any], found: dict[str, Any], path: Path) -> None:
    name, *inner = path
    if name not in row:
        return
    value = row[name]
    if inner and isinstance(value, dict):
        _copy(value, found.setdefault(name, {}), tuple(inner))
    else:
        found[name] = value
