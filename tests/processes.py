"""What the tests ask the kernel about processes."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.processes import wait_until


def is_alive(pid: int) -> bool:
    """Tell whether it runs; a zombie, which only waits for its parent, does not."""
    return bool(fields := status(pid)) and fields[0] != "Z"


def descendants(pid: int) -> list[int]:
    """Return the children of a process, their children and so on."""
    parents = {child: int(fields[1]) for child in running() if (fields := status(child))}
    found = [pid]
    for ancestor in found:  # grows while it is read
        found += [child for child, parent in parents.items() if parent == ancestor]
    return found[1:]


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:  # gone meanwhile
        return ""


def running() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())


def status(pid: int) -> list[str]:
    """Return state, parent and the rest of what the kernel says, nothing of a process gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def all_gone(pids: list[int], *, seconds: float) -> bool:
    return wait_until(lambda: not any(map(is_alive, pids)), seconds=seconds)


@contextmanager
def short_temporary_directory() -> Iterator[dict[str, str]]:
    """Yield an environment for a program that will be killed and cannot tidy up after itself."""
    with TemporaryDirectory(prefix="hc-", dir="/tmp", ignore_cleanup_errors=True) as path:
        Path(path).chmod(0o711)  # PostgreSQL of a test run as root has another user
        yield {**os.environ, "TMPDIR": path}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
