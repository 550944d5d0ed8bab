"""Pages whose cost does not grow with their depth, and that stay put while rows are added."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from api.parameters import choice, parsed, whole_number

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_ID = 2**63 - 1
MAX_CURSOR = 2000


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row that a page begins after or, going back, ends before."""

    ordering: str
    value: Any
    pk: int
    is_backward: bool = False

    def encoded(self) -> str:
        """Text for a URL."""
        value = self.value.isoformat() if hasattr(self.value, "isoformat") else self.value
        body = json.dumps([self.ordering, value, self.pk, int(self.is_backward)])
        return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")

    @classmethod
    def decoded(cls, text: str) -> Self:
        """The cursor that the text encodes. Raises ValueError."""
        message = "this cursor is not one of ours; take it from next or previous."
        try:
            padded = text[:MAX_CURSOR].encode("ascii") + b"=" * (-len(text) % 4)
            ordering, value, pk, is_backward = json.loads(base64.b64decode(padded, b"-_", True))
        except (ValueError, TypeError, RecursionError, binascii.Error) as error:
            raise ValueError(message) from error
        if type(pk) is not int or not 0 <= pk <= MAX_ID or is_backward not in (0, 1):
            raise ValueError(message)
        if not (isinstance(ordering, str) and isinstance(value, str | int)):
            raise ValueError(message)  # noqa: TRY004  (it comes from outside)
        return cls(ordering, value, pk, bool(is_backward))


