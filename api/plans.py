"""Plans: how a serializer shows a row, found once for its class and not for each row."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import Manager
from django.utils.functional import cached_property
from rest_framework import serializers

from api.times import zulu

Read = Callable[["Shape", Any], Any]
SAME: dict[type[Any], Callable[[Any], Any]] = {
    serializers.CharField: str,
    serializers.URLField: str,
    serializers.IntegerField: int,
    serializers.FloatField: float,
    serializers.DateTimeField: lambda moment: zulu(moment) if moment else None,
}
"""What these fields do, without asking for settings and formats each time."""


class Shape(serializers.Serializer[Any]):
    """A serializer of rows that are read and never written; what it shows is the same, sooner."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """The row as it is answered."""
        return {name: read(self, instance) for name, read in self.plan}

    @cached_property
    def plan(self) -> tuple[tuple[str, Read], ...]:
        """What to read for each field."""
        return _plan_of(type(self), tuple(self.context.get("expanded", ())))

    @cached_property
    def parts(self) -> "Parts":
        """What shows the parts of its rows."""
        return Parts(self.context)


class Parts(dict[type[Shape], Shape]):
    """A serializer of each class that is asked for."""

    def __init__(self, context: dict[str, Any]) -> None:
        super().__init__()
        self.context = context

    def __missing__(self, shape: type[Shape]) -> Shape:
        """Make it, once."""
        made = self[shape] = shape(context=self.context)
        return made


@cache
def _plan_of(shape: type[Shape], expanded: tuple[str, ...]) -> tuple[tuple[str, Read], ...]:
    """What to read for each field. expanded: what the view shows whole, of a few."""
    fields = shape(context={"expanded": expanded}).fields
    return tuple((name, _read(shape, field)) for name, field in fields.items())


def _read(shape: type[Shape], field: Any) -> Read:
    if isinstance(field, serializers.SerializerMethodField):
        method: Read = getattr(shape, str(field.method_name))
        return method
    show, path = _shown_by(field), tuple(field.source_attrs)

    def read(serializer: Shape, row: Any) -> Any:
        value = _at(row, path)
        return None if value is None else show(serializer, value)

    return read


def _shown_by(field: Any) -> Read:
    """How a value is shown that is not null."""
    if isinstance(field, serializers.ListSerializer) and isinstance(field.child, Shape):
        part = type(field.child)
        return lambda outer, rows: list(map(outer.parts[part].to_representation, _rows(rows)))
    if isinstance(field, Shape):
        whole = type(field)
        return lambda outer, row: outer.parts[whole].to_representation(row)
    show = SAME.get(type(field), field.to_representation)
    return lambda _, value: show(value)


def _rows(value: Any) -> Any:
    return value.all() if isinstance(value, Manager) else value


def _at(row: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        row = row[name] if isinstance(row, dict) else getattr(row, name)
        if callable(row) and not isinstance(row, Manager):
            row = row()
    return row
