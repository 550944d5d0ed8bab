"""Speaking HTTP to a real server byte by byte, so that what libraries refuse to send is sent."""

import socket
import time
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse

from tests.fuzz.attacks import Attack

SECONDS_TO_ANSWER = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, and after how long. status: 0 where the server only hung up."""

    status: int
    headers: HTTPMessage
    body: bytes
    seconds: float


def send(port: int, attack: Attack, token: str) -> Reply:
    """The answer of the server on this port to a request with the key of this token."""
    raw = written(attack, port, token)
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS_TO_ANSWER) as connection:
        try:
            connection.sendall(raw)
            # So that nobody waits for what was announced and never comes.
            connection.shutdown(socket.SHUT_WR)
            response = HTTPResponse(connection, method=attack.method)
            response.begin()
            reply = response.status, response.headers, response.read()
        except (HTTPException, OSError) as error:
            reply = 0, HTTPMessage(), repr(error).encode()
    return Reply(*reply, time.perf_counter() - started)


def written(attack: Attack, port: int, token: str) -> bytes:
    """The request, with what it has not got of host, key and length."""
    given = {name.lower() for name, _ in attack.headers}
    headers = [*attack.headers, ("Connection", "close")]
    if "host" not in given:
        headers.append(("Host", f"127.0.0.1:{port}"))
    if "authorization" not in given:
        headers.append(("Authorization", f"Bearer {token}"))
    if attack.body and not given & {"content-length", "transfer-encoding"}:
        headers.append(("Content-Length", str(len(attack.body))))
    lines = [f"{attack.method} {attack.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + attack.body
