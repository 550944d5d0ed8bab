"""Measures what a request of the API costs a web worker, against a constant view of DRF."""

import argparse
import signal
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from benchmarks.api_servers import Server, ask, running
from benchmarks.loading import load, progress
from benchmarks.scales import SCALES
from benchmarks.servers import migrated_server, use
from benchmarks.simulations import at_least_one
from tools.servers import ServerMissingError, redis_server

LIMIT = "constant"
WARM_UP = 5
KEPT_MIB = 32
PARTS = 20
READERS = 2
TIMES = 3
HEAD = ("request", "name", "answers kept", "ms, median", "least", "ratio")


@dataclass(slots=True)
class Line:
    """A kind of request to one of the two servers."""

    name: str
    title: str
    path: str
    is_warm: bool = False
    is_known: bool = False
    """Whether the client has the answer already and asks for what is newer."""
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Servers:
    """The same site twice: one makes every answer anew."""

    cold: Server
    warm: Server


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = parse_arguments()
    try:
        with tempfile.TemporaryDirectory(prefix="hindcast-bench-") as directory:
            run(arguments, Path(directory))
    except ServerMissingError as error:
        sys.exit(f"{error}: apt install postgresql")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-api", description=__doc__)
    parser.add_argument("--rounds", type=at_least_one, default=7)
    parser.add_argument("--requests", type=at_least_one, default=50, help="of a kind in a round")
    parser.add_argument(
        "--memory", type=at_least_one, default=5_000, help="requests while memory is watched"
    )
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    parser.add_argument("--database", metavar="URL", help="of a server that is held")
    return parser.parse_args()


def run(arguments: argparse.Namespace, directory: Path) -> None:
    with loaded(arguments, directory) as url, both(directory, url) as servers:
        # What asks the database uses models, which ask for the settings.
        from benchmarks.api_requests import asked  # noqa: PLC0415
        from benchmarks.harness import Bench  # noqa: PLC0415
        from benchmarks.tables import facts, write  # noqa: PLC0415

        lines = asked()
        measure(servers, lines, rounds=arguments.rounds, requests=arguments.requests)
        print(f"\n{table(lines)}\n", flush=True)
        grown = memory(servers.warm, arguments.memory)
        command = f"make bench-api ARGS='{given(arguments)}'"
        bench = Bench(SCALES["small"], url)
        text = f"{facts(bench, command=command)}\n\n{table(lines)}\n\n{grown}"
        print(f"\n{text}")
        if arguments.write:
            write("api", text)


def given(arguments: argparse.Namespace) -> str:
    names = ("rounds", "requests", "memory")
    return " ".join(f"--{name} {getattr(arguments, name)}" for name in names)


@contextmanager
def loaded(arguments: argparse.Namespace, directory: Path) -> Iterator[str]:
    """The address of a server with 100,000 forecasts and the scores of everybody."""
    if arguments.database:
        use(directory, arguments.database)
        yield arguments.database
        return
    with migrated_server(directory) as url:
        load(url, SCALES["small"])
        from benchmarks.api_requests import score_all  # noqa: PLC0415
        from benchmarks.packing import compare  # noqa: PLC0415

        with progress("comparisons"):
            compare(url)
        with progress("scores"):
            score_all()
        yield url


@contextmanager
def both(directory: Path, url: str) -> Iterator[Servers]:
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server())
        cold, warm = (
            stack.enter_context(
                running(directory, database_url=url, redis_url=redis, kept_mib=kept_mib)
            )
            for kept_mib in (0, KEPT_MIB)
        )
        yield Servers(cold, warm)


def measure(servers: Servers, lines: Sequence[Line], *, rounds: int, requests: int) -> None:
    """Each kind in every round, so that what slows the machine slows all of them."""
    for number in range(rounds):
        print(f"  round {number + 1} of {rounds}", flush=True)
        first = number % len(lines)
        for line in (*lines[first:], *lines[:first]):
            server = servers.warm if line.is_warm else servers.cold
            line.seconds.append(cpu_of(server, line, requests))


def cpu_of(server: Server, line: Line, requests: int) -> float:
    """Seconds of the workers' processors for one request."""
    connection = server.connect()
    try:
        known: dict[str, str] = {}
        for _ in range(min(WARM_UP, requests)):
            _, tag = ask(connection, line.path)
            known = {"If-None-Match": tag} if line.is_known else {}
        before = server.cpu_seconds()
        statuses = {ask(connection, line.path, known)[0] for _ in range(requests)}
        used = server.cpu_seconds() - before
    finally:
        connection.close()
    assert statuses == {304 if line.is_known else 200}, (line.path, statuses)
    return used / requests


def memory(server: Server, requests: int) -> str:
    """What the largest worker holds as requests go on; each page is asked for TIMES times."""
    from benchmarks.api_requests import addresses  # noqa: PLC0415

    paths, held, done = addresses(), [], 0
    for part in range(PARTS):
        upto = requests * (part + 1) // PARTS
        asked = list(islice(paths, (upto - done) // TIMES)) * TIMES
        with ThreadPoolExecutor(READERS) as readers:
            list(readers.map(partial(read, server), (asked[n::READERS] for n in range(READERS))))
        done = upto
        held.append(f"{server.resident_mib():.0f}")
        print(f"  {done:,} of {requests:,} requests: {held[-1]} MiB", flush=True)
    return (
        f"Memory of the largest worker after each twentieth of {requests:,} requests, every page "
        f"asked for {TIMES} times, in MiB: {', '.join(held)}."
    )


def read(server: Server, paths: Sequence[str]) -> None:
    """Ask for one page after another over one connection."""
    connection = server.connect()
    for path in paths:
        status, _ = ask(connection, path)
        assert status == 200, status
    connection.close()


def table(lines: Sequence[Line]) -> str:
    """In Markdown."""
    limit = next(line for line in lines if line.name == LIMIT)
    rows = [HEAD, *(row(line, limit) for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    texts = [" | ".join(cell.ljust(w) for cell, w in zip(one, widths, strict=True)) for one in rows]
    texts.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {text} |" for text in texts)


def row(line: Line, limit: Line) -> tuple[str, ...]:
    """Ratios are of what was measured in the same round."""
    ratios = [one / other for one, other in zip(line.seconds, limit.seconds, strict=True)]
    return (
        line.title,
        line.name,
        "yes" if line.is_warm else "no",
        f"{1000 * statistics.median(line.seconds):.2f}",
        f"{1000 * min(line.seconds):.2f}",
        "limit" if line is limit else f"{statistics.median(ratios):.2f} x {LIMIT}",
    )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
