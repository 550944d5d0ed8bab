"""Tries to break the API on a real server: Schemathesis, then the hostile corpus."""

import argparse
import random
import re
import signal
import sys
import time
from collections.abc import Iterator

from tests.fuzz.corpora import attacked
from tests.fuzz.servers import Site, hindcast
from tests.fuzz.summaries import Line, table, told
from tools.servers import ServerMissingError

PARTS = ("contract", "corpus")
# Requests that lie about their host are no fault of ours, but logged.
LOGGED = re.compile(
    r"^\S+ \S+ (?:ERROR|CRITICAL) (?!django\.security).*(?:\n(?!\d{4}-).*)*", re.MULTILINE
)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = parse_arguments()
    print(f"Trying {arguments.cases:,} cases, seed {arguments.seed}", flush=True)
    try:
        with hindcast() as site:
            faults = list(run(site, arguments))
    except ServerMissingError as error:
        sys.exit(f"{error}: apt install postgresql")
    if faults:
        sys.exit(f"\n{len(faults):,} FAULTS, seed {arguments.seed}:\n{told(faults)}")
    print("\nNo fault was found.")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000, help="of Schemathesis, at least")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument(
        "--requests", type=int, default=350, help="of the corpus for each operation; 0: all"
    )
    parser.add_argument("--only", choices=PARTS)
    return parser.parse_args()


def run(site: Site, arguments: argparse.Namespace) -> Iterator[str]:
    """Everything that is wrong."""
    workers = site.server.workers()
    if arguments.only != "corpus":
        yield from contract(site, arguments)
    if arguments.only != "contract":
        yield from corpus(site, arguments)
    if site.server.workers() != workers:
        yield "a worker of the web server died"
    for found in LOGGED.findall(site.log.read_text(errors="replace")):
        yield f"logged: {found[-2000:]}"


def contract(site: Site, arguments: argparse.Namespace) -> Iterator[str]:
    from tests.fuzz.contracts import kept

    print("\n== Schemathesis, against the OpenAPI document", flush=True)
    found = kept(site, cases=arguments.cases, seed=arguments.seed)
    lines = list(found.lines.values())
    print(f"\n{table(lines)}\n")
    checks = ", ".join(f"{name} x {n:,}" for name, n in found.n_checks.most_common())
    print(f"Checks: {checks}")
    rate = found.n_cases / found.seconds
    print(f"{found.n_cases:,} cases in {found.seconds:.0f} s, {rate:.0f} a second; {used(site)}")
    yield from (fault for line in lines for fault in line.faults)
    if found.n_cases < arguments.cases:
        yield "it was stopped before there were enough cases"


def corpus(site: Site, arguments: argparse.Namespace) -> Iterator[str]:
    print("\n== The hostile corpus", flush=True)
    started, lines = time.monotonic(), list[Line]()
    for line in attacked(site, enough=arguments.requests, seed=arguments.seed):
        lines.append(line)
        print(f"  {line.label}: {line.statuses.total():,}", flush=True)
    seconds, n = time.monotonic() - started, sum(line.statuses.total() for line in lines)
    print(f"\n{table(lines)}\n\n{n:,} requests in {seconds:.0f} s; {used(site)}", flush=True)
    yield from (fault for line in lines for fault in line.faults)


def used(site: Site) -> str:
    """Of the processors so far, for a machine that is busy with other things stretches all else."""
    here, there = time.process_time(), site.server.cpu_seconds()
    return f"{here:.0f} s of a processor here and {there:.0f} s at the server so far"


if __name__ == "__main__":
    main()
