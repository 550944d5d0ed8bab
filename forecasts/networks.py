"""From which network a request comes: one IPv4 address, or the 64 bits that one IPv6 user has."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings

UNKNOWN = "unknown"
IPV6_BITS = 64


def network_of(meta: Mapping[str, Any]) -> str:
    """The network in a request's META; what cannot be read is one network, too.

    Behind a proxy it is the last hop of X-Forwarded-For, which that proxy has written; whatever
    stands before it was sent by the visitor, and elsewhere all of it.
    """
    address = str(meta.get("REMOTE_ADDR") or "")
    if settings.BEHIND_PROXY:
        address = str(meta.get("HTTP_X_FORWARDED_FOR") or address).rpartition(",")[2]
    return _network(address.strip())


def _network(address: str) -> str:
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if isinstance(found, IPv4Address):
        return f"{found}/32"
    return str(IPv6Network((found, IPV6_BITS), strict=False))
