"""The demo says in one line why it cannot start, and keeps its secret."""

import fcntl
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import environ
import pytest

from tests.processes import free_port
from tools.environments import ROOT
from tools.run_demo import write_env_file


def refusal(directory: Path, port: int | str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tools.run_demo", "--directory", str(directory)],
        cwd=ROOT,
        env={**os.environ, "PORT": str(port)},
        capture_output=True,
        check=False,
        text=True,
        timeout=20,
    )
    return done.returncode, done.stdout + done.stderr


def test_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        code, output = refusal(tmp_path, port)

    assert code == 1
    assert output == (
        f"Port {port} cannot be used (address already in use); try another: PORT=8123 make demo\n"
    )


def test_second_demo_on_the_same_data_is_one_clear_line(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        code, output = refusal(tmp_path, free_port())

    assert (code, output) == (1, f"A demo is already running on the data in {tmp_path}.\n")


def test_port_that_is_none_is_named(tmp_path: Path) -> None:
    code, output = refusal(tmp_path, "eight")

    assert code == 2
    assert output.endswith("'eight' is not a port number\n")


def test_env_file_keeps_its_secret_and_follows_the_port(tmp_path: Path) -> None:
    first = write_env_file(tmp_path, 8000, "redis+socket:///a")
    second = write_env_file(tmp_path, 8123, "redis+socket:///b")

    assert first["SITE_URL"] == "http://localhost:8000"
    assert second["SITE_URL"] == "http://localhost:8123"
    assert second["SECRET_KEY"] == first["SECRET_KEY"]
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["plain", "with space", "100% + #1 o'clock"])
def test_env_file_is_read_as_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    directory = tmp_path / name
    directory.mkdir()
    written = write_env_file(directory, 8000, "redis+socket:///a")
    read: dict[str, str] = {}
    monkeypatch.setattr(environ.Env, "ENVIRON", read)

    environ.Env.read_env(str(directory / "env"))

    assert read == written
    assert environ.Env().db("DATABASE_URL")["NAME"] == str(directory / "db.sqlite3")
    assert environ.Env().email_url("EMAIL_URL")["EMAIL_FILE_PATH"] == str(directory / "mail")
