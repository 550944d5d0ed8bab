"""Answers that are kept in this process: given again while no commit has come between."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import re_accepts_gzip
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_http_date_safe

from api.moments import modified_at
from api.states import database_state
from api.views.bases import MAX_AGE

MIB = 1 << 20
# What an answer takes beside its text.
OVERHEAD = 2048
# One answer takes no more than this part of all.
LARGEST_PART = 8
# For the headers of answers, also of those that are not kept: about 1,500 of them.
MOST_HEADERS = 4 * MIB
# Deadlines pass without a commit, so that answers grow old as they do in other caches.
OLDEST = timedelta(seconds=MAX_AGE)
CONDITIONS = (
    *("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"),
)
WHERE = ("HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "QUERY_STRING", "HTTP_ACCEPT")
Respond = Callable[[HttpRequest], HttpResponse]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A body with its headers, of a state of the database."""

    body: bytes
    headers: dict[str, str]
    state: str
    made_at: datetime

    @property
    def size(self) -> int:
        """About what it takes, in bytes."""
        return len(self.body) + OVERHEAD + sum(map(len, self.headers.values()))

    def holds(self, state: str, as_of: datetime) -> bool:
        """Whether making it anew would make the same."""
        return self.state == state and timedelta() <= as_of - self.made_at < OLDEST

    def response(self, as_of: datetime) -> HttpResponse:
        """The answer, with how old it is, so that caches on the way know."""
        age = {"Age": str(int((as_of - self.made_at).total_seconds()))}
        return HttpResponse(self.body, headers=self.headers | age)


class Kept:
    """Answers by what was asked, those used last, within a number of bytes."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def find(self, key: Key, state: str, as_of: datetime) -> Answer | None:
        """The answer, if making it anew would make the same."""
        with self._lock:
            found = self._answers.get(key)
            if found is None or not found.holds(state, as_of):
                return None
            self._answers.move_to_end(key)
            return found

    def keep(self, key: Key, answer: Answer, most: int) -> None:
        """Keep the answer in `most` bytes, in the place of those that nobody asked for longest."""
        if answer.size + _size(key) > most // LARGEST_PART:
            return
        with self._lock:
            self._drop(key)
            self._answers[key] = answer
            self.size += answer.size + _size(key)
            while self.size > most:
                self._drop(next(iter(self._answers)))

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._answers.clear()
            self.size = 0

    def _drop(self, key: Key) -> None:
        old = self._answers.pop(key, None)
        if old is not None:
            self.size -= old.size + _size(key)


kept = Kept()
# Without their bodies, which nobody needs who has them already.
known = Kept()


def answered(request: HttpRequest, respond: Respond) -> HttpResponse:
    """What `respond` answers, or answered before where that cannot be told apart.

    Either way a 304 to whoever has it already.
    """
    state = _state(request)
    if state is None:
        return respond(request)
    key, now = _key(request), timezone.now()
    found = kept.find(key, state, now)
    if found is not None:
        return _conditional(request, found.response(now))
    with _unconditional(request):
        response = respond(request)
    if _is_for_all(request, response):
        answer = _answer(response, key, state, now)
        if answer is not None:
            kept.keep(key, answer, settings.API_KEPT_MIB * MIB)
            known.keep(key, replace(answer, body=b""), MOST_HEADERS)
    return _conditional(request, response)


def answered_before(request: HttpRequest) -> HttpResponse | None:
    """The 304 for whoever has what would be answered; None where something has to be sent."""
    if not any(name in request.META for name in CONDITIONS):
        return None
    state, key, now = _state(request), _key(request), timezone.now()
    found = state and (kept.find(key, state, now) or known.find(key, state, now))
    if not found:
        return None
    response = _conditional(request, found.response(now))
    return response if response.status_code == HTTPStatus.NOT_MODIFIED else None


def _state(request: HttpRequest) -> str | None:
    return database_state() if request.method in {"GET", "HEAD"} else None


def _key(request: HttpRequest) -> Key:
    """All that an answer can depend on: nothing of who asks."""
    is_zipped = re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    place = (request.META.get(name, "") for name in WHERE)
    return (str(request.scheme), request.path, "gzip" if is_zipped else "", *place)


def _size(key: Key) -> int:
    return sum(map(len, key))


@contextmanager
def _unconditional(request: HttpRequest) -> Iterator[None]:
    """Have the whole answer made, which others can be given."""
    given = {name: request.META.pop(name) for name in CONDITIONS if name in request.META}
    try:
        yield
    finally:
        request.META.update(given)


def _is_for_all(request: HttpRequest, response: HttpResponseBase) -> bool:
    return (
        request.method == "GET"
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "ETag" in response.headers
        and "public" in response.headers.get("Cache-Control", "")
    )


def _answer(response: HttpResponse, key: Key, state: str, now: datetime) -> Answer | None:
    """What is worth keeping, if the database is still as it was before it was read.

    The moment is asked for in between: then nobody was answered otherwise since.
    """
    since = modified_at("\n".join(key), response.headers["ETag"])
    if database_state() != state:
        return None
    if since is not None:
        response.headers["Last-Modified"] = http_date(since)
    return Answer(response.content, dict(response.headers), state, now)


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    modified = response.headers.get("Last-Modified")
    since = parse_http_date_safe(modified) if modified else None
    tag = response.headers.get("ETag")
    found = get_conditional_response(request, tag, since, response) or response
    if "Age" in response.headers:
        found.headers["Age"] = response.headers["Age"]
    return found
