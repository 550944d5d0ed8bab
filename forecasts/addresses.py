"""Addresses that strangers give us to ask: which of them are public, and on the web."""

import ipaddress
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from forecasts.models.evidence_copies import MAX_ADDRESS
from forecasts.models.hosts import is_reserved

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

WEB_PORTS = (80, 443, 8080, 8443)
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


def flaw_in(url: str, *, ports: Collection[int] = WEB_PORTS) -> str:
    """Why an address is none of the web, without log-in, on one of the ports; empty if it is.

    Names are not looked up: whoever connects has to check what they lead to.
    """
    if len(url) > MAX_ADDRESS:
        return "its address is too long"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "its address is not complete"
    if not parts.hostname:
        return "its address is not complete"
    if port is None:
        port = 443 if parts.scheme == "https" else 80
    return _flaw_in_parts(parts, port, ports)


def flaw_in_host(host: str) -> str:
    """Why a host cannot be a public one, as far as that is seen without looking its name up."""
    name = host.strip("[]").rstrip(".")
    try:
        return "" if is_public(ipaddress.ip_address(name)) else NOT_PUBLIC
    except ValueError:
        # Other spellings of numbers, such as 127.1 or 0x7f000001, and names of one's own network.
        last = name.rpartition(".")[2]
        return "" if "." in name and not last[:1].isnumeric() else NOT_PUBLIC


def _flaw_in_parts(parts: SplitResult, port: int, ports: Collection[int]) -> str:
    if parts.scheme not in {"http", "https"}:
        return "its address is not one of the web"
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        return "its address holds a log-in"
    if port not in ports:
        return f"its address names the port {port}"
    host = (parts.hostname or "").lower().rstrip(".")
    if is_reserved(host):
        return f"{host[:80]} is a name reserved for examples, tests and private networks"
    return ""
