"""The daily exports: a list of them, and their files, which can be downloaded part by part."""

import re
from collections import defaultdict
from datetime import date
from http import HTTPStatus
from typing import Any, BinaryIO

from django.db import close_old_connections, connection
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from api.problems import problem
from api.ranges import NoSuchPartError, Part, PartOfFile, part_asked_for
from api.schemas import documented, problems
from api.serializers.exports import ExportSerializer
from api.views.bases import PublicListView, PublicView
from forecasts.exports.files import CSV, JSON, JSON_LINES, PLAIN
from forecasts.exports.packages import DESCRIPTION
from forecasts.models import Export

NAME = re.compile(r"[A-Za-z0-9_.]{1,80}")
FOREVER = "public, max-age=31536000, immutable"
KINDS = (CSV, JSON_LINES, JSON, PLAIN)
WHOLE = OpenApiResponse(OpenApiTypes.BINARY, "The whole file.")
# The one kind of file that programs read as they read an answer.
DESCRIBED = OpenApiResponse(OpenApiTypes.OBJECT, "The whole description of a day.")
PART = OpenApiResponse(OpenApiTypes.BINARY, "The part that `Range` asks for.")
RANGE = OpenApiParameter(
    "Range",
    location=OpenApiParameter.HEADER,
    description="One part, such as `bytes=1000-`; anything else gets the whole file.",
)
IF_RANGE = OpenApiParameter(
    "If-Range",
    location=OpenApiParameter.HEADER,
    description="An ETag or a Last-Modified: of another file than that, the whole is sent.",
)
DAY = OpenApiParameter("day", OpenApiTypes.DATE, OpenApiParameter.PATH)


class EveryFile(BaseContentNegotiation):
    """Whatever is accepted: a file is of one kind."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """The first."""
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        """The first."""
        return renderers[0], renderers[0].media_type


@documented("exports", "Daily exports")
class ExportsView(PublicListView):
    """All that is public, as files of each day: CSV, JSON Lines, checksums, a description.

    The files of the last 30 days are kept, and those of the first day of each month.
    """

    queryset = Export.objects.none()
    serializer_class = ExportSerializer
    filter_backends = ()
    orderings = {"day": "day"}
    default_ordering = "-day"

    def get_queryset(self) -> QuerySet[Export]:
        """One row for each day: its description, which every day has."""
        return Export.objects.filter(name=DESCRIPTION)

    def paginate_queryset(self, queryset: Any) -> Any:
        """The days of one page, each with its files."""
        days: Any = super().paginate_queryset(queryset)
        files: dict[date, list[Export]] = defaultdict(list)
        for file in Export.objects.filter(day__in=[row.day for row in days]).order_by("name"):
            files[file.day].append(file)
        for row in days:
            row.files = files[row.day]
        return days


@extend_schema(
    parameters=[DAY, RANGE, IF_RANGE],
    responses={
        **{(200, kind): DESCRIBED if kind == JSON else WHOLE for kind in KINDS},
        **{(206, kind): PART for kind in KINDS},
        304: OpenApiResponse(description="The copy that `If-None-Match` names is the file."),
        **{key: one for key, one in problems(404, 412, 416).items() if key[0] != 406},
    },
    tags=["exports"],
    summary="One file of an export",
    description="One file, in the media type that the list names. It never changes. `Range` and "
    "`If-Range` let a download that was cut off go on.",
)
class ExportFileView(PublicView):
    """One file; a download that was cut off can go on."""

    queryset = Export.objects.none()
    content_negotiation_class = EveryFile
    shapes = ()

    def get(self, request: Request, day: str, name: str) -> HttpResponseBase:
        """The file, or the part of it that was asked for."""
        export = _found(day, name)
        headers = _headers(export)
        plain = request._request  # noqa: SLF001  (DRF has no public name for it)
        # Preconditions come before parts, and before anything is opened.
        found = _answer_without_file(plain, export, headers)
        if found.status_code != HTTPStatus.OK or request.method == "HEAD":
            return found
        try:
            part = part_asked_for(
                plain,
                size=export.size,
                etag=headers["ETag"],
                modified=headers["Last-Modified"],
            )
        except NoSuchPartError:
            return _beyond(plain, export)
        return _file_response(export, headers, part)


def _found(day: str, name: str) -> Export:
    try:
        found = Export.objects.filter(day=date.fromisoformat(day), name=name)
        export = found.first() if NAME.fullmatch(name) else None
    except ValueError:
        export = None
    if export is None:
        raise Http404(f"There is no file {name[:80]!r} of {day[:10]!r}; see /api/v1/exports/.")
    if not connection.in_atomic_block:
        # A slow reader keeps no connection to the database from others.
        close_old_connections()
    return export


def _headers(export: Export) -> dict[str, str]:
    return {
        "Accept-Ranges": "bytes",
        "Cache-Control": FOREVER,
        "Content-Disposition": f'attachment; filename="{export.name}"',
        # Parts are those of the file, not of what a compression makes of it.
        "Content-Encoding": "identity",
        "ETag": f'"{export.sha256}"',
        "Last-Modified": http_date(int(export.made_at.timestamp())),
    }


def _answer_without_file(
    request: HttpRequest, export: Export, headers: dict[str, str]
) -> HttpResponseBase:
    """What HEAD gets, or 304 or 412 where the request has a condition that says so."""
    response = HttpResponse(
        headers={**headers, "Content-Length": str(export.size)},
        content_type=_content_type(export.media_type),
    )
    seconds = int(export.made_at.timestamp())
    answer: HttpResponseBase = (
        get_conditional_response(request, headers["ETag"], seconds, response) or response
    )
    return answer


def _file_response(export: Export, headers: dict[str, str], part: Part | None) -> FileResponse:
    file = _opened(export)
    named: dict[str, Any] = {
        "as_attachment": True,
        "filename": export.name,
        "content_type": _content_type(export.media_type),
    }
    if part is None:
        return FileResponse(file, headers=headers, **named)
    headers["Content-Length"] = str(part.length)
    headers["Content-Range"] = f"bytes {part.first}-{part.last}/{export.size}"
    status = HTTPStatus.PARTIAL_CONTENT
    return FileResponse(PartOfFile(file, part), status=status, headers=headers, **named)


def _opened(export: Export) -> BinaryIO:
    try:
        return open(export.file.path, "rb")  # noqa: PTH123 — the response closes it
    except FileNotFoundError as error:
        raise Http404("The files of this day are no longer kept.") from error


def _content_type(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _beyond(request: HttpRequest, export: Export) -> HttpResponse:
    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    response = problem(request, status, f"The file has {export.size:,} bytes.")
    response.headers["Content-Range"] = f"bytes */{export.size}"
    return response
