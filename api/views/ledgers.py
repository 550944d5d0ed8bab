"""The ledger, to be downloaded and checked by anybody."""

from collections.abc import Iterator
from typing import Any

from django.db import close_old_connections, connection
from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.parameters import parsed
from api.schemas import documented, problems
from api.serializers.ledgers import LedgerHeadSerializer
from api.times import zulu
from api.views.bases import PublicView
from forecasts.models import LedgerEntry
from forecasts.selectors.ledgers import entries_between, ledger_head

PLAIN = "text/plain"
MAX_NUMBER = 2**63 - 1
AFTER = OpenApiParameter(
    "after",
    {"type": "integer", "minimum": 0, "maximum": MAX_NUMBER, "default": 0},
    description="Only entries with a higher number. Entries never change, so that a copy is "
    "brought up to date by appending what comes after its last one.",
)


class PlainTextRenderer(BaseRenderer):
    """Lets those who ask for plain text have it; the view writes it itself."""

    media_type = PLAIN
    format = "txt"

    def render(self, data: Any, *_: Any, **__: Any) -> Any:
        """What the view wrote."""
        return data


@extend_schema(
    parameters=[AFTER],
    responses={
        (200, PLAIN): OpenApiResponse(OpenApiTypes.STR, "One entry in JSON on each line."),
        **problems(),
    },
    tags=["ledger"],
    summary="The whole ledger",
)
class LedgerView(PublicView):
    """Every entry in its order, one on each line (JSON Lines), as a stream.

    `{"number":1,"previous_hash":"…","hash":"…","line":"…"}`: the hash is the SHA-256 of
    previous_hash and line, one after the other. The page /ledger/ has a script that checks it.
    """

    queryset = LedgerEntry.objects.none()
    renderer_classes = [PlainTextRenderer, JSONRenderer]
    parameters = ("after",)
    shapes = ()

    def get(self, request: Request) -> HttpResponse | StreamingHttpResponse:
        """The entries up to the head as it is now."""
        after = parsed("after", request.query_params.get("after", "0"), _number)
        head = ledger_head()
        lines = () if request.method == "HEAD" else _lines(after, head.number)
        response = StreamingHttpResponse(lines, content_type=f"{PLAIN}; charset=utf-8")
        response.headers["ETag"] = f'"{head.hash}-{after}"'
        response.headers["Cache-Control"] = self.cache_control
        if request.method == "HEAD":
            return HttpResponse(headers=response.headers)
        return response


@documented("ledger", "The head of the ledger")
class LedgerHeadView(PublicView):
    """The last entry's number and hash. Who keeps the hash can prove later what was before it."""

    queryset = LedgerEntry.objects.none()
    serializer_class = LedgerHeadSerializer

    def get(self, request: Request) -> Response:
        """The head as it is now."""
        head = ledger_head()
        return Response(
            {"number": head.number, "hash": head.hash, "recorded_at": zulu(head.recorded_at)}
        )


def _lines(after: int, last: int) -> Iterator[str]:
    for entries in entries_between(after, last):
        if not connection.in_atomic_block:
            # A slow reader keeps no connection to the database from others.
            close_old_connections()
        yield "".join(f"{entry.written()}\n" for entry in entries)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= MAX_NUMBER):
        raise ValueError("give the number of an entry, or 0 for all of them.")
    return int(text)
