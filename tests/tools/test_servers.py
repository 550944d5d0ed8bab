"""The throw-away servers answer, and nothing of them outlives who asked for them."""

import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from tests.processes import all_gone, descendants, short_temporary_directory
from tools import servers
from tools.environments import ROOT
from tools.servers import ServerFailedError, ServerMissingError, postgres_server, redis_server

pytestmark = [pytest.mark.acceptance, pytest.mark.own_servers]

BOTH = """
import sys
from tools.servers import postgres_server, redis_server
with redis_server(), {second}:
    print("up", flush=True)
    sys.stdin.read()
"""


def client(url: str) -> redis.Redis:
    return redis.Redis(unix_socket_path=url.removeprefix("redis+socket://"))


def has_postgres() -> bool:
    try:
        servers.postgres_directory()
    except ServerMissingError:
        return False
    return True


def test_redis_keeps_its_data_where_a_directory_is_given(tmp_path: Path) -> None:
    with redis_server(tmp_path, append_only=True) as url, client(url) as connection:
        connection.set("key", "value")

    with redis_server(tmp_path, append_only=True) as url, client(url) as connection:
        assert connection.get("key") == b"value"


def test_redis_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("in the way")

    with pytest.raises(ServerFailedError, match="appendonlydir"):
        redis_server(tmp_path, append_only=True).__enter__()


def test_postgres_answers_at_its_address() -> None:
    if not has_postgres():
        pytest.skip("PostgreSQL is not installed")

    with postgres_server() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_missing_postgres_has_an_exception_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(servers, "DEBIAN_VERSIONS", tmp_path)

    with pytest.raises(ServerMissingError):
        postgres_server().__enter__()


def test_killed_owner_takes_its_servers_along() -> None:
    program = BOTH.format(second="postgres_server()" if has_postgres() else "redis_server()")
    with (
        short_temporary_directory() as env,
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as owner,
    ):
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"up\n"
        everyone = descendants(owner.pid)

        owner.send_signal(signal.SIGKILL)

        assert len(everyone) >= 2
        assert all_gone(everyone, seconds=10)
