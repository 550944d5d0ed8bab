"""Web servers for tests: real ones, on loopback, as slow, large or wrong as asked for."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

from worker.fetching.reaches import Reach

# No setting says so: what fetches is handed this by the test.
LOOPBACK = Reach(
    allows=lambda address: address.is_loopback, ports=range(65536), allows_loopback=True
)


@dataclass(frozen=True)
class Reply:
    """What a path answers."""

    body: bytes = b"<title>A page</title><p>It happened.</p>"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/html"})
    drip: float = 0.0
    """Seconds between one byte and the next."""
    length: int | None = None
    """What Content-Length says, where it lies; -1 for no such header."""


Answer = Reply | Callable[[], Reply]


@dataclass
class Site:
    """A server, and what it was asked."""

    port: int
    pages: dict[str, Answer]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    posted: list[bytes] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    is_over: Event = field(default_factory=Event)
    lock: Any = field(default_factory=Lock)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@contextmanager
def web_server(pages: Mapping[str, Answer] | None = None) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def do_GET(self) -> None:
            with site.lock:
                site.asked.append((self.path, dict(self.headers)))
                site.at_once += 1
                site.most_at_once = max(site.most_at_once, site.at_once)
            try:
                with suppress(OSError):  # who asked has left
                    self.answer()
            finally:
                site.at_once -= 1
                self.close_connection = True

        def do_POST(self) -> None:
            site.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def answer(self) -> None:
            answer = site.pages.get(self.path, Reply(b"", 404))
            reply = answer() if callable(answer) else answer
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            length = len(reply.body) if reply.length is None else reply.length
            if length >= 0:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            for piece in pieces(reply):
                self.wfile.write(piece)
                if reply.drip and site.is_over.wait(reply.drip):
                    break

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(server.server_address[1], dict(pages or {"/": Reply()}))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        site.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def pieces(reply: Reply) -> Iterator[bytes]:
    if not reply.drip:
        yield reply.body
        return
    for number in range(len(reply.body)):
        yield reply.body[number : number + 1]


@contextmanager
def raw_server(serve: Callable[[socket.socket, Event], None]) -> Iterator[str]:
    """A server that speaks no HTTP, but does `serve` with each connection."""
    is_over = Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with suppress(OSError):
            while not is_over.is_set():
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    serve(connection, is_over)

    thread = Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        is_over.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
