"""Names of hosts, as an address of evidence gives them."""

from urllib.parse import urlsplit

MAX_HOST = 255
# Set aside by RFC 2606, 6761, 7686, 8375 and 9476 for examples, tests and private networks:
# nobody has published anything under them.
RESERVED_DOMAINS = (
    *("example.com", "example.net", "example.org", "home.arpa"),
    *("alt", "example", "internal", "invalid", "local", "localhost", "onion", "test"),
)


def host_of(url: str) -> str:
    """The host that an address names, in small letters; empty where it names none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.lower().rstrip(".")[:MAX_HOST]


def is_reserved(host: str) -> bool:
    """Whether a name is set aside for examples, tests or private networks."""
    return any(host == domain or host.endswith(f".{domain}") for domain in RESERVED_DOMAINS)
