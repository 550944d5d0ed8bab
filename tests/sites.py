"""A whole site in processes of its own: web, worker and beat, on the test's database."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from pathlib import Path
from subprocess import Popen
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit, urlunsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from django.db import connection

from tests.processes import free_port
from tools.environments import ROOT
from tools.processes import signal_group, start, stop, wait_until

WEB = [sys.executable, "-m", "gunicorn", "config.wsgi", "--no-control-socket", "-w", "2"]
CELERY = [sys.executable, "-m", "celery", "-A", "worker.celery"]


def database_url() -> str:
    """The address of the database that the running test uses."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@dataclass
class Site:
    """The processes, and where they write what they say."""

    directory: Path
    port: int
    smtp_port: int
    redis_url: str
    stack: ExitStack
    processes: dict[str, Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address of the site."""
        return f"http://127.0.0.1:{self.port}"

    def start_web(self) -> None:
        """Serve, and wait until pages come."""
        self.start("web", [*WEB, "--bind", f"127.0.0.1:{self.port}"])
        assert wait_until(lambda: Visitor(self).status("/api/v1/topics/") == 200, seconds=60)

    def start_worker(self) -> None:
        """Start the worker."""
        self.start("worker", [*CELERY, "worker", "-c", "1", "-l", "info"])

    def start_beat(self) -> None:
        """Start the ticks."""
        self.start("beat", [*CELERY, "beat", "-s", str(self.directory / "beat"), "--pidfile="])

    def start(self, name: str, command: list[str]) -> None:
        """Start a process that ends with the test."""
        with (self.directory / f"{name}.log").open("ab") as log:
            process = start(command, env=self.environment(), cwd=ROOT, output=log)
        self.processes[name] = process
        self.stack.callback(stop, process, wait=10)

    def kill(self, name: str) -> None:
        """Kill a process and its children with -9."""
        process = self.processes[name]
        signal_group(process, 9)
        process.wait(10)

    def environment(self) -> dict[str, str]:
        """As in production, but on loopback."""
        return {
            "API_PER_MINUTE": "1000000",
            **os.environ,
            "DATABASE_URL": database_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "REDIS_URL": self.redis_url,
            "SITE_URL": self.url,
            "ALLOWED_HOSTS": "127.0.0.1",
        }

    def logs(self) -> str:
        """What all of them said, for a failing test to show."""
        return "\n".join(
            f"--- {log.name}\n{log.read_text()[-4000:]}" for log in self.directory.glob("*.log")
        )


@contextmanager
def running_site(directory: Path, *, smtp_port: int, redis_url: str) -> Iterator[Site]:
    """A site on a free port, without processes yet; all that are started end with the block."""
    with ExitStack() as stack:
        yield Site(directory, free_port(), smtp_port, redis_url, stack)


class _Inputs(HTMLParser):
    """The hidden fields of a page's forms."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("type") == "hidden" and found.get("name"):
            self.hidden[str(found["name"])] = found.get("value") or ""


@dataclass
class Visitor:
    """Somebody with a browser of their own."""

    site: Site
    opener: OpenerDirector = field(
        default_factory=lambda: build_opener(HTTPCookieProcessor(CookieJar()))
    )

    def get(self, address: str) -> tuple[str, str]:
        """A page's text and where it turned out to be."""
        return self._read(Request(self._absolute(address)))

    def post(self, address: str, page: str, **typed: str) -> tuple[str, str]:
        """Send the form of a page, its hidden fields included."""
        inputs = _Inputs()
        inputs.feed(page)
        body = urlencode({**inputs.hidden, **typed}).encode()
        request = Request(self._absolute(address), body)
        request.add_header("Referer", self._absolute(address))
        return self._read(request)

    def api(self, path: str) -> Any:
        """The JSON of an address of the API."""
        return json.loads(self.get(f"/api/v1/{path}")[0])

    def status(self, path: str) -> int:
        """Only the status; 599 where nobody answers."""
        try:
            with self.opener.open(self._absolute(path), timeout=20) as response:
                return int(response.status)
        except HTTPError as error:
            return error.code
        except OSError:
            return 599

    def _absolute(self, address: str) -> str:
        return address if "://" in address else f"{self.site.url}{address}"

    def _read(self, request: Request) -> tuple[str, str]:
        response: HTTPResponse = self.opener.open(request, timeout=30)
        with response:
            return response.read().decode(), response.geturl()
