"""What may be asked: public addresses by their numbers, and no others."""

import ipaddress
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass

from forecasts.addresses import NOT_PUBLIC, WEB_PORTS, Address, flaw_in, is_public
from worker.fetching.refusals import NotNow, Refused


@dataclass(frozen=True, slots=True)
class Reach:
    """Which servers may be asked. No setting changes it; a test hands in its own."""

    allows: Callable[[Address], bool] = is_public
    ports: Collection[int] = WEB_PORTS
    allows_loopback: bool = False
    """Lets the library's own filter pass 127.0.0.1, too; `allows` has to say yes as well."""

    def check_url(self, url: str) -> None:
        """Raise Refused unless it is an http address without log-in, on a port of the web."""
        if flaw := flaw_in(url, ports=self.ports):
            raise Refused(flaw)

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


PUBLIC = Reach()
