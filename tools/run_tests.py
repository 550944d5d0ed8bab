"""Runs the tests on SQLite and on PostgreSQL side by side, each with a Redis server of its own.

Tests that start processes or a browser mostly wait, so they run beside the others.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tools.environments import BROWSERS, ROOT, find_browser, for_tests
from tools.processes import start, stop
from tools.servers import ServerMissingError, postgres_directory, postgres_server, redis_server

IS_CI = os.environ.get("CI", "").lower() in ("1", "true")
CLOSING_LINE = re.compile(r"^(?:=+ )?(\d+ [a-z]+.* in [\d.]+s.*?)(?: =+)?$", re.MULTILINE)
COLOR = re.compile(r"\x1b\[[0-9;]*m")
# The servers go with their databases: dropping these first would only wait for the last session.
PYTEST = [sys.executable, "-m", "pytest", "--reuse-db"]
NO_TESTS = 5  # how pytest ends then
COLORS = ["--color=yes"] if sys.stdout.isatty() else []
SCORED = ("comparisons", "disputed_scores", "options", "scores", "sweeping")
# What the statistics rest on; no line and no branch of them may go untested.
STATISTICS = (
    "scoring",
    "track_files",
    *(f"forecasts/test_{name}.py" for name in SCORED),
)
# All that it covers the others cover too, and measuring that costs it half its time again.
UNMEASURED = "scoring/test_large_file.py"
DOMAIN = ("forecasts", "mail", "benchmarks")
COVERED = ["--cov=forecasts/scoring", "--cov-branch", "--cov-report=term", "--cov-fail-under=100"]
PROCESSES = ("acceptance", "browser")
# Where the tests with these marks are; to collect all the others takes 5 seconds of CPU and more.
PLACES = (
    "acceptance",
    "benchmarks/test_bench.py",
    "browser",
    "demo/test_files.py",
    "tools/test_install.py",
    "tools/test_servers.py",
    "tools/test_supervise.py",
)
# Each run has a core at most: threads of numpy would only wait for each other.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# These touch no database, bring their own, or ask nothing of it that others do not: a second time
# would show nothing new.
ONLY_ONCE = "not own_servers and not once"
# Pages and desk ask through selectors and services, which are tested on both.
SCREENS = ("browser", "desk", "web")
# So does the API. These look at what its answers say and how, others at what they are read from.
ANSWERS = (
    "allowed_fields",
    "bodies",
    "deprecations",
    "documentation",
    "hostile_requests",
    "http",
    "limits",
    "options",
    "problems",
    "request_ids",
    "schemas",
    "shapes",
)
ELSEWHERE = [
    f"--ignore=tests/{name}"
    for name in (
        *("benchmarks", "docs", "extraction", "scoring", "track_files", "tools", "test_house.py"),
        *SCREENS,
        *(f"api/test_{name}.py" for name in ANSWERS),
    )
]


@dataclass(slots=True)
class Run:
    database: str
    process: subprocess.Popen[bytes]
    log: Path
    may_be_empty: bool = False

    def closing(self) -> str:
        lines = CLOSING_LINE.findall(COLOR.sub("", self.log.read_text(errors="replace")))
        return str(lines[-1]) if lines else f"pytest ended with {self.process.returncode}"

    def is_good(self) -> bool:
        accepted = (0, NO_TESTS) if self.may_be_empty else (0,)
        is_complete = not (IS_CI and "skipped" in self.closing())
        return self.process.returncode in accepted and is_complete


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments, missing = sys.argv[1:], not_found()
    if missing and IS_CI:
        sys.exit("With CI set nothing may be left out: " + "; ".join(missing))
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hindcast-test-")))
        runs = list(start_runs(stack, directory, arguments))
        results = [show(run) for run in runs]
        conclude(runs, missing)
    sys.exit(0 if all(results) else 1)


def not_found() -> list[str]:
    """Say what cannot be run on this machine, and why."""
    reasons = []
    try:
        postgres_directory()
    except ServerMissingError as error:
        reasons.append(f"the tests on PostgreSQL ({error}: apt install postgresql)")
    if not find_browser():
        names = ", ".join(BROWSERS)
        reasons.append(f"the tests in a browser (none of {names} is on PATH: apt install chromium)")
    return reasons


def start_runs(stack: ExitStack, directory: Path, arguments: list[str]) -> Iterator[Run]:
    for name, database_url, options in plan(stack, directory, arguments):
        run = start_run(stack, directory, name, database_url, options)
        # What was asked for may all be among the tests that another run has.
        run.may_be_empty = bool(arguments)
        yield run


def plan(
    stack: ExitStack, directory: Path, arguments: list[str]
) -> Iterator[tuple[str, str, list[str]]]:
    """Yield name, database and pytest's options of each run."""
    left_out = [] if find_browser() else ["not browser"]
    # First, as it goes through the migrations beside those below.
    with suppress(ServerMissingError):
        server = stack.enter_context(postgres_server())
        second = [*marks([*left_out, ONLY_ONCE]), *([] if arguments else ELSEWHERE)]
        yield "PostgreSQL", server, [*second, *arguments]
    migrated = migrated_file(directory)
    for name, options in plan_sqlite(arguments, left_out):
        yield name, copied(migrated, name), options


