"""The web server as production runs it, and what its workers have used."""

import http.client
import os
import shlex
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.environments import ROOT, for_tests
from tools.processes import start, stop, wait_until

PROCFILE = ROOT / "Procfile"
NANOSECONDS = 1e9
TICKS = os.sysconf("SC_CLK_TCK")
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Server:
    """A gunicorn on loopback."""

    pid: int
    port: int

    def workers(self) -> list[int]:
        """Its processes that answer."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def cpu_seconds(self) -> float:
        """What the workers have used of the processors so far."""
        return sum(map(used_by, self.workers()))

    def resident_mib(self) -> float:
        """What the largest worker holds."""
        page = os.sysconf("SC_PAGE_SIZE")
        held = [Path(f"/proc/{pid}/statm").read_text().split()[1] for pid in self.workers()]
        return max(map(int, held)) * page / MIB

    def connect(self) -> http.client.HTTPConnection:
        """A connection that is kept open, so that one worker answers all that is asked on it."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)


def used_by(pid: int) -> float:
    """Seconds of processor time of all threads that live, to the nanosecond where told."""
    tasks = list(Path(f"/proc/{pid}/task").glob("*/schedstat"))
    if tasks:
        return sum(int(task.read_text().split()[0]) for task in tasks) / NANOSECONDS
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def running(
    directory: Path, *, database_url: str, redis_url: str, kept_mib: int
) -> Iterator[Server]:
    """Serve with the command of the Procfile, and wait until answers come."""
    port = free_port()
    environment = {
        **for_tests(directory, database_url=database_url, redis_url=redis_url),
        "API_KEPT_MIB": str(kept_mib),
        "DJANGO_SETTINGS_MODULE": "benchmarks.api_settings",
        "LOG_LEVEL": "WARNING",
        "SITE_URL": f"http://127.0.0.1:{port}",
    }
    with (directory / f"web-{port}.log").open("wb") as log:
        process = start(web_command(port), env=environment, cwd=ROOT, output=log)
        try:
            server = Server(process.pid, port)
            assert wait_until(lambda: answers(server), seconds=120), log.name
            yield server
        finally:
            stop(process, wait=10)


def web_command(port: int) -> list[str]:
    """The Procfile's, with this port."""
    lines = dict(line.split(": ", 1) for line in PROCFILE.read_text().splitlines())
    words = shlex.split(lines["web"].replace("0.0.0.0:${PORT:-8000}", f"127.0.0.1:{port}"))
    return [sys.executable, "-m", *words]


def answers(server: Server) -> bool:
    try:
        return ask(server.connect(), "/bench/empty/")[0] == http.HTTPStatus.OK
    except OSError:
        return False


def ask(
    connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Status and ETag."""
    connection.request("GET", path, headers={"Accept-Encoding": "gzip", **(headers or {})})
    response = connection.getresponse()
    response.read()
    return response.status, response.headers.get("ETag", "")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
