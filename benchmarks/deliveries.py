"""Sends an issue to thousands of readers: once while senders are killed, once undisturbed.

Each sender is a process; the database is a throw-away PostgreSQL, the mail server counts what it
takes. Nothing may be lost, and nothing may arrive twice; what a killed sender had in hand is held
and listed.
"""

import argparse
import json
import os
import random
import signal
import smtplib
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.simulations import at_least_one, filled
from tools.environments import ROOT, for_tests
from tools.processes import wait_until
from tools.servers import postgres_server

PAGE = Path(__file__).with_name("DELIVERIES.md")
SENDERS = 2
PATIENCE = 600
# Of the readers, for the second point of the line that memory is to keep to.
FEW = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """A database with an issue in its outbox, and a mail server."""

    environment: dict[str, str]
    queue_seconds: float = 0

    def call(self, *arguments: str) -> str:
        """Run a step in a process of its own; returns what it printed."""
        command = [sys.executable, "-m", "benchmarks.delivery_steps", *arguments]
        done = subprocess.run(  # noqa: S603, our own
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout.strip()

    def sender(self) -> subprocess.Popen[bytes]:
        """A sender in a session of its own that sends until nothing waits; it begins now."""
        command = [sys.executable, "-m", "benchmarks.delivery_steps", "send"]
        started = subprocess.Popen(  # noqa: S603, our own
            command, cwd=ROOT, env=self.environment, start_new_session=True, stdout=subprocess.PIPE
        )
        assert started.stdout is not None
        started.stdout.readline()
        return started


def main() -> None:
    arguments = parse_arguments()
    blocks = {"run": f"`{command(arguments)}`"}
    with mail_server() as (register, port):
        blocks["killed"] = killed(arguments, register, port)
        blocks["undisturbed"] = undisturbed(arguments, register, port)
    if arguments.write:
        PAGE.write_text(filled(PAGE.read_text(), blocks))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deliveries", description=__doc__)
    parser.add_argument("--readers", type=at_least_one, default=10_000)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1, help="of the pauses between kills")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    return parser.parse_args()


def command(arguments: argparse.Namespace) -> str:
    return (
        f"python -m benchmarks.deliveries --readers {arguments.readers}"
        f" --kills {arguments.kills} --seed {arguments.seed}"
    )


@contextmanager
def mail_server() -> Iterator[tuple[Path, int]]:
    """Yield where it writes down what it took, and its port."""
    with tempfile.TemporaryDirectory(prefix="hindcast-mail-") as name:
        folder = Path(name)
        register, port = folder / "register", folder / "port"
        arguments = ["--register", str(register), "--port-file", str(port)]
        with subprocess.Popen(  # noqa: S603, our own
            [sys.executable, "-m", "benchmarks.counting_mailserver", *arguments], cwd=ROOT
        ) as process:
            assert wait_until(lambda: port.exists() and port.read_text() != "", seconds=30)
            yield register, int(port.read_text())
            process.kill()


@contextmanager
def place(register: Path, port: int, readers: int) -> Iterator[Place]:
    """Yield a database with an issue in its outbox for so many readers."""
    with (
        tempfile.TemporaryDirectory(prefix="hindcast-deliveries-") as folder,
        postgres_server() as url,
    ):
        environment = {
            **for_tests(Path(folder), database_url=url, redis_url="redis://127.0.0.1:1/0"),
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "LOG_LEVEL": "ERROR",
        }
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True)  # noqa: S603, our own
        register.write_text("")
        here = Place(environment)
        yield replace(here, queue_seconds=float(here.call("prepare", str(readers))))


def killed(arguments: argparse.Namespace, register: Path, port: int) -> str:
    """Kill senders at random, then let the last ones finish, and count."""
    with place(register, port, arguments.readers) as here:
        n_killed = kill_senders(here, register, arguments.kills, random.Random(arguments.seed))
        here.call("finish")
        outcome = json.loads(here.call("outcome"))
        arrived = Counter(line.split()[0] for line in register.read_text().splitlines())
    uncertain = set(outcome["uncertain"])
    rows = {
        "readers": arguments.readers,
        "senders killed with kill -9": n_killed,
        "mails that arrived once": sum(1 for times in arrived.values() if times == 1),
        "twice or more": sum(1 for times in arrived.values() if times > 1),
        "held as uncertain, each listed in the admin": len(uncertain),
        "of these, had arrived": len(uncertain & set(arrived)),
        "lost: neither arrived nor listed": len(set(outcome["readers"]) - set(arrived) - uncertain),
    }
    return shown(("", "number"), rows.items())


def kill_senders(here: Place, register: Path, n_kills: int, chance: random.Random) -> int:
    """Keep senders running, and kill one of them again and again; returns how many were.

    Only while mails arrive: what dead senders set aside waits for a minute, as it may be all.
    """
    senders = [here.sender() for _ in range(SENDERS)]
    n_killed = 0
    while n_killed < n_kills:
        n_bytes = register.stat().st_size
        time.sleep(chance.uniform(0.1, 1))
        if register.stat().st_size == n_bytes and any(one.poll() is None for one in senders):
            continue
        number = chance.randrange(SENDERS)
        if senders[number].poll() is None:
            os.killpg(senders[number].pid, signal.SIGKILL)
            n_killed += 1
        elif all(sender.poll() is not None for sender in senders):
            break
        senders[number].wait()
        senders[number] = here.sender()
    for sender in senders:
        sender.wait(PATIENCE)
    return n_killed


def undisturbed(arguments: argparse.Namespace, register: Path, port: int) -> str:
    """How fast one sender is beside a bare loop, and what it holds."""
    rows = []
    for n_readers in sorted({min(FEW, arguments.readers), arguments.readers}):
        with place(register, port, n_readers) as here:
            outcome = json.loads(here.call("measure").splitlines()[-1])
            bare = bare_loop(port, register, outcome["message"].encode(), n_readers)
        rate = n_readers / outcome["seconds"]
        rows.append(
            (f"{n_readers:,}", f"{rate:.0f}", f"{bare:.0f}", f"{rate / bare:.2f}",
             f"{1000 * outcome['cpu_seconds'] / n_readers:.1f} ms",
             f"{outcome['mib']:.0f} MiB", f"{here.queue_seconds:.1f} s")
        )  # fmt: skip
    head = (
        "readers", "mails a second", "bare loop", "share", "CPU a mail", "peak memory",
        "to queue them",
    )  # fmt: skip
    return shown(head, rows)


def bare_loop(port: int, register: Path, message: bytes, number: int) -> float:
    """Mails a second that the same server takes from one who does nothing else."""
    register.write_text("")
    with smtplib.SMTP("127.0.0.1", port) as client:
        started = time.perf_counter()
        for n in range(number):
            client.sendmail("hindcast@hindcast.test", [f"reader{n}@example.org"], message)
        return number / (time.perf_counter() - started)


def shown(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Print a table, and return it."""
    lines = [head, ["---"] * len(head), *rows]
    text = "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
    print(f"\n{text}\n", flush=True)
    return text


if __name__ == "__main__":
    main()
