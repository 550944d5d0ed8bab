"""Lets fifty people decide the same question at once, and counts how it ends.

Each person is a process with its own connection. On both databases exactly as many succeed as
may, and everybody else is refused with a reason.
"""

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.simulations import at_least_one, filled
from tools.environments import ROOT, for_tests
from tools.servers import postgres_server

PAGE = Path(__file__).with_name("RACES.md")
DATABASES = ("sqlite", "postgresql")
HEAD = (
    "| contest | rounds | succeeded | refused | other errors | faults | longest wait |\n"
    "|---|---|---|---|---|---|---|"
)


@dataclass
class Tally:
    """How the rounds of one contest ended."""

    n_rounds: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0

    @property
    def n_refused(self) -> int:
        """Who met a rule, which is what the loser of a race should meet."""
        return sum(n for name, n in self.endings.items() if name != "ok" and name[0] != "!")

    @property
    def errors(self) -> dict[str, int]:
        """What nobody should meet."""
        return {name: n for name, n in self.endings.items() if name[0] == "!"}

    def row(self, name: str) -> str:
        """The contest's line of the table."""
        reasons = ", ".join(
            f"{n} {reason}"
            for reason, n in self.endings.most_common()
            if reason != "ok" and reason[0] != "!"
        )
        errors = ", ".join(f"{n} {error[1:]}" for error, n in self.errors.items()) or "0"
        faults = ", ".join(f"{n} times {fault}" for fault, n in self.faults.items()) or "0"
        return (
            f"| {name} | {self.n_rounds} | {self.endings['ok']} | {self.n_refused}: {reasons} "
            f"| {errors} | {faults} | {self.longest:.2f} s |"
        )


def main() -> None:
    arguments = parse_arguments()
    if arguments.here:
        run_here(arguments)
        return
    blocks = {"run": f"`{command(arguments)}`"}
    for name in [arguments.database] if arguments.database else DATABASES:
        blocks[name] = raced(name, arguments)
    if arguments.write:
        PAGE.write_text(filled(PAGE.read_text(), blocks))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.races", description=__doc__)
    parser.add_argument("--rounds", type=at_least_one, default=20, help="of each contest")
    parser.add_argument("--people", type=at_least_one, default=50, help="at once")
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def command(arguments: argparse.Namespace) -> str:
    return f"python -m benchmarks.races --rounds {arguments.rounds} --people {arguments.people}"


def raced(name: str, arguments: argparse.Namespace) -> str:
    """The table of one database, from a process that has its settings."""
    with (
        tempfile.TemporaryDirectory(prefix="hindcast-races-") as folder,
        server(name, Path(folder)) as url,
    ):
        environment = for_tests(Path(folder), database_url=url, redis_url="redis://127.0.0.1:1/0")
        # The bell has nobody to reach, and would say so for every winner.
        environment["LOG_LEVEL"] = "ERROR"
        python = [sys.executable]
        subprocess.run(  # noqa: S603, our own
            [*python, "manage.py", "migrate", "--verbosity=0"],
            cwd=ROOT, env=environment, check=True,
        )  # fmt: skip
        print(f"\n{name}, {arguments.people} at once\n\n{HEAD}", flush=True)
        given = ["--rounds", str(arguments.rounds), "--people", str(arguments.people)]
        lines = [HEAD]
        with subprocess.Popen(  # noqa: S603, our own
            [*python, "-m", "benchmarks.races", "--here", *given],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            for line in process.stdout or ():
                print(line, end="", flush=True)
                lines.append(line.rstrip())
        if process.returncode:
            sys.exit(process.returncode)
    return "\n".join(lines)


@contextmanager
def server(name: str, folder: Path) -> Iterator[str]:
    """Yield the address of an empty database."""
    if name == "sqlite":
        yield f"sqlite:///{folder}/races.sqlite3"
        return
    with postgres_server() as url:
        yield url


def run_here(arguments: argparse.Namespace) -> None:
    """Race on the database of this process' settings, and print a line for each contest."""
    import django  # noqa: PLC0415

    django.setup()
    # The contests use models, which ask for settings.
    from benchmarks.race_contests import CONTESTS  # noqa: PLC0415
    from benchmarks.racers import racing  # noqa: PLC0415

    with racing(arguments.people) as race:
        for place, contest in enumerate(CONTESTS):
            tally = Tally()
            for _ in range(arguments.rounds):
                race(place, tally)
            print(tally.row(contest.name), flush=True)


if __name__ == "__main__":
    main()