def plan_sqlite(arguments: list[str], left_out: list[str]) -> Iterator[tuple[str, list[str]]]:
    quick = marks([f"not {name}" for name in PROCESSES])
    elsewhere = [] if arguments else [f"--ignore={path}" for path in paths(*STATISTICS, *DOMAIN)]
    yield "SQLite", [*quick, *elsewhere, *arguments]
    if not arguments:
        covered = [f"--ignore=tests/forecasts/test_{name}.py" for name in SCORED]
        yield "SQLite, domain", [*quick, *covered, *paths(*DOMAIN, UNMEASURED)]
        measured = [f"--ignore=tests/{UNMEASURED}", *paths(*STATISTICS)]
        yield "SQLite, statistics", [*COVERED, *measured]
    slow = marks([f"({' or '.join(PROCESSES)})", *left_out])
    yield "SQLite, processes and browser", [*slow, *(arguments or paths(*PLACES))]


def paths(*names: str) -> list[str]:
    return [f"tests/{name}" for name in names]


def marks(expressions: list[str]) -> list[str]:
    return ["-m", " and ".join(expressions)] if expressions else []


def migrated_file(directory: Path) -> Path:
    """Make a database by the migrations, to be copied: they take 10 seconds each time."""
    file = directory / "migrated.sqlite3"
    url = {"database_url": f"sqlite:///{file}", "redis_url": "redis://127.0.0.1:1/0"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env=for_tests(directory, **url), check=True)
    return file


def copied(migrated: Path, name: str) -> str:
    """Return the address of the database whose tests find it migrated."""
    file = migrated.with_name(f"{name.replace(' ', '-')}.sqlite3")
    shutil.copy(migrated, f"{file}.test")
    return f"sqlite:///{file}"


def start_run(
    stack: ExitStack, directory: Path, database: str, database_url: str, arguments: list[str]
) -> Run:
    own = directory / database.replace(" ", "-")
    (own / "static").mkdir(parents=True)
    env = for_tests(own, database_url=database_url, redis_url=stack.enter_context(redis_server()))
    env |= {"COVERAGE_FILE": str(directory / "coverage"), **ONE_THREAD}
    log = own / "output"
    cache = f"cache_dir={ROOT / '.pytest_cache' / own.name}"
    with log.open("wb") as output:
        command = [*PYTEST, "-o", cache, *COLORS, *arguments]
        process = start(command, env=env, cwd=ROOT, output=output)
    stack.callback(stop, process, signum=signal.SIGINT, wait=10)
    return Run(database, process, log)


def show(run: Run) -> bool:
    """Print what the run has written and goes on writing; tell whether it passed."""
    print(f"\n== Tests on {run.database}", flush=True)
    with run.log.open("rb") as log:
        while run.process.poll() is None:
            copy(log)
            time.sleep(0.2)
        copy(log)
    return run.is_good()


def copy(log: BinaryIO) -> None:
    sys.stdout.buffer.write(log.read())
    sys.stdout.buffer.flush()


def conclude(runs: list[Run], missing: list[str]) -> None:
    print("\n== What ran")
    for run in runs:
        print(f"{run.database}: {run.closing()}{'' if run.is_good() else ': FAILED'}")
    if len(runs) > 1:
        print(
            "Tests of pages and desk, of what the API's answers look like, of statistics, and those"
        )
        print("that ask nothing of a database that others do not, or bring servers of their own,")
        print("ran once, on SQLite's side.")
    for reason in missing:
        print(f"NOT RUN: {reason}")
    if not missing:
        print("Nothing was left out for want of a server or a browser.")
    if IS_CI:
        print("With CI set, a skipped test counts as a failure.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
