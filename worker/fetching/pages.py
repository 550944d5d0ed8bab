"""Fetching one page, within limits of time and size."""

import queue
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from threading import Thread
from urllib.parse import urljoin

import requests
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError, ReadTimeoutError

from worker.fetching.lines import TOO_SLOW, GuardedAdapter, Line
from worker.fetching.reaches import NOT_PUBLIC, PUBLIC, Reach
from worker.fetching.refusals import NotNow, Refused

CHUNK = 64 * 1024
BROKE_OFF = "the connection broke off"
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
    """Ask for a page. Raises Refused, or NotNow where another attempt makes sense.

    It is done in a thread of its own: names that do not resolve and bytes that drip have no
    time-out that could be trusted, but this thread can stop waiting, and cut the line.
    """
    fetch = Fetch(user_agent, as_of, reach, limits)
    answers = queue.Queue[Answer | Exception](1)

    def work() -> None:
        try:
            answers.put(fetch.page(url))
        except Exception as error:  # noqa: BLE001 — raised again where somebody waits for it
            answers.put(error)

    Thread(target=work, name="fetch", daemon=True).start()
    try:
        answer = answers.get(timeout=limits.seconds)
    except queue.Empty:
        raise NotNow(TOO_SLOW) from None
    finally:
        fetch.line.cut()
    if isinstance(answer, Exception):
        raise answer
    return answer


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
        try:
            return self._follow(url)
        except InvalidIPAddress as error:
            raise Refused(NOT_PUBLIC) from error
        except (requests.Timeout, ReadTimeoutError) as error:
            raise NotNow(TOO_SLOW) from error
        except requests.exceptions.SSLError as error:
            raise NotNow("no secure connection could be made to its server") from error
        except requests.ConnectionError as error:
            raise NotNow("its server could not be reached") from error
        except (requests.RequestException, ValueError) as error:
            raise Refused("its address is not complete") from error
        except (HTTPError, OSError) as error:
            raise NotNow(BROKE_OFF) from error

    def _follow(self, url: str) -> Answer:
        for _ in range(self.limits.n_redirects + 1):
            self.reach.check_url(url)
            with (
                self._session() as session,
                session.get(url, stream=True, allow_redirects=False) as response,
            ):
                target = session.get_redirect_target(response)
                if target is None:
                    return self._read(response)
                url = urljoin(str(response.url), target)
        raise Refused(f"it redirects more than {self.limits.n_redirects} times")

    def _session(self) -> requests.Session:
        config = Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=self.reach.allows_loopback,
            never_redirect=True,
            default_timeout=(self.limits.seconds, self.limits.seconds),
            user_agent_override=self.user_agent,
        )
        session: requests.Session = Manager(config).get_session()
        # Neither proxies nor passwords from the environment or ~/.netrc, and no cookies.
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers.update({"Accept": "text/html, */*;q=0.8", "Accept-Encoding": "identity"})
        for scheme in ("http", "https"):
            adapter = GuardedAdapter(self.line, self.reach, is_https=scheme == "https")
            session.mount(f"{scheme}://", adapter)
        return session

    def _read(self, response: requests.Response) -> Answer:
        status = response.status_code
        if status in PASSING:
            raise NotNow(_meaning(status), not_before=_retry_after(response, self.as_of))
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


def _retry_after(response: requests.Response, as_of: datetime) -> datetime | None:
    """When the server wants to be asked again, given in seconds or as a date."""
    value = response.headers.get("Retry-After", "").strip()
    try:
        if value.isdecimal():
            return as_of + timedelta(seconds=int(value[:6]))
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