class StableCursorPagination(BasePagination):
    """Cuts a query into pages by the place of a row in its order, never by counting rows.

    The view says by `orderings` (name → column) what it can be ordered by, and by
    `default_ordering` how it is; "-" before a name turns the order around.
    """

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        """The rows of one page."""
        self.request = request
        self.limit = read_limit(request)
        self.ordering = read_ordering(request, view)
        self.column = view.orderings[self.ordering.lstrip("-")]
        self.cursor = self._read_cursor(queryset.model)
        rows = list(self._ordered(queryset)[: self.limit + 1])
        has_more, rows = len(rows) > self.limit, rows[: self.limit]
        if self.cursor is not None and self.cursor.is_backward:
            rows.reverse()
            self.has_next, self.has_previous = True, has_more
        else:
            self.has_next, self.has_previous = has_more, self.cursor is not None
        self.rows = rows
        return rows

    def _read_cursor(self, model: type[Model]) -> Cursor | None:
        text = self.request.query_params.get("cursor")
        return (
            None if text is None else parsed("cursor", text, lambda text: self._cursor(text, model))
        )

    def _cursor(self, text: str, model: type[Model]) -> Cursor:
        cursor = Cursor.decoded(text)
        if cursor.ordering != self.ordering:
            raise ValueError("this cursor belongs to another ordering.")
        try:
            field: Any = model._meta.get_field(self.column)
            value = field.clean(cursor.value, None)
        except (ValidationError, ValueError, TypeError, OverflowError) as error:
            raise ValueError("this cursor holds what no row can hold.") from error
        if hasattr(value, "tzinfo") and value.tzinfo is None:
            raise ValueError("this cursor holds a time without its zone.")
        return Cursor(cursor.ordering, value, cursor.pk, cursor.is_backward)

    def _ordered(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        is_backward = self.cursor is not None and self.cursor.is_backward
        is_falling = self.ordering.startswith("-") != is_backward
        sign, beyond = ("-", "lt") if is_falling else ("", "gt")
        ordered = queryset.order_by(f"{sign}{self.column}", f"{sign}pk")
        if self.cursor is None:
            return ordered
        value, column = self.cursor.value, self.column
        further = Q(**{f"{column}__{beyond}": value}) | Q(**{f"pk__{beyond}": self.cursor.pk})
        return ordered.filter(further, **{f"{column}__{beyond}e": value})

    def _link(self, row: Any, *, is_backward: bool) -> str:
        cursor = Cursor(self.ordering, getattr(row, self.column), row.pk, is_backward)
        return link_with(self.request, cursor.encoded())

    def get_paginated_response(self, data: Any) -> Response:
        """The page with the addresses of its neighbors, in the body and as Link headers."""
        last_and_first = (self.rows[-1], self.rows[0]) if self.rows else (None, None)
        last, first = last_and_first
        return page_response(
            data,
            following=self._link(last, is_backward=False) if last and self.has_next else None,
            previous=self._link(first, is_backward=True) if first and self.has_previous else None,
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape of a page."""
        return page_schema(schema)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters that a list takes beside its filters."""
        names = [*view.orderings, *(f"-{name}" for name in view.orderings)]
        ordering = {
            "name": "ordering",
            "in": "query",
            "description": 'What to order by; "-" turns the order around.',
            "schema": {"type": "string", "enum": names, "default": view.default_ordering},
        }
        return [*PAGE_PARAMETERS, ordering]


class PositionPagination(StableCursorPagination):
    """Cuts a list that is made in memory, such as a ranking, into pages by position."""

    def read(self, request: Request) -> None:
        """Which page is asked for. Raises InvalidParametersError, before any row is made."""
        self.request = request
        self.limit = read_limit(request)
        text = request.query_params.get("cursor")
        self.start = 0 if text is None else parsed("cursor", text, _position)

    def paginate_rows(self, rows: Sequence[Any]) -> list[Any]:
        """The rows of that page."""
        self.has_next = self.start + self.limit < len(rows)
        return list(rows[self.start : self.start + self.limit])

    def get_paginated_response(self, data: Any) -> Response:
        """The page with the addresses of its neighbors."""
        before = max(self.start - self.limit, 0)
        return page_response(
            data,
            following=self._link_to(self.start + self.limit) if self.has_next else None,
            previous=self._link_to(before) if self.start else None,
        )

    def _link_to(self, position: int) -> str:
        return link_with(self.request, Cursor("position", position, 0).encoded())

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters that the list takes."""
        return PAGE_PARAMETERS


def _position(text: str) -> int:
    cursor = Cursor.decoded(text)
    if cursor.ordering != "position" or not isinstance(cursor.value, int):
        raise ValueError("this cursor belongs to another list.")
    if not 0 <= cursor.value <= MAX_ID:
        raise ValueError("this cursor holds what no row can hold.")
    return cursor.value


def read_limit(request: Request) -> int:
    """How many rows a page holds. Raises InvalidParametersError."""
    given = request.query_params.get("limit", str(DEFAULT_LIMIT))
    return parsed("limit", given, whole_number(1, MAX_LIMIT))


def read_ordering(request: Request, view: Any) -> str:
    """What to order by. Raises InvalidParametersError."""
    given = request.query_params.get("ordering", view.default_ordering)
    names: list[str] = [*view.orderings, *(f"-{name}" for name in view.orderings)]
    return choice("ordering", given, names)


def link_with(request: Request, cursor: str) -> str:
    """This request's address with another cursor."""
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor)


def page_response(data: Any, *, following: str | None, previous: str | None) -> Response:
    """A page, in the body and as Link headers."""
    links = {"next": following, "prev": previous}
    header = ", ".join(f'<{link}>; rel="{rel}"' for rel, link in links.items() if link)
    return Response(
        {"next": following, "previous": previous, "results": data},
        headers={"Link": header} if header else None,
    )


def page_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The shape of a page of what `schema` describes."""
    address = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "required": ["next", "previous", "results"],
        "properties": {
            "next": {**address, "description": "The next page; null on the last."},
            "previous": {**address, "description": "The page before; null on the first."},
            "results": schema,
        },
    }


PAGE_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "limit",
        "in": "query",
        "description": "How many rows a page holds.",
        "schema": {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_LIMIT,
            "default": DEFAULT_LIMIT,
        },
    },
    {
        "name": "cursor",
        "in": "query",
        "description": "Where the page begins; taken from `next` or `previous`.",
        "schema": {"type": "string"},
    },
]
