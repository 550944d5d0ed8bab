"""Runs the whole of Hindcast on demo data, in one folder, until Ctrl-C."""

import argparse
import fcntl
import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from tools.processes import start, stop
from tools.servers import redis_answers, redis_command, redis_url, short_directory
from tools.supervise import Supervisor

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
SECONDS_TO_ANSWER = 60


PYTHON = [sys.executable, "-m"]
WEB = [*PYTHON, "gunicorn", "config.wsgi", "--no-control-socket", "--log-level=warning"]
CELERY = [*PYTHON, "celery", "--quiet", "--app=worker.celery"]


class DemoRefusedError(Exception):
    """The demo cannot start; the message is the one line that says why."""


class AskedToStop(Exception):
    """Ctrl-C came before everything was up."""


def main() -> None:
    arguments = parse_arguments()
    directory = arguments.directory.resolve()
    try:
        with ExitStack() as stack:
            lock(directory, stack)
            require_free(arguments.port)
            run(directory, arguments.port, stack)
    except DemoRefusedError as refusal:
        sys.exit(str(refusal))
    except (AskedToStop, KeyboardInterrupt):
        step("Stopped")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directory", type=Path, default=ROOT / "var" / "demo")
    parser.add_argument("--port", type=port_number, default=os.environ.get("PORT") or "8000")
    return parser.parse_args()


def port_number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port number")
    return int(text)


def lock(directory: Path, stack: ExitStack) -> None:
    for name in ("mail", "media", "redis", "static"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    file = stack.enter_context((directory / "lock").open("w"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DemoRefusedError(f"A demo is already running on the data in {directory}.") from None


def require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            reason = f"Port {port} cannot be used ({str(error.strerror).lower()})"
            raise DemoRefusedError(f"{reason}; try another: PORT=8123 make demo") from None


def run(directory: Path, port: int, stack: ExitStack) -> None:
    """Start everything, say where it is, and stay until asked to stop."""
    private = stack.enter_context(short_directory())
    own_redis = redis_url(private / "redis.sock")
    settings = write_env_file(directory, port, os.environ.get("REDIS_URL") or own_redis)
    env = {**os.environ, **settings, "ENV_FILE": str(directory / "env")}
    supervisor = stack.enter_context(Supervisor(env=env, cwd=ROOT))
    if settings["REDIS_URL"] == own_redis:
        start_redis(supervisor, private / "redis.sock", directory / "redis")
    with preparing(env, private) as preparation:
        keep_on(supervisor, until=lambda: (private / "migrated").exists() or ended(preparation))
        # The pages can be read while the data are loaded; what writes waits until they are.
        start_web(supervisor, port)
        keep_on(supervisor, until=lambda: ended(preparation))
    start_worker_and_beat(supervisor, directory)
    wait_for_answer(supervisor, port)
    print(summary(directory, settings["SITE_URL"], (private / "logins").read_text()), flush=True)
    supervisor.run()
    step("Stopping")


def write_env_file(directory: Path, port: int, broker: str) -> dict[str, str]:
    """Write what `ENV_FILE=… manage.py …` needs; the secret alone stays from run to run."""
    path = directory / "env"
    settings = {
        "SECRET_KEY": old_secret(path) or secrets.token_urlsafe(50),
        "DEMO": "true",
        "DEBUG": "false",
        "SITE_URL": f"http://localhost:{port}",
        "ALLOWED_HOSTS": f"localhost,{HOST}",
        "DATABASE_URL": f"sqlite:///{quote(str(directory / 'db.sqlite3'))}",
        "REDIS_URL": broker,
        "EMAIL_URL": f"filemail:///{quote(str(directory / 'mail'))}",
        "DEFAULT_FROM_EMAIL": "Hindcast demo <demo@hindcast.example>",
        "MEDIA_ROOT": str(directory / "media"),
        "STATIC_ROOT": str(directory / "static"),
        "LOG_LEVEL": "WARNING",
    }
    path.touch(mode=0o600)
    path.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
    return settings


def old_secret(path: Path) -> str:
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.partition("=")[2] for line in lines if line.startswith("SECRET_KEY=")), "")


def start_redis(supervisor: Supervisor, socket_path: Path, data: Path) -> None:
    step("Starting Redis")
    command = redis_command(socket_path, data, append_only=True)
    supervisor.start("redis", [*command, "--logfile", str(data / "log")])
    keep_on(supervisor, until=lambda: redis_answers(socket_path))


@contextmanager
def preparing(env: Mapping[str, str], private: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Migrate and load, in one process beside this one."""
    process = start([sys.executable, "-m", "tools.prepare_demo", str(private)], env=env, cwd=ROOT)
    try:
        yield process
    finally:
        stop(process, wait=2)


def ended(process: subprocess.Popen[bytes]) -> bool:
    """Tell whether it is done; raises DemoRefusedError where it failed."""
    if process.poll():
        raise DemoRefusedError("The demo could not be prepared, see above.")
    return process.returncode == 0


def start_web(supervisor: Supervisor, port: int) -> None:
    step("Starting the web server")
    supervisor.start("web", [*WEB, f"--bind={HOST}:{port}", "--workers=2", "--threads=4"])


def start_worker_and_beat(supervisor: Supervisor, directory: Path) -> None:
    step("Starting the worker and the beat")
    schedule = f"--schedule={directory / 'beat-schedule'}"
    supervisor.start("worker", [*CELERY, "worker", "--concurrency=2", "--loglevel=warning"])
    supervisor.start("beat", [*CELERY, "beat", schedule, "--pidfile=", "--loglevel=warning"])


def wait_for_answer(supervisor: Supervisor, port: int) -> None:
    limit = time.monotonic() + SECONDS_TO_ANSWER
    keep_on(supervisor, until=lambda: is_answering(port) or time.monotonic() > limit)
    if time.monotonic() > limit:
        raise DemoRefusedError(f"Hindcast did not answer within {SECONDS_TO_ANSWER} s, see above.")


def is_answering(port: int) -> bool:
    return all(status(port, path) == 200 for path in ("/", "/api/v1/"))


def status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 599
    finally:
        connection.close()


def keep_on(supervisor: Supervisor, *, until: Callable[[], bool]) -> None:
    if not supervisor.run(until=until):
        raise AskedToStop


def step(text: str) -> None:
    print(text, flush=True)


def summary(directory: Path, address: str, logins: str) -> str:
    return f"""
Hindcast is running.

  Pages      {address}/
  API        {address}/api/v1/
  API docs   {address}/api/v1/docs/
  Admin      {address}/admin/
  Mail       {shown(directory / "mail")}/ (also to be read in the admin, as admin)
  Commands   ENV_FILE={shown(directory / "env")} {shown(Path(sys.executable))} manage.py …

{logins.strip()}

Ctrl-C stops everything; the data stay in {shown(directory)}/.
"""


def shown(path: Path) -> str:
    """Return the path as one would type it here."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


if __name__ == "__main__":
    main()
