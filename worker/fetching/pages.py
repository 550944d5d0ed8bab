"""Fetching one page, within limits of time and size."""

import zlib
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin

import requests

from worker.fetching.lines import Line
from worker.fetching.pauses import wanted_moment
from worker.fetching.reaches import PUBLIC, Reach
from worker.fetching.refusals import NotNow, Refused
from worker.fetching.sessions import BROKE_OFF, guarded_session, in_time, plain_words

CHUNK = 64 * 1024
ACCEPTED = {"Accept": "text/html, */*;q=0.8"}
CANNOT_BE_UNPACKED = "what was sent cannot be unpacked"
WITH_PAGE = {200, 203}
PASSING = {408, 425, 429, 500, 502, 503, 504}
MEANINGS = {
    401: "the server asks for a log-in",
    402: "the server asks for money",
    403: "the server refused",
    404: "the page is not there",
    410: "the page is gone",
    429: "the server asked us to wait",
    451: "the server withholds it for legal reasons",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much patience there is for one page."""

    seconds: float = 20.0
    n_bytes: int = 10 * 1024 * 1024
    """Of what is sent, and of what it unpacks to."""
    n_redirects: int = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent."""

    body: bytes
    final_url: str
    status: int
    content_type: str


LIMITS = Limits()


def fetch_page(
    url: str, *, user_agent: str, as_of: datetime, reach: Reach = PUBLIC, limits: Limits = LIMITS
) -> Answer:
    """Ask for a page. Raises Refused, or NotNow where another attempt makes sense."""
    fetch = Fetch(user_agent, as_of, reach, limits)
    return in_time(lambda: fetch.page(url), fetch.line, seconds=limits.seconds)


@dataclass(slots=True)
class Fetch:
    """One page, through as many redirects as the limits allow."""

    user_agent: str
    as_of: datetime
    reach: Reach
    limits: Limits
    line: Line = field(default_factory=Line)

    def page(self, url: str) -> Answer:
        """Ask for it, and say in plain words what the libraries raise."""
        with plain_words():
            return self._follow(url)

    def _follow(self, url: str) -> Answer:
        for _ in range(self.limits.n_redirects + 1):
            self.reach.check_url(url)
            with (
                self._session() as session,
                session.get(url, headers=ACCEPTED, stream=True, allow_redirects=False) as response,
            ):
                target = session.get_redirect_target(response)
                if target is None:
                    return self._read(response)
                url = urljoin(str(response.url), target)
        raise Refused(f"it redirects more than {self.limits.n_redirects} times")

    def _session(self) -> requests.Session:
        seconds, agent = self.limits.seconds, self.user_agent
        return guarded_session(self.line, self.reach, seconds=seconds, user_agent=agent)

    def _read(self, response: requests.Response) -> Answer:
        status = response.status_code
        if status in PASSING:
            asked = wanted_moment(response.headers.get("Retry-After", ""), self.as_of)
            raise NotNow(_meaning(status), not_before=asked)
        if status not in WITH_PAGE:
            raise Refused(_meaning(status))
        body = _body(response, self.limits.n_bytes)
        if not body:
            raise Refused("the page is empty")
        return Answer(body, str(response.url), status, response.headers.get("Content-Type", ""))


def _meaning(status: int) -> str:
    meaning = MEANINGS.get(status)
    if meaning is None:
        meaning = "the server failed" if status >= 500 else "the server sent no page"
    return f"{meaning} ({status})"


def _body(response: requests.Response, n_bytes: int) -> bytes:
    """The bytes as they were sent; unpacked where they come as gzip, though nobody asked."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise Refused("it was sent in a form that nobody asked for")
    gzip = zlib.decompressobj(31) if encoding in {"gzip", "x-gzip"} else None
    body, n_sent = bytearray(), 0
    for chunk in response.raw.stream(CHUNK, decode_content=False):
        n_sent += len(chunk)
        body += chunk if gzip is None else _unpacked(gzip, chunk, n_bytes + 1 - len(body))
        if max(n_sent, len(body)) > n_bytes:
            raise Refused(f"it is larger than {n_bytes // 1024 // 1024} MB")
    if gzip is not None and n_sent and not gzip.eof:
        raise NotNow(BROKE_OFF)
    return bytes(body)


def _unpacked(gzip: "zlib._Decompress", chunk: bytes, limit: int) -> bytes:
    try:
        unpacked = gzip.decompress(chunk, limit)
    except zlib.error as error:
        raise Refused(CANNOT_BE_UNPACKED) from error
    if gzip.unused_data:
        raise Refused(CANNOT_BE_UNPACKED)
    return unpacked
