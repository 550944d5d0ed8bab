"""Nobody inside is asked, however the address is written: no connection is even tried."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from itertools import chain, repeat
from typing import Any

import pytest
from requests_hardened import ip_filter_adapter

from forecasts.addresses import is_public
from tests.webservers import Reply, web_server
from worker.fetching.pages import fetch_page
from worker.fetching.reaches import Reach
from worker.fetching.refusals import FetchError, NotNow, Refused

pytestmark = pytest.mark.once

NOW = datetime(2026, 2, 1, tzinfo=UTC)
PUBLIC_ADDRESS = "93.184.215.14"
NAMES = {
    "public.site.dev": [PUBLIC_ADDRESS],
    "loopback.site.dev": ["127.0.0.1"],
    "private.site.dev": ["10.1.2.3"],
    "metadata.google.dev": ["169.254.169.254"],
    "six.site.dev": ["::1"],
    "mapped.site.dev": ["::ffff:169.254.169.254"],
    "mixed.site.dev": [PUBLIC_ADDRESS, "192.168.0.1"],
    "mixed6.site.dev": [PUBLIC_ADDRESS, "fd00::1"],
    "nat64.site.dev": ["64:ff9b::7f00:1"],
    "xn--n3h.site.dev": ["127.0.0.1"],
    "nothing.site.dev": [],
}
ADDRESSES = (
    *("127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "017700000001"),
    *("0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.1.", "0", "0.0.0.0", "0.1.2.3"),
    *("10.0.0.1", "012.0.0.1", "167772161", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("3232235777", "0xc0.0xa8.1.1", "169.254.169.254", "2852039166", "0xa9fea9fe"),
    *("0251.0376.0251.0376", "169.254.43518", "100.64.0.1", "100.100.100.200", "192.0.0.1"),
    *("192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
    *("[::ffff:10.0.0.1]", "[::ffff:8.8.8.8]", "[::127.0.0.1]", "[::7f00:1]", "[::8.8.8.8]"),
    *("[64:ff9b::127.0.0.1]", "[64:ff9b::a00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]"),
    *("[2002:a9fe:a9fe::1]", "[2001::1]", "[2001:0:7f00:1::]", "[2001:db8::1]", "[2001:20::1]"),
    *("[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]"),
    *("[100::1]", "[3fff::1]", "[5f00::1]", "[4000::1]", "[2001:10::1]"),
)
URLS = (
    *(f"http://{address}/" for address in ADDRESSES),
    *(f"https://{address}/" for address in ("127.0.0.1", "[::1]", "2130706433", "10.0.0.1")),
    *(f"http://{name}/" for name in NAMES if name not in {"public.site.dev", "nothing.site.dev"}),
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://LOOPBACK.site.dev/",
    "http://loopback.site.dev.:80/",
    "http://public.site.dev@127.0.0.1/",
    "http://127.0.0.1@public.site.dev/",
    "http://user:password@public.site.dev/",
    "http://@public.site.dev/",
    "http://public.site.dev:80@127.0.0.1:80/",
    "http://127.0.0.1#@public.site.dev/",
    "http://127.0.0.1?@public.site.dev/",
    "http://127.0.0.1\\@public.site.dev/",
    "http://public.site.dev\\@127.0.0.1/",
    "http:\\\\127.0.0.1/",
    "http:///127.0.0.1/",
    "http:127.0.0.1/",
    "//127.0.0.1/",
    "http://127.0.0.1\t/",
    "http://127.0.0.1\r\nHost: public.site.dev/",
    "http://public.site.dev\0.127.0.0.1/",
    "http://public.site.dev:22/",
    "http://public.site.dev:6379/",
    "http://public.site.dev:99999/",
    "http://public.site.dev:-1/",
    "http://public.site.dev:8O/",
    "http://public.site.dev:0/",
    "http://localhost/",
    "http://localhost.localdomain.local/",
    "http://a.localhost./",
    "http://db.internal/",
    "http://router.home.arpa/",
    "http://hidden.onion/",
    "http://example.org/",
    "http://www.example.com/",
    "http://page.test/",
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "ftp://public.site.dev/",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "dict://127.0.0.1:11211/",
    "data:text/html,hello",
    "javascript:alert(1)",
    "jar:http://127.0.0.1!/",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "http://",
    "http://[",
    "http://[::1",
    "http://[::ffff:127.0.0.1%00.public.site.dev]/",
    "http://" + "a" * 300 + ".dev/",
    "http://public.site.dev/" + "a" * 5000,
    "",
)  # fmt: skip


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Where connections were tried to; none is made but to 127.0.0.1."""
    places: list[Any] = []
    connect = socket.socket.connect

    def spy(self: socket.socket, place: Any) -> None:
        places.append(place[0])
        if place[0] != "127.0.0.1":
            raise ConnectionRefusedError
        connect(self, place)

    monkeypatch.setattr(socket.socket, "connect", spy)
    return places


