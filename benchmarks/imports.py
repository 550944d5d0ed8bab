"""Measures importing a file of forecasts, against storing the same rows with nothing around it.

A throw-away PostgreSQL with the real schema; each line in a process of its own.
"""

import argparse
import csv
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.harness import MAXRSS_UNIT, MIB
from benchmarks.servers import migrated_server
from benchmarks.simulations import at_least_one, filled, show

PAGE = Path(__file__).with_name("README.md")
START = datetime(2026, 1, 1, tzinfo=UTC)
AS_OF = START + timedelta(days=400)
HEADER = (
    *("external_id", "expert", "question", "source", "basis", "stated_at", "quote"),
    *("probability", "low", "high"),
)
PER_QUESTION = 50
N_EXPERTS = 200
PER_SOURCE = 10


def main() -> None:
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory() as folder, migrated_server(Path(folder)):
        path = Path(folder) / "forecasts.csv"
        write_file(path, arguments.rows)
        make_world(arguments.rows)
        lines: dict[str, Callable[[], object]] = {
            "`bulk_create` of the same rows: the limit": lambda: store_plainly(path),
            "dry run": lambda: take_in(path, is_rehearsal=True),
            "import": lambda: take_in(path),
            "import of the same file again": lambda: take_in(path),
        }
        found = {name: measured(work) for name, work in lines.items()}
    text = table(found, arguments.rows)
    print(text)
    if arguments.write:
        PAGE.write_text(filled(PAGE.read_text(), {"imports": text}))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--rows", type=at_least_one, default=100_000)
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    return parser.parse_args()


def facts(n_rows: int) -> Iterator[tuple[Any, ...]]:
    """The cells of each row."""
    for n in range(n_rows):
        at = START + timedelta(minutes=n % 100_000, hours=n % 7)
        number = f"0.{n * 37 % 99 + 1:02d}"
        names = (f"f-{n}", f"expert-{n % N_EXPERTS}", f"question-{n // PER_QUESTION}")
        quote = f"I would put that at {number}, and I said so before ({n})."
        source, range_ = f"s-{n // PER_SOURCE}", (number, number, number)
        yield (*names, source, "stated", at.isoformat(), quote, *range_)


def write_file(path: Path, n_rows: int) -> None:
    """A file as a coder's script would write it."""
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(facts(n_rows))


def make_world(n_rows: int) -> None:
    """What the forecasts name."""
    models = import_module("forecasts.models")
    groups = import_module("django.contrib.auth.models")
    coder = models.User.objects.create(username="coder")
    coder.groups.add(groups.Group.objects.get_or_create(name="coder")[0])
    own = {"recorded_at": START, "recorded_by": coder}
    models.Expert.objects.bulk_create(
        models.Expert(slug=f"expert-{n}", name=f"Expert {n}") for n in range(N_EXPERTS)
    )
    models.Source.objects.bulk_create(
        models.Source(
            external_id=f"s-{n}",
            outlet="The Paper",
            title=f"Article {n}",
            published_at=START,
            date_basis="printed",
            **own,
        )
        for n in range(n_rows // PER_SOURCE + 1)
    )
    models.Question.objects.bulk_create(
        models.Question(
            slug=f"question-{n}",
            title=f"Will {n} happen?",
            resolution_criteria="It happens.",
            deadline=START + timedelta(days=300),
            **own,
        )
        for n in range(n_rows // PER_QUESTION + 1)
    )


def store_plainly(path: Path) -> None:
    """The rows and nothing else: no check, no ledger, no scorecard; taken back."""
    from django.db import transaction  # noqa: PLC0415, wants settings

    models = import_module("forecasts.models")
    coder = models.User.objects.get()
    named = {
        "expert_id": dict(models.Expert.objects.values_list("slug", "pk")),
        "question_id": dict(models.Question.objects.values_list("slug", "pk")),
        "source_id": dict(models.Source.objects.values_list("external_id", "pk")),
    }
    with transaction.atomic(), path.open(newline="") as stream:
        rows = []
        for row in csv.DictReader(stream):
            ids = {column: found[row.pop(column[:-3])] for column, found in named.items()}
            stated_at = datetime.fromisoformat(row.pop("stated_at"))
            own = {"recorded_at": AS_OF, "recorded_by": coder, "stated_at": stated_at}
            rows.append(models.Forecast(**row, **ids, **own))
        models.Forecast.objects.bulk_create(rows, batch_size=4_000)
        transaction.set_rollback(True)


def take_in(path: Path, **options: Any) -> None:
    """As the command and the admin do."""
    imports = import_module("forecasts.services.imports")
    format_ = import_module("forecasts.imports.rows").Format.CSV
    coder = import_module("forecasts.models").User.objects.get()
    with path.open("rb") as stream:
        report = imports.import_file(
            table="forecasts", stream=stream, format_=format_, by=coder, as_of=AS_OF, **options
        )
    if report.is_refused:
        sys.exit(f"Refused: {report.faults[:3]}")


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and by how much a process of its own grew."""
    from django.db import connections  # noqa: PLC0415, wants settings

    connections.close_all()
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(work, theirs))
    process.start()
    theirs.close()
    found: tuple[float, float] = ours.recv()
    process.join()
    return found


def _measure(work: Callable[[], object], pipe: Any) -> None:
    before = _peak()
    started = time.monotonic()
    work()
    pipe.send((time.monotonic() - started, (_peak() - before) / MIB))
    os._exit(0)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT


def table(found: dict[str, tuple[float, float]], n_rows: int) -> str:
    """In Markdown, every line against the first."""
    limit = next(iter(found.values()))[0]
    lines = ["| line | seconds | rows/s | ratio | memory |", "|---|---|---|---|---|"]
    for name, (seconds, mib) in found.items():
        rate, ratio = f"{n_rows / seconds:,.0f}", f"{seconds / limit:.1f}"
        lines.append(f"| {name} | {seconds:.1f} | {rate} | {ratio} | {mib:.0f} MiB |")
    show("")
    return "\n".join([f"{n_rows:,} forecasts.", "", *lines])


if __name__ == "__main__":
    main()
