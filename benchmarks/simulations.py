"""Shows by simulation what the interval covers and how often the tests reject.

Every row of every table draws thousands of experts whose truth is known, scores them with the
code that scores everybody, and counts.
"""

import argparse
import sys
import time
from pathlib import Path

from benchmarks.simulated_tables import N_CLUSTERS, TABLES, Row, Table, written

PAGE = Path(__file__).with_name("SIMULATIONS.md")
RUNS = 2_000
SEED = 1


def main() -> None:
    arguments = parse_arguments()
    started = time.monotonic()
    blocks = {"run": f"`{command(arguments)}`"}
    for table in TABLES:
        text = written(drawn(table, runs=arguments.runs, seed=arguments.seed))
        print(f"\n{table.name}, {arguments.runs:,} experts a row, in percent\n\n{text}", flush=True)
        blocks[table.name] = text
    print(f"\n{command(arguments)}: {time.monotonic() - started:,.0f} s")
    if arguments.write:
        PAGE.write_text(filled(PAGE.read_text(), blocks))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulations", description=__doc__)
    parser.add_argument("--runs", type=at_least_one, default=RUNS, help="experts drawn for a row")
    parser.add_argument("--seed", type=int, default=SEED, help="for other draws")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    return parser.parse_args()


def at_least_one(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def command(arguments: argparse.Namespace) -> str:
    return f"python -m benchmarks.simulations --runs {arguments.runs} --seed {arguments.seed}"


def drawn(table: Table, *, runs: int, seed: int) -> list[Row]:
    """Return the table's rows, and say on a terminal how far it has come."""
    rows, total = [], len(table.experts) * len(N_CLUSTERS)
    for row in table.rows(runs=runs, seed=seed):
        rows.append(row)
        show(f"{table.name}: {len(rows)} of {total}")
    show("")
    return rows


def show(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def filled(page: str, blocks: dict[str, str]) -> str:
    """Return the page with each block between its marker comments.

    Raises ValueError for a block that the page has no place for.
    """
    for name, text in blocks.items():
        before, begin, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        if not end:
            raise ValueError(f"{PAGE.name} has no place for {name!r}")
        page = f"{before}{begin}\n{text}\n\n{end}{after}"
    return page


if __name__ == "__main__":
    main()
