"""Fetching a page takes no more time, bytes or redirects than it may, and sends nothing of ours."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from tests.webservers import LOOPBACK, Reply, Site, raw_server, web_server
from worker.fetching.pages import Answer, Limits, fetch_page
from worker.fetching.refusals import NotNow, Refused

pytestmark = pytest.mark.once

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
HTML = {"Content-Type": "text/html"}
PACKED = {**HTML, "Content-Encoding": "gzip"}
PATIENT = Limits(n_bytes=1024 * 1024)
QUICK = Limits(seconds=0.7)
MARGIN = 3.0
"""Seconds that a busy machine may add."""


@pytest.fixture
def site() -> Iterator[Site]:
    with web_server() as site:
        yield site


def fetch(url: str, limits: Limits = PATIENT) -> Answer:
    return fetch_page(
        url, user_agent="Hindcast/1 (+https://hindcast.test)", as_of=NOW, reach=LOOPBACK,
        limits=limits,
    )  # fmt: skip


def n_fetching() -> int:
    return sum(thread.name == "fetch" for thread in threading.enumerate())


def all_threads_end(seconds: float = 5) -> bool:
    ends = time.monotonic() + seconds
    while n_fetching() and time.monotonic() < ends:
        time.sleep(0.01)
    return not n_fetching()


def test_a_page_is_handed_on_as_it_was_sent(site: Site) -> None:
    site.pages["/"] = Reply(b"\x00\xff page \r\n", headers={"Content-Type": "Text/HTML; charset=x"})

    assert fetch(site.url()) == Answer(
        body=b"\x00\xff page \r\n",
        final_url=site.url(),
        status=200,
        content_type="Text/HTML; charset=x",
    )


def test_the_server_is_told_who_asks_and_nothing_else(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login reader password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))

    fetch(site.url())

    ((_, headers),) = site.asked
    assert headers == {
        "Host": f"127.0.0.1:{site.port}",
        "User-Agent": "Hindcast/1 (+https://hindcast.test)",
        "Accept": "text/html, */*;q=0.8",
        "Accept-Encoding": "identity",
        "Connection": "keep-alive",
    }


def test_cookies_are_not_handed_back(site: Site) -> None:
    site.pages["/"] = Reply(status=302, headers={"Location": "/b", "Set-Cookie": "a=b; Path=/"})
    site.pages["/b"] = Reply()

    fetch(site.url())

    assert [("Cookie" in headers) for _, headers in site.asked] == [False, False]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(site: Site, status: int) -> None:
    site.pages["/"] = Reply(status=status, headers={"Location": "next?a=%20b#c"})
    site.pages["/next?a=%20b"] = Reply()

    assert fetch(site.url()).final_url == site.url("/next?a=%20b#c")


@pytest.mark.parametrize("location", ["/", "/?n=1"])
def test_a_page_that_redirects_for_ever_is_refused(site: Site, location: str) -> None:
    for path in ("/", "/?n=1"):
        site.pages[path] = Reply(status=302, headers={"Location": location})

    with pytest.raises(Refused, match="it redirects more than 5 times"):
        fetch(site.url())

    assert len(site.asked) == 6


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "the server asks for a log-in (401)"),
        (403, "the server refused (403)"),
        (404, "the page is not there (404)"),
        (410, "the page is gone (410)"),
        (418, "the server sent no page (418)"),
        (451, "the server withholds it for legal reasons (451)"),
        (204, "the server sent no page (204)"),
        (206, "the server sent no page (206)"),
        (300, "the server sent no page (300)"),
        (304, "the server sent no page (304)"),
        (501, "the server failed (501)"),
    ],
)
def test_some_answers_are_final(site: Site, status: int, reason: str) -> None:
    site.pages["/"] = Reply(b"", status=status)

    with pytest.raises(Refused) as error:
        fetch(site.url())

    assert str(error.value) == reason


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_some_answers_may_be_others_later(site: Site, status: int) -> None:
    site.pages["/"] = Reply(b"", status=status)

    with pytest.raises(NotNow, match=rf"\({status}\)$") as error:
        fetch(site.url())

    assert error.value.not_before is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", NOW + timedelta(seconds=120)),
        ("Sun, 01 Feb 2026 13:00:00 GMT", NOW + timedelta(hours=1)),
        ("Sun, 01 Feb 2026 13:00:00 -0000", NOW + timedelta(hours=1)),
        ("99999999999999999999", NOW + timedelta(seconds=999999)),
        ("soon", None),
        ("-5", None),
        ("Sun, 99 Feb 2026", None),
        ("²", None),
    ],
)
def test_a_server_may_say_when_to_ask_again(
    site: Site, value: str, expected: datetime | None
) -> None:
    site.pages["/"] = Reply(b"", 429, {"Retry-After": value.encode().decode("latin-1")})

    with pytest.raises(NotNow) as error:
        fetch(site.url())

    assert error.value.not_before == expected


def test_an_empty_page_is_no_evidence(site: Site) -> None:
    site.pages["/"] = Reply(b"")

    with pytest.raises(Refused, match="the page is empty"):
        fetch(site.url())


@pytest.mark.parametrize("length", [None, -1])
def test_ten_megabytes_are_taken_and_not_a_byte_more(site: Site, length: int | None) -> None:
    site.pages["/"] = Reply(b"x" * PATIENT.n_bytes, length=length)
    site.pages["/more"] = Reply(b"x" * (PATIENT.n_bytes + 1), length=length)

    assert len(fetch(site.url()).body) == PATIENT.n_bytes
    with pytest.raises(Refused, match="it is larger than 1 MB"):
        fetch(site.url("/more"))

    assert Limits() == Limits(seconds=20.0, n_bytes=10 * 1024 * 1024, n_redirects=5)


def test_a_page_sent_packed_is_unpacked(site: Site) -> None:
    site.pages["/"] = Reply(gzip.compress(b"<p>Hello"), headers=PACKED)

    assert fetch(site.url()).body == b"<p>Hello"


def test_a_bomb_does_not_go_off(site: Site) -> None:
    """A megabyte that unpacks to a gigabyte is given up at the limit."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(900)) + packer.flush()
    site.pages["/"] = Reply(bomb, headers=PACKED)
    assert len(bomb) < PATIENT.n_bytes

    with pytest.raises(Refused, match="it is larger than 1 MB"):
        fetch(site.url())


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip, gzip", gzip.compress(gzip.compress(b"x"))),
        ("br", b"x"),
        ("deflate", zlib.compress(b"x")),
        ("gzip", b"no gzip at all"),
        ("gzip", gzip.compress(b"x") + b"and more"),
    ],
)
def test_what_nobody_asked_for_is_refused(site: Site, encoding: str, body: bytes) -> None:
    site.pages["/"] = Reply(body, headers={**HTML, "Content-Encoding": encoding})

    with pytest.raises(Refused):
        fetch(site.url())


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"half a page", length=100),
        Reply(gzip.compress(b"x" * 1000)[:-9], headers=PACKED),
        Reply(b"4\r\nhalf\r\n", headers={"Transfer-Encoding": "chunked"}, length=-1),
        Reply(b"zz\r\n", headers={"Transfer-Encoding": "chunked"}, length=-1),
    ],
    ids=["shorter", "gzip", "chunks", "no chunk"],
)
def test_half_a_page_is_none(site: Site, reply: Reply) -> None:
    site.pages["/"] = reply

    with pytest.raises(NotNow, match="the connection broke off"):
        fetch(site.url())


