"""Every service's own command of docker-compose.yml, run by hand on real PostgreSQL and Redis."""

import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from tests.processes import free_port
from tools.environments import ROOT
from tools.processes import start, stop, wait_until
from tools.servers import ServerMissingError, postgres_server, redis_binary

pytestmark = [pytest.mark.acceptance, pytest.mark.own_servers]

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())[
    "services"
]
COLLECT = ["python", "manage.py", "collectstatic", "--noinput"]
DOTENV = {
    "SECRET_KEY": "only-for-tests-" + "x" * 50,
    "SITE_URL": "https://hindcast.test",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "POSTGRES_PASSWORD": "unused",
}
HTTPS = {"Host": "hindcast.test", "X-Forwarded-Proto": "https"}


@dataclass(slots=True)
class Site:
    """What the containers would share, on this machine."""

    directory: Path
    database_url: str
    web_port: int
    redis_port: int

    def command(self, text: str) -> str:
        """Put this machine's ports and paths in the place of the containers'."""
        return (
            text.replace("0.0.0.0:8000", f"127.0.0.1:{self.web_port}")
            .replace("tools.check_health", f"tools.check_health {self.web_port}")
            .replace("/tmp", str(self.directory))
            .replace("$$", "$")
        )

    def environment(self, service: str) -> dict[str, str]:
        settings = SERVICES[service].get("environment", {})
        return {
            "HOSTNAME": socket.gethostname(),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **{name: interpolate(value) for name, value in settings.items()},
            "DATABASE_URL": self.database_url,
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "MEDIA_ROOT": str(self.directory / "media"),
            "STATIC_ROOT": str(self.directory / "static"),
            "COLLECTED_STATIC": "true",  # as in the image
        }

    def run(self, service: str, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment(service),
            capture_output=True,
            check=False,
            text=True,
            timeout=90,
        )

    def is_healthy(self, service: str) -> bool:
        """Run the service's own health check."""
        kind, *words = SERVICES[service]["healthcheck"]["test"]
        command = self.command(" ".join(words))
        words = ["sh", "-c", command] if kind == "CMD-SHELL" else command.split()
        return self.run(service, *words).returncode == 0

    def words(self, service: str) -> list[str]:
        words = [self.command(word) for word in SERVICES[service]["command"]]
        if service != "redis":
            return words
        private = ["--port", str(self.redis_port), "--dir", str(self.directory)]
        return [redis_binary(), *words[1:], *private]

    @contextmanager
    def running(self, service: str) -> Iterator[Path]:
        """Run a long-lived service and yield its log."""
        log = self.directory / f"{service}.log"
        with log.open("wb") as output:
            process = start(
                self.words(service), env=self.environment(service), cwd=ROOT, output=output
            )
        try:
            yield log
        finally:
            stop(process, wait=10)

    def heartbeats(self) -> dict[str, datetime]:
        with psycopg.connect(self.database_url) as connection:
            return dict(connection.execute("SELECT job, beaten_at FROM mail_heartbeat").fetchall())

    def status(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=10)
        try:
            connection.request("GET", path, headers=HTTPS)
            return connection.getresponse().status
        except OSError:
            return 599
        finally:
            connection.close()


def interpolate(value: str) -> str:
    return re.sub(r"\$\{(\w+)[^}]*\}", lambda match: DOTENV[match[1]], value)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    try:
        with postgres_server() as database_url, tempfile.TemporaryDirectory() as directory:
            site = Site(Path(directory), database_url, free_port(), free_port())
            with site.running("redis"):
                for command in (COLLECT, SERVICES["migrate"]["command"]):
                    done = site.run("migrate", *command)
                    assert done.returncode == 0, done.stdout + done.stderr
                yield site
    except ServerMissingError as error:
        pytest.skip(str(error))


def test_image_collects_its_static_files_by_the_command_tried_here() -> None:
    assert " ".join(COLLECT) in (ROOT / "Dockerfile").read_text()


def test_migrations_are_complete_and_may_be_run_again(site: Site) -> None:
    again = site.run("migrate", *SERVICES["migrate"]["command"])

    assert again.returncode == 0
    assert "No migrations to apply" in again.stdout


def test_service_refuses_to_start_without_its_secrets_and_names_them(site: Site) -> None:
    env = site.environment("migrate") | dict.fromkeys(["SECRET_KEY", "SITE_URL"], "")

    refused = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        check=False,
        text=True,
    )

    assert refused.returncode != 0
    assert "Set SECRET_KEY, SITE_URL in the environment" in refused.stderr


def test_web_answers_and_is_healthy(site: Site) -> None:
    with site.running("web") as log:
        assert wait_until(lambda: site.status("/") == 200, seconds=30), log.read_text()
        assert site.status("/api/v1/experts/") == 200
        assert site.is_healthy("web")

    assert not site.is_healthy("web")


def test_worker_takes_a_task_and_is_healthy(site: Site) -> None:
    before = site.heartbeats().get("beat")

    with site.running("worker") as log:
        called = site.run("worker", "celery", "--app=worker.celery", "call", "worker.tasks.beat")

        assert called.returncode == 0, called.stderr
        assert wait_until(lambda: site.heartbeats().get("beat") != before, seconds=30), (
            log.read_text()
        )
        assert site.is_healthy("worker")


def test_beat_ticks_and_health_says_so(site: Site) -> None:
    before = site.heartbeats()

    with site.running("web"), site.running("worker") as log, site.running("beat"):
        assert wait_until(lambda: len(moved(before, site.heartbeats())) >= 5, seconds=60), (
            log.read_text()
        )
        assert wait_until(lambda: site.status("/api/v1/health/") == 200, seconds=30)
        assert site.is_healthy("beat")


def moved(before: dict[str, datetime], after: dict[str, datetime]) -> list[str]:
    return [job for job, beaten_at in after.items() if before.get(job) != beaten_at]
