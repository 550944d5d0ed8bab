"""Child processes that never outlive the one who started them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TypeVar

Found = TypeVar("Found")
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def start(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: IO[bytes] | int | None = None,
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start a command as the leader of its own session, to be killed if this process dies."""
    return subprocess.Popen(
        command,
        env=env,
        cwd=cwd,
        user=user,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509, nothing here runs threads
    )


def _die_with(parent: int) -> Callable[[], None]:
    def set_death_signal() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os.kill(os.getpid(), signal.SIGKILL)

    return set_death_signal


def signal_group(process: subprocess.Popen[bytes], signum: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # gone; macOS says it the second way
        os.killpg(process.pid, signum)


def stop(process: subprocess.Popen[bytes], *, signum: int = signal.SIGTERM, wait: float) -> None:
    """Ask once, then kill the whole group, so that no grandchild stays behind."""
    process.send_signal(signum)
    with suppress(subprocess.TimeoutExpired):
        process.wait(wait)
    signal_group(process, signal.SIGKILL)
    process.wait()


def wait_until(condition: Callable[[], Found], *, seconds: float, every: float = 0.02) -> Found:
    """Ask until the answer is true or the time is over, and return the last answer."""
    limit = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < limit:
        time.sleep(every)
    return found
