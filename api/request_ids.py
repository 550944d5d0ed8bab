"""Request ids: one name for a request, in its answer, in its problem and in the log."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest

HEADER = "X-Request-Id"
ACCEPTED = re.compile(r"[A-Za-z0-9_-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """The id of the request that is being answered; empty outside the API."""
    return _current.get()


@contextmanager
def identified(request: HttpRequest) -> Iterator[str]:
    """Give the request an id: its own, where it brings one that is fit to be repeated."""
    given = request.headers.get(HEADER, "")
    request_id = given if ACCEPTED.fullmatch(given) else uuid4().hex
    # Django logs an error once the answer is out, with the request.
    vars(request)["request_id"] = request_id
    token = _current.set(request_id)
    try:
        yield request_id
    finally:
        _current.reset(token)
