"""Runs the benchmarks on a throw-away PostgreSQL and prints their table."""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks.loading import load
from benchmarks.scales import SCALES
from benchmarks.servers import migrated_server, use
from tools.servers import ServerMissingError


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = parse_arguments()
    try:
        with tempfile.TemporaryDirectory(prefix="hindcast-bench-") as directory:
            measure_on_server(arguments, Path(directory))
    except ServerMissingError as error:
        sys.exit(f"{error}: apt install postgresql")


def measure_on_server(arguments: argparse.Namespace, directory: Path) -> None:
    if arguments.database:
        use(directory, arguments.database)
        run(arguments, arguments.database, 0)
        return
    scale = SCALES[arguments.scale]
    with migrated_server(directory) as url:
        print(f"Loading about {scale.forecasts:,} forecasts", flush=True)
        run(arguments, url, load(url, scale))
        if arguments.hold:
            print(f"\nUntil Ctrl-C: make bench ARGS='--database {url}'", flush=True)
            signal.pause()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="small")
    parser.add_argument("--rounds", type=int, help="instead of the scale's")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these lines, and their limits")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    parser.add_argument("--hold", action="store_true", help="then keep the server until Ctrl-C")
    parser.add_argument("--database", metavar="URL", help="of a server that is held, to load none")
    return parser.parse_args()


def run(arguments: argparse.Namespace, url: str, load_seconds: float) -> None:
    # The lines use models, which ask for the settings that come with the server.
    from benchmarks import lines  # noqa: F401, PLC0415
    from benchmarks.harness import LINES, Bench, measure  # noqa: PLC0415
    from benchmarks.tables import facts, table, write  # noqa: PLC0415

    if load_seconds:
        from benchmarks.loading import progress  # noqa: PLC0415
        from benchmarks.packing import compare, pack  # noqa: PLC0415

        with progress("packed rows"):
            pack(url)
        with progress("comparisons"):
            compare(url)
    names = chosen({name: line.limit for name, line in LINES.items()}, arguments.only)
    bench = Bench(SCALES[arguments.scale], url)
    print(f"Measuring {len(names)} lines", flush=True)
    results = measure(
        bench, [LINES[name] for name in names], arguments.rounds or bench.scale.rounds
    )
    text = f"{facts(bench, load_seconds)}\n\n{table(results)}"
    print(f"\n{text}")
    if arguments.write:
        write(bench.scale.name, text)


def chosen(limits: dict[str, str | None], only: list[str] | None) -> list[str]:
    """The names in order; those asked for bring the lines that their ratios are against."""
    if unknown := set(only or ()) - set(limits):
        sys.exit(f"No line is called {', '.join(sorted(unknown))}; there are {', '.join(limits)}.")
    wanted = set(only or limits)
    wanted |= {limit for name in wanted if (limit := limits[name])}
    return [name for name in limits if name in wanted]


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
