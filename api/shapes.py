"""In which form an answer comes, and how much of it: `format=`, `fields=`, `expand=`."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import get_script_prefix, reverse
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from api.columns import Path, names_of, within
from api.parameters import choice, unknown_choice
from api.plans import Shape
from api.problems import InvalidParametersError

MAX_NAMES = 200
# Stand where the keys will, while an address is looked up.
HIDDEN_TEXT, HIDDEN_NUMBER = "key-to-come", 987_654_321


class Negotiation(DefaultContentNegotiation):
    """By the Accept header, or by `format=`, which goes before it."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer and its media type. Raises InvalidParametersError, NotAcceptable."""
        given = request.query_params.get("format")
        if given is not None:
            by_format = {str(one.format): one for one in renderers}
            renderer = by_format[choice("format", given, by_format)]
            return renderer, str(renderer.media_type)
        found: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        return found


def read_columns(query: QueryDict, columns: tuple[Path, ...]) -> tuple[Path, ...]:
    """The columns that `fields=` leaves, in their usual order. Raises InvalidParametersError."""
    given = query.get("fields")
    return columns if given is None else within(columns, _names("fields", given, names_of(columns)))


def read_expanded(query: QueryDict, expandable: Collection[str]) -> tuple[str, ...]:
    """What `expand=` names. Raises InvalidParametersError."""
    given = query.get("expand")
    return () if given is None else _names("expand", given, expandable)


def _names(parameter: str, given: str, known: Collection[str]) -> tuple[str, ...]:
    names = list(dict.fromkeys(given.split(",")))[:MAX_NAMES]
    faults = [unknown_choice(parameter, name, known) for name in names if name not in known]
    if faults:
        raise InvalidParametersError(*faults)
    return tuple(names)


class ExpandableSerializer(Shape):
    """Shows rows that it names in passing whole, where the context's `expanded` says so."""

    expandable: dict[str, Any] = {}

    def get_fields(self) -> dict[str, Any]:
        """The fields, with the brief ones replaced."""
        fields = super().get_fields()
        for name in self.context.get("expanded", ()):
            fields[name] = self.expandable[name](allow_null=fields[name].allow_null)
        return fields


def origin_of(context: dict[str, Any]) -> str:
    """The scheme and host of the request, asked for once for all rows."""
    if "origin" not in context:
        context["origin"] = context["request"].build_absolute_uri("/").removesuffix("/")
    origin: str = context["origin"]
    return origin


def path_to(view: str, *keys: str | int) -> str:
    """The path of a view that takes these keys, of which each fits into an address as it is."""
    stand_ins = tuple(HIDDEN_NUMBER if isinstance(key, int) else HIDDEN_TEXT for key in keys)
    parts = _parts(get_script_prefix(), view, stand_ins)
    return parts[0] + "".join(f"{key}{part}" for key, part in zip(keys, parts[1:], strict=True))


@cache
def _parts(prefix: str, view: str, stand_ins: tuple[str | int, ...]) -> list[str]:
    """What lies between the keys: looking it up costs more than a row of a list."""
    return re.split(f"{HIDDEN_TEXT}|{HIDDEN_NUMBER}", reverse(view, args=stand_ins))


def shown(serializer: type[serializers.Serializer[Any]], row: Any) -> dict[str, Any]:
    """The row in the shape of a serializer that needs no context."""
    found: dict[str, Any] = _shape(serializer).to_representation(row)
    return found


@cache
def _shape(serializer: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """One for all rows: making one copies all its fields, which costs more than a row."""
    return serializer()


def attach(rows: Sequence[Any], name: str, whole: QuerySet[Any]) -> None:
    """Put rows read from `whole` in the place of those that the foreign key names."""
    ids = {pk for row in rows if (pk := getattr(row, f"{name}_id")) is not None}
    found = {row.pk: row for row in whole.filter(pk__in=ids)}
    for row in rows:
        if getattr(row, f"{name}_id") is not None:
            setattr(row, name, found[getattr(row, f"{name}_id")])
