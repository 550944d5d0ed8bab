"""What holds for every answer under /api/: open to other sites, metered, problems as problems."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from api.answers import answered
from api.metering import metered
from api.problems import CONTENT_TYPE, problem
from api.request_ids import HEADER, identified

PREFIX = "/api/"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Age, Content-Range, Deprecation, ETag, Idempotent-Replayed, "
        "Last-Modified, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Sunset, "
        "WWW-Authenticate, X-Request-Id"
    ),
}
READING = "Accept, Authorization, If-Modified-Since, If-None-Match, If-Range, Range, X-Request-Id"
WRITING = f"{READING}, Content-Type, Idempotency-Key"
A_DAY = "86400"
DETAILS = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
    HTTPStatus.NOT_FOUND: "No such address. The addresses there are: /api/v1/.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This can only be read: GET, HEAD or OPTIONS.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here; it has been logged.",
}


class ApiMiddleware:
    """Adds ids, budgets and CORS headers, and turns what Django answers by itself into problems."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        # Nobody is logged in here; a session that has ended would be deleted by a cookie.
        request.META.pop("HTTP_COOKIE", None)
        with identified(request) as request_id:
            response = metered(request, self._answer)
        if response.headers.get("Content-Encoding") == "identity":
            # It has told the compression to keep off, and says nothing to others.
            del response.headers["Content-Encoding"]
        headers = CORS | _preflight(response) if request.method == "OPTIONS" else CORS
        for name, value in {**headers, HEADER: request_id}.items():
            response.headers[name] = value
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response = answered(request, self.get_response)
        if response.status_code == HTTPStatus.MOVED_PERMANENTLY and request.method == "POST":
            # Who follows 301 sends a GET, and believes to have written.
            response.status_code = HTTPStatus.PERMANENT_REDIRECT
        if response.status_code < 400 or response.headers.get("Content-Type") == CONTENT_TYPE:
            return response
        return _as_problem(request, response)


def _preflight(response: HttpResponse) -> dict[str, str]:
    """What other sites may do here: what everybody may."""
    methods = response.headers.get("Allow", "GET, HEAD, OPTIONS")
    return {
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": WRITING if "POST" in methods else READING,
        "Access-Control-Max-Age": A_DAY,
    }


def _as_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    status = HTTPStatus(response.status_code)
    found = problem(request, status, DETAILS.get(status, status.phrase))
    if "Allow" in response.headers:
        found.headers["Allow"] = response.headers["Allow"]
    return found
