"""What holds for every answer under /api/: open to other sites, and problems as problems."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from api.problems import CONTENT_TYPE, problem

PREFIX = "/api/"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Accept-Ranges, Content-Range, Last-Modified",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-None-Match, If-Range, Range",
    "Access-Control-Max-Age": "86400",
}
DETAILS = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
    HTTPStatus.NOT_FOUND: "No such address. The addresses there are: /api/v1/.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This can only be read: GET, HEAD or OPTIONS.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here; it has been logged.",
}


class ApiMiddleware:
    """Adds CORS headers, and turns what Django answers by itself into problem details."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(PREFIX):
            return response
        if response.status_code >= 400 and response.headers.get("Content-Type") != CONTENT_TYPE:
            response = _as_problem(request, response)
        if response.headers.get("Content-Encoding") == "identity":
            # It has told the compression to keep off, and says nothing to others.
            del response.headers["Content-Encoding"]
        headers = CORS | PREFLIGHT if request.method == "OPTIONS" else CORS
        for name, value in headers.items():
            response.headers[name] = value
        return response


def _as_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    status = HTTPStatus(response.status_code)
    found = problem(request, status, DETAILS.get(status, status.phrase))
    if "Allow" in response.headers:
        found.headers["Allow"] = response.headers["Allow"]
    return found
