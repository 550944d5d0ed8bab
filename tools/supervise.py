"""Keeps a handful of child processes running, and takes every one of them along when it ends."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Self

from tools.processes import signal_group, start, stop

FIRST_DELAY = 0.5
LONGEST_DELAY = 10.0
TICK = 0.1
SETTLED_AFTER = 10.0  # seconds of life after which a child is trusted again
GRACE = 3.0  # seconds that one child has to end
GRACE_OF_ALL = 7.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes]
    started: float
    delay: float = FIRST_DELAY
    due: float | None = None

    def is_settled(self) -> bool:
        return time.monotonic() - self.started > SETTLED_AFTER


class Guard:
    """A process that kills the noted groups once the pipe from its parent breaks.

    The death signal of the kernel reaches children only; a worker that is killed leaves its pool.
    """

    def __init__(self) -> None:
        reader, self.writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            for signum in STOP_SIGNALS:
                signal.signal(signum, signal.SIG_IGN)
            os.close(self.writer)
            self._outlive(reader)
        os.close(reader)

    def note(self, sign: str, pid: int) -> None:
        with suppress(BrokenPipeError):  # somebody killed the guard: work on without it
            os.write(self.writer, f"{sign}{pid}\n".encode())

    def dismiss(self) -> None:
        os.close(self.writer)
        os.waitpid(self.pid, 0)

    def _outlive(self, reader: int) -> None:
        groups: set[int] = set()
        with os.fdopen(reader) as lines:
            for line in lines:
                (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
        for group in groups:
            with suppress(OSError):
                os.killpg(group, signal.SIGKILL)
        os._exit(0)


class Supervisor:
    """Use as a context: what was started inside is gone after it, in reverse order."""

    def __init__(
        self,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        output: IO[bytes] | None = None,
    ) -> None:
        self.env, self.cwd, self.output = env, cwd, output
        self.children: list[Child] = []
        self.is_stopping = False

    def __enter__(self) -> Self:
        self.guard = Guard()
        for signum in STOP_SIGNALS:
            signal.signal(signum, self._ask_to_stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        limit = time.monotonic() + GRACE_OF_ALL
        for child in reversed(self.children):
            stop(child.process, wait=min(GRACE, max(0.5, limit - time.monotonic())))
            self.guard.note("-", child.process.pid)
        self.guard.dismiss()

    def start(self, name: str, command: Sequence[str]) -> None:
        self.children.append(Child(name, command, self._spawn(command), time.monotonic()))

    def run(self, until: Callable[[], bool] = lambda: False) -> bool:
        """Watch over the children; False when asked to stop before the condition held."""
        while not self.is_stopping and not until():
            for child in self.children:
                self._look_after(child)
            time.sleep(TICK)
        return not self.is_stopping

    def _look_after(self, child: Child) -> None:
        if child.due is not None:
            if time.monotonic() >= child.due:
                self._restart(child)
        elif child.process.poll() is not None:
            self._mourn(child)

    def _mourn(self, child: Child) -> None:
        signal_group(child.process, signal.SIGKILL)  # what it left behind
        self.guard.note("-", child.process.pid)
        child.delay = FIRST_DELAY if child.is_settled() else min(child.delay * 2, LONGEST_DELAY)
        child.due = time.monotonic() + child.delay
        code = child.process.returncode
        print(f"{child.name} ended ({code}), starting it again in {child.delay:g} s", flush=True)

    def _restart(self, child: Child) -> None:
        child.process = self._spawn(child.command)
        child.started, child.due = time.monotonic(), None

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        process = start(command, env=self.env, cwd=self.cwd, output=self.output)
        self.guard.note("+", process.pid)
        return process

    def _ask_to_stop(self, _signum: int, _frame: FrameType | None) -> None:
        self.is_stopping = True
