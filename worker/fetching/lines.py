"""Connections to servers: to the address that was checked, and cut when the time is up."""

import socket
from contextlib import suppress
from threading import Lock
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from worker.fetching.reaches import Reach
from worker.fetching.refusals import NotNow

TOO_SLOW = "the server did not answer in time"


class Line:
    """The connection of a fetch. Another thread can cut it, however slowly bytes drip from it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._twin: socket.socket | None = None
        self._is_cut = False

    def hold(self, connection: socket.socket) -> socket.socket:
        """Remember the connection in place of the last one."""
        with self._lock:
            self._let_go()
            if self._is_cut:
                connection.close()
                raise NotNow(TOO_SLOW)
            # TLS takes the socket for itself; its twin still ends what both stand for.
            self._twin = connection.dup()
        return connection

    def cut(self) -> None:
        """End the connection, and allow no other."""
        with self._lock:
            self._is_cut = True
            self._let_go()

    def _let_go(self) -> None:
        if self._twin is None:
            return
        with suppress(OSError):  # it has ended by itself
            self._twin.shutdown(socket.SHUT_RDWR)
        self._twin.close()
        self._twin = None


class GuardedAdapter(IPFilterAdapter):  # type: ignore[misc] # the library ships no types
    """The library's filter, which pins a name to the address it checked, made stricter.

    Every address of the name has to be allowed, not the first alone; the pinned one is checked
    again, and once more where the connection is made.
    """

    def __init__(self, line: Line, reach: Reach, *, is_https: bool) -> None:
        super().__init__(is_https_proto=is_https, allow_loopback=reach.allows_loopback)
        self._reach = reach
        self.poolmanager.pool_classes_by_scheme = _pools(line, reach)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        """Where to connect to: an address in numbers, never a name."""
        self._reach.check_url(str(request.url))
        place, _ = HTTPAdapter.build_connection_pool_key_attributes(self, request, verify, cert)
        self._reach.check_host(place["host"], place["port"] or 0)
        pinned, options = super().build_connection_pool_key_attributes(request, verify, cert)
        self._reach.check_address(pinned["host"])
        return pinned, options


def _pools(line: Line, reach: Reach) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            reach.check_address(self.host)
            return line.hold(super()._new_conn())

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            reach.check_address(self.host)
            return line.hold(super()._new_conn())

    return {
        "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": Plain}),
        "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure}),
    }