@pytest.mark.parametrize("length", [None, -1])
def test_a_server_that_drips_is_left_in_time(site: Site, length: int | None) -> None:
    site.pages["/"] = Reply(b"x" * 10_000, drip=0.05, length=length)
    started = time.monotonic()

    with pytest.raises(NotNow, match="the server did not answer in time"):
        fetch(site.url(), QUICK)

    assert time.monotonic() - started < QUICK.seconds + MARGIN
    assert all_threads_end()


def drip_headers(connection: socket.socket, is_over: Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not is_over.wait(0.05):
        connection.sendall(b"x")


def say_nothing(_: socket.socket, is_over: Event) -> None:
    is_over.wait(10)


def send_headers_for_ever(connection: socket.socket, is_over: Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not is_over.is_set():
        connection.sendall(b"X-Header: value\r\n" * 100)


def send_one_endless_line(connection: socket.socket, is_over: Event) -> None:
    while not is_over.is_set():
        connection.sendall(b"H" * 65536)


def speak_something_else(connection: socket.socket, _: Event) -> None:
    connection.recv(1000)
    connection.sendall(b"220 smtp.example.org ESMTP\r\n")


def hang_up(connection: socket.socket, _: Event) -> None:
    connection.recv(1000)


@pytest.mark.parametrize("serve", [drip_headers, say_nothing])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_never_comes_to_the_point_is_left_in_time(serve: Any, scheme: str) -> None:
    started = time.monotonic()

    with raw_server(serve) as url, pytest.raises(NotNow):
        fetch(url.replace("http", scheme, 1), QUICK)

    assert time.monotonic() - started < QUICK.seconds + MARGIN
    assert all_threads_end()


@pytest.mark.parametrize(
    "serve", [send_headers_for_ever, send_one_endless_line, speak_something_else, hang_up]
)
def test_a_server_that_does_not_speak_http_is_left(serve: Any) -> None:
    with raw_server(serve) as url, pytest.raises(NotNow):
        fetch(url)

    assert all_threads_end()


def test_names_that_take_for_ever_to_look_up_are_left_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_over = Event()

    def look_up(*_: Any, **__: Any) -> Any:
        is_over.wait(10)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    started = time.monotonic()

    with pytest.raises(NotNow, match="did not answer in time"):
        fetch("http://slow.site.dev/", QUICK)

    assert time.monotonic() - started < QUICK.seconds + MARGIN
    is_over.set()
    assert all_threads_end()


def test_no_connection_is_made_once_the_time_is_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line stays cut, though its thread has only now found where to connect to."""
    late, look_up = Event(), socket.getaddrinfo

    def wait(*args: Any, **kwargs: Any) -> Any:
        late.wait(10)
        return look_up(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", wait)

    with pytest.raises(NotNow):
        fetch(site.url(), QUICK)
    late.set()

    assert all_threads_end()
    assert site.asked == []


def test_a_certificate_nobody_vouches_for_is_not_accepted(site: Site) -> None:
    with pytest.raises(NotNow, match="no secure connection could be made"):
        fetch(site.url().replace("http", "https"))


def test_a_server_that_is_not_there_may_come_back() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(NotNow, match="its server could not be reached"):
        fetch(f"http://127.0.0.1:{port}/")


def test_production_reaches_no_loopback_whatever_a_test_may(site: Site) -> None:
    with pytest.raises(Refused, match="names the port"):
        fetch_page(site.url(), user_agent="Hindcast", as_of=NOW)
    with pytest.raises(Refused, match="not a public one"):
        fetch_page("http://127.0.0.1/", user_agent="Hindcast", as_of=NOW)

    assert site.asked == []
