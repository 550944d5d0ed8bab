"""Asking strangers' servers: guarded, without cookies and proxies, and no longer than allowed."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from threading import Thread
from typing import TypeVar

import requests
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError, ReadTimeoutError

from forecasts.addresses import NOT_PUBLIC
from worker.fetching.lines import TOO_SLOW, GuardedAdapter, Line
from worker.fetching.reaches import Reach
from worker.fetching.refusals import NotNow, Refused

BROKE_OFF = "the connection broke off"
ResultT = TypeVar("ResultT")


def guarded_session(
    line: Line, reach: Reach, *, seconds: float, user_agent: str
) -> requests.Session:
    """A session that connects to what the reach allows, and follows no redirect."""
    config = Config(
        ip_filter_enable=True,
        ip_filter_allow_loopback_ips=reach.allows_loopback,
        never_redirect=True,
        default_timeout=(seconds, seconds),
        user_agent_override=user_agent,
    )
    session: requests.Session = Manager(config).get_session()
    # Neither proxies nor passwords from the environment or ~/.netrc, and no cookies.
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"Accept-Encoding": "identity"})
    for scheme in ("http", "https"):
        adapter = GuardedAdapter(line, reach, is_https=scheme == "https")
        session.mount(f"{scheme}://", adapter)
    return session


def in_time(work: Callable[[], ResultT], line: Line, *, seconds: float) -> ResultT:
    """What the work returns or raises; NotNow where it takes longer.

    It is done in a thread of its own: names that do not resolve and bytes that drip have no
    time-out that could be trusted, but this thread can stop waiting, and cut the line.
    """
    answers = queue.Queue[tuple[ResultT | None, Exception | None]](1)

    def run() -> None:
        try:
            answers.put((work(), None))
        except Exception as error:  # noqa: BLE001 — raised again where somebody waits for it
            answers.put((None, error))

    Thread(target=run, name="fetch", daemon=True).start()
    try:
        answer, error = answers.get(timeout=seconds)
    except queue.Empty:
        raise NotNow(TOO_SLOW) from None
    finally:
        line.cut()
    if error is not None:
        raise error
    return answer  # type: ignore[return-value] # None only where that is what the work returns


@contextmanager
def plain_words() -> Iterator[None]:
    """Says in plain words, as Refused or NotNow, what the libraries raise."""
    try:
        yield
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