def resolver(names: Callable[[str], list[str]]) -> Callable[..., Any]:
    """As the system's for addresses, and as `names` says for names."""
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        try:
            found = real(host, port, flags=socket.AI_NUMERICHOST, type=socket.SOCK_STREAM)
        except socket.gaierror:
            found = []
        if found:
            return found
        return [
            (family_of(text), socket.SOCK_STREAM, 6, "", (text, port))
            for text in names(host.lower().rstrip("."))
        ]

    return resolve


def family_of(text: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in text else socket.AF_INET


@pytest.fixture
def known_names(monkeypatch: pytest.MonkeyPatch) -> None:
    def names(host: str) -> list[str]:
        if host not in NAMES:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return NAMES[host]

    monkeypatch.setattr(socket, "getaddrinfo", resolver(names))


def fetch(url: str, **options: Any) -> Any:
    return fetch_page(url, user_agent="Hindcast", as_of=NOW, **options)


def test_the_list_is_long_enough() -> None:
    assert len(set(URLS)) >= 120


@pytest.mark.parametrize("url", URLS)
def test_no_address_inside_is_connected_to(url: str, tried: list[Any], known_names: None) -> None:
    with pytest.raises(FetchError):
        fetch(url)

    assert tried == []


@pytest.mark.parametrize("url", ["http://public.site.dev/", "https://public.site.dev:8443/a?b#c"])
def test_a_public_address_is_connected_to_by_its_number(
    url: str, tried: list[Any], known_names: None
) -> None:
    with pytest.raises(NotNow, match="its server could not be reached"):
        fetch(url)

    assert tried == [PUBLIC_ADDRESS]


@pytest.mark.parametrize("name", ["nothing.site.dev", "unknown.site.dev"])
def test_a_name_that_leads_nowhere_may_do_so_later(
    name: str, tried: list[Any], known_names: None
) -> None:
    with pytest.raises(NotNow, match="its name leads to no server"):
        fetch(f"http://{name}/")

    assert tried == []


@pytest.mark.parametrize("n_public", range(4))
def test_a_name_that_leads_elsewhere_at_the_next_look_leads_nowhere_inside(
    n_public: int, tried: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = chain(repeat([PUBLIC_ADDRESS], n_public), repeat(["127.0.0.1"]))
    monkeypatch.setattr(socket, "getaddrinfo", resolver(lambda _: next(answers)))

    with pytest.raises(FetchError):
        fetch("http://rebinding.site.dev/")

    assert set(tried) <= {PUBLIC_ADDRESS}


def test_the_library_alone_would_not_have_been_enough(
    tried: list[Any], known_names: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its filter lets pass is refused before it and after it."""
    monkeypatch.setattr(ip_filter_adapter, "filter_host", lambda *_, **__: "[::7f00:1]")

    with pytest.raises(Refused, match="not a public one"):
        fetch("http://public.site.dev/")

    assert tried == []


def test_where_the_connection_is_made_the_address_is_looked_at_once_more(
    tried: list[Any], known_names: None
) -> None:
    looks: Iterator[bool] = chain([True, True], repeat(False))
    reach = Reach(allows=lambda _: next(looks))

    with pytest.raises(Refused, match="not a public one"):
        fetch("http://public.site.dev/", reach=reach)

    assert tried == []


@pytest.mark.parametrize(
    "target",
    [
        *("http://127.0.0.2:{port}/", "http://127.1.1.1/", "http://10.0.0.1/", "http://[::1]/"),
        *("//169.254.169.254/latest/", "http://2130706434/", "http://user@127.0.0.1:{port}/"),
        *("file:///etc/passwd", "gopher://127.0.0.1/", "data:,x", "http://localhost:{port}/"),
        *("http://metadata.google.dev/", "http://127.0.0.1:22/", "http://[::1", "http://ex ample/"),
    ],
)
def test_a_redirect_leads_nowhere_inside_either(
    target: str, tried: list[Any], known_names: None
) -> None:
    with web_server() as site:
        location = target.format(port=site.port)
        site.pages["/"] = Reply(status=302, headers={"Location": location})
        reach = Reach(
            allows=lambda address: str(address) == "127.0.0.1",
            ports={80, site.port},
            allows_loopback=True,
        )

        with pytest.raises(FetchError):
            fetch(site.url(), reach=reach)

    assert tried == ["127.0.0.1"]


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450::1"])
def test_addresses_that_anybody_reaches_are_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_is_asked(
    name: str, tried: list[Any], known_names: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:3128")

    with pytest.raises(NotNow):
        fetch("http://public.site.dev/")

    assert tried == [PUBLIC_ADDRESS]
