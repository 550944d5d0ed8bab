"""`make demo` from its start to its end: it answers, heals, keeps its data, leaves no trace."""

import http.client
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.processes import (
    all_gone,
    command,
    descendants,
    free_port,
    is_alive,
    short_temporary_directory,
)
from tools.environments import ROOT
from tools.processes import wait_until

pytestmark = [pytest.mark.acceptance, pytest.mark.own_servers]

SERVICES = {"redis": "redis.sock", "web": "gunicorn", "worker": " worker ", "beat": " beat "}
# Many times what it takes on a machine that does nothing else.
SECONDS_TO_ANSWER = 90
SECONDS_TO_LOAD = 240


class Demo:
    """A running demo, with all its processes."""

    def __init__(self, process: subprocess.Popen[bytes], directory: Path, port: int) -> None:
        self.process, self.directory, self.port = process, directory, port

    def output(self) -> str:
        return self.directory.with_name("output").read_text()

    def is_up(self) -> bool:
        return "Hindcast is running." in self.output()

    def comes(self, condition: Callable[[], bool], *, seconds: float) -> bool:
        """Wait for the condition, as long as the demo runs."""
        wait_until(
            lambda: condition() or self.process.poll() is not None, seconds=seconds, every=0.2
        )
        return condition()

    def is_answering(self, path: str = "/api/v1/experts/") -> bool:
        try:
            return self.status(path) == 200
        except OSError:
            return False

    def status(self, path: str) -> int:
        """Return the status of the answer; OSError where none comes."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status

    def pids(self, service: str) -> list[int]:
        """Return a service's processes, its leader first."""
        everyone = descendants(self.process.pid)
        return [pid for pid in everyone if SERVICES[service] in f"{command(pid)} "]

    def end(self, signum: int) -> float:
        """Signal, and return how long it took."""
        started = time.monotonic()
        self.process.send_signal(signum)
        self.process.wait(timeout=30)
        return time.monotonic() - started


@contextmanager
def running(directory: Path, port: int) -> Iterator[Demo]:
    program = [sys.executable, "-m", "tools.run_demo", "--directory", str(directory)]
    with ExitStack() as stack:
        env = stack.enter_context(short_temporary_directory()) | {"PORT": str(port)}
        env.pop("REDIS_URL", None)
        output = stack.enter_context(directory.with_name("output").open("wb"))
        process = subprocess.Popen(
            program, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT
        )
        demo = Demo(process, directory, port)
        stack.callback(demo.end, signal.SIGKILL)
        assert demo.comes(demo.is_answering, seconds=SECONDS_TO_ANSWER), demo.output()
        assert demo.comes(demo.is_up, seconds=SECONDS_TO_LOAD), demo.output()
        yield demo


def test_demo_answers_heals_keeps_its_data_and_leaves_no_process(tmp_path: Path) -> None:
    directory, port = tmp_path / "demo", free_port()
    with running(directory, port) as demo:
        answers_everywhere(demo)
        what_dies_comes_back(demo)
        mark_data(directory)
        interrupt_leaves_nobody(demo)

    with running(directory, port) as demo:
        assert is_marked(directory)
        kill_leaves_nobody(demo)


def answers_everywhere(demo: Demo) -> None:
    pages = ("/", "/api/v1/experts/", "/api/v1/docs/", "/admin/login/")

    assert {page: demo.status(page) for page in pages} == dict.fromkeys(pages, 200)
    assert wait_until(lambda: demo.status("/api/v1/health/") == 200, seconds=60, every=0.5)
    assert f"http://localhost:{demo.port}/api/v1/docs/" in demo.output()


def what_dies_comes_back(demo: Demo) -> None:
    for service in SERVICES:
        old = demo.pids(service)

        os.kill(old[0], signal.SIGKILL)

        assert all_gone(old, seconds=5)
        assert wait_until(partial(demo.pids, service), seconds=15), service
    assert wait_until(lambda: demo.is_answering("/"), seconds=30)


def mark_data(directory: Path) -> None:
    with closing(sqlite3.connect(directory / "db.sqlite3", timeout=20)) as database:
        database.execute("CREATE TABLE mark_of_the_visitor (id integer)")


def is_marked(directory: Path) -> bool:
    with closing(sqlite3.connect(directory / "db.sqlite3", timeout=20)) as database:
        tables = database.execute("SELECT name FROM sqlite_master").fetchall()
    return ("mark_of_the_visitor",) in tables


def interrupt_leaves_nobody(demo: Demo) -> None:
    everyone = descendants(demo.process.pid)

    assert demo.end(signal.SIGINT) < 10
    assert len(everyone) > len(SERVICES)
    assert not any(map(is_alive, everyone))


def kill_leaves_nobody(demo: Demo) -> None:
    everyone = descendants(demo.process.pid)

    demo.end(signal.SIGKILL)

    assert all_gone(everyone, seconds=5)
