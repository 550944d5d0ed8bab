"""The supervisor restarts its children, and leaves none behind however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.processes import all_gone, is_alive
from tools.environments import ROOT
from tools.processes import wait_until

pytestmark = [pytest.mark.acceptance, pytest.mark.own_servers]

# Each child notes itself and a grandchild, as a worker has a pool.
CHILD = "echo $$ >> {file}; sleep 600 & echo $! >> {file}; wait"
STUBBORN = "trap '' TERM; " + CHILD
PROGRAM = """
import sys
from tools.supervise import Supervisor
with Supervisor() as supervisor:
    for number, command in enumerate(sys.argv[1:]):
        supervisor.start(f"child {number}", ["sh", "-c", command])
    supervisor.run()
"""


class Family:
    """A supervisor in a process of its own, and the files where its children note themselves."""

    def __init__(self, directory: Path, *children: str) -> None:
        self.files = [directory / str(number) for number in range(len(children))]
        commands = [
            child.format(file=file) for child, file in zip(children, self.files, strict=True)
        ]
        self.output = directory / "output"
        with self.output.open("wb") as output:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, *commands], cwd=ROOT, stdout=output
            )
        assert wait_until(
            lambda: all(self.pids(number) for number in range(len(children))), seconds=10
        )

    def pids(self, number: int) -> list[int]:
        """Return every child and grandchild so far, once the latest pair is complete."""
        file = self.files[number]
        pids = [int(line) for line in file.read_text().split()] if file.exists() else []
        return pids if len(pids) % 2 == 0 else []

    def everyone(self) -> list[int]:
        return [pid for number in range(len(self.files)) for pid in self.pids(number)]

    def end(self, signum: int) -> str:
        self.supervisor.send_signal(signum)
        self.supervisor.wait(timeout=15)
        return self.output.read_text()


Start = Callable[..., Family]


@pytest.fixture
def start_family(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def start(*children: str) -> Family:
            family = Family(tmp_path, *children)
            stack.callback(family.end, signal.SIGKILL)
            return family

        yield start


def test_killed_child_is_restarted_and_its_own_children_do_not_stay(start_family: Start) -> None:
    family = start_family(CHILD)
    child = family.pids(0)[0]

    os.kill(child, signal.SIGKILL)

    assert wait_until(lambda: len(family.pids(0)) == 4, seconds=5)
    assert [is_alive(pid) for pid in family.pids(0)] == [False, False, True, True]
    assert "child 0 ended (-9), starting it again in 1 s" in family.end(signal.SIGTERM)


def test_child_that_keeps_dying_is_restarted_ever_more_slowly(start_family: Start) -> None:
    family = start_family("echo 1 >> {file}; echo 2 >> {file}")

    time.sleep(4)

    assert len(family.pids(0)) // 2 in (2, 3)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_leaves_nobody(start_family: Start, signum: int) -> None:
    family = start_family(CHILD, CHILD)
    everyone = family.everyone()

    family.end(signum)

    assert len(everyone) == 4
    assert not any(map(is_alive, everyone))


def test_children_that_do_not_listen_are_gone_within_ten_seconds(start_family: Start) -> None:
    family = start_family(*[STUBBORN] * 5)
    everyone = family.everyone()
    started = time.monotonic()

    family.end(signal.SIGINT)

    assert time.monotonic() - started < 10
    assert not any(map(is_alive, everyone))


def test_last_started_is_stopped_first(start_family: Start) -> None:
    note = "trap 'date +%s%N >> {file}.end; exit' TERM; " + CHILD
    family = start_family(note, note, note)

    family.end(signal.SIGTERM)

    ends = [int(file.with_name(f"{file.name}.end").read_text()) for file in family.files]
    assert ends == sorted(ends, reverse=True)


def test_killed_supervisor_takes_everyone_along(start_family: Start) -> None:
    family = start_family(CHILD, STUBBORN)
    everyone = family.everyone()

    family.end(signal.SIGKILL)

    assert all_gone(everyone, seconds=5)
