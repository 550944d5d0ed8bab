"""What may be asked: public addresses by their numbers, and no others."""

import ipaddress
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from forecasts.models.evidence_copies import MAX_ADDRESS
from forecasts.models.hosts import is_reserved
from worker.fetching.refusals import NotNow, Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NOT_PUBLIC = "its address is not a public one"
# The only part of IPv6 given out so far. It leaves out what carries an IPv4 address elsewhere:
# mapped, compatible, translated (NAT64) addresses, and those of a site or a link.
GIVEN_OUT = ipaddress.ip_network("2000::/3")
# What Python calls global in one version or another, and is not an address of a server.
NOT_FOR_SERVERS = tuple(
    map(
        ipaddress.ip_network,
        (
            *("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24"),
            *("2001::/23", "2002::/16", "3fff::/20"),
        ),
    )
)


def is_public(address: Address) -> bool:
    """Whether an address is one that anybody on the internet reaches alike."""
    if address.version == 6 and address not in GIVEN_OUT:
        return False
    if any(address in network for network in NOT_FOR_SERVERS):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True, slots=True)
class Reach:
    """Which servers may be asked. No setting changes it; a test hands in its own."""

    allows: Callable[[Address], bool] = is_public
    ports: Collection[int] = (80, 443, 8080, 8443)
    allows_loopback: bool = False
    """Lets the library's own filter pass 127.0.0.1, too; `allows` has to say yes as well."""

    def check_url(self, url: str) -> None:
        """Raise Refused unless it is an http address without log-in, on a port of the web."""
        parts, port = _parts_of(url)
        if parts.scheme not in {"http", "https"}:
            raise Refused("its address is not one of the web")
        if parts.username is not None or parts.password is not None or "@" in parts.netloc:
            raise Refused("its address holds a log-in")
        if port not in self.ports:
            raise Refused(f"its address names the port {port}")
        host = (parts.hostname or "").lower().rstrip(".")
        if is_reserved(host):
            raise Refused(
                f"{host[:80]} is a name reserved for examples, tests and private networks"
            )

    def check_host(self, host: str, port: int) -> None:
        """Raise Refused unless every address that the name leads to is allowed."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NotNow("its name leads to no server") from error
        except (UnicodeError, ValueError) as error:
            raise Refused("its address names no host") from error
        if not found:
            raise NotNow("its name leads to no server")
        for *_, place in found:
            self.check_address(str(place[0]))

    def check_address(self, text: str) -> None:
        """Raise Refused unless the address is allowed."""
        try:
            address = ipaddress.ip_address(text.strip("[]"))
        except ValueError as error:
            raise Refused(NOT_PUBLIC) from error
        if not self.allows(address):
            raise Refused(NOT_PUBLIC)


def _parts_of(url: str) -> tuple[SplitResult, int]:
    if len(url) > MAX_ADDRESS:
        raise Refused("its address is too long")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("its address is not complete") from error
    if not parts.hostname:
        raise Refused("its address is not complete")
    if port is None:
        port = 443 if parts.scheme == "https" else 80
    return parts, port


PUBLIC = Reach()
