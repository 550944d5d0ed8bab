"""Pages of the corrections, which are rows of two tables in one order."""

from typing import Any

from rest_framework.request import Request

from api.pagination import PAGE_PARAMETERS, Cursor, StableCursorPagination, link_with, read_limit
from api.parameters import instant, parsed
from forecasts.selectors.corrections import Correction, Place, Wanted, corrections

TABLES = {"ruling": True, "forecast": False}
ALIEN = "this cursor belongs to another list."


class CorrectionPagination(StableCursorPagination):
    """Cuts them by the place of a correction: its moment, its table and its id."""

    def paginate(self, request: Request, wanted: Wanted) -> list[Correction]:
        """The corrections of one page, the newest first."""
        self.request, self.limit = request, read_limit(request)
        text = request.query_params.get("cursor")
        beyond, is_backward = (None, False) if text is None else parsed("cursor", text, _place)
        rows = corrections(
            limit=self.limit + 1, beyond=beyond, is_rising=is_backward, wanted=wanted
        )
        has_more, rows = len(rows) > self.limit, rows[: self.limit]
        self.has_next, self.has_previous = has_more, beyond is not None
        if is_backward:
            rows.reverse()
            self.has_next, self.has_previous = True, has_more
        self.rows: list[Any] = rows
        return rows

    def _link(self, row: Correction, *, is_backward: bool) -> str:
        place = row.place
        table = "ruling" if place.is_ruling else "forecast"
        cursor = Cursor(table, place.at, place.pk, is_backward)
        return link_with(self.request, cursor.encoded())

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters of a page."""
        return PAGE_PARAMETERS


def _place(text: str) -> tuple[Place, bool]:
    cursor = Cursor.decoded(text)
    if cursor.ordering not in TABLES or not isinstance(cursor.value, str):
        raise ValueError(ALIEN)
    at = instant(cursor.value)
    return Place(at, TABLES[cursor.ordering], cursor.pk), cursor.is_backward
