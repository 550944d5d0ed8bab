"""Write the export files now, and show how far that is."""

import shutil
import sys
from argparse import ArgumentTypeError
from datetime import UTC, date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from forecasts.exports.files import Progress
from forecasts.models import Export, Forecast, LedgerEntry, Question
from forecasts.services.exports import make_daily_export, write_now
from forecasts.track_files.progress import ProgressBar


class Command(BaseCommand):
    """What the sweep does once a day, or the same files somewhere else."""

    help = (
        "Make the export files of today, which the API serves, unless they are made already. With "
        "--out, write what is public now into a folder; with --day, too, copy the files that "
        "were made on that day, as long as they are kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, metavar="DIR", help="a folder, empty or new")
        parser.add_argument(
            "--day", type=_day, metavar="DAY", help="such as 2026-03-01; goes with --out"
        )

    def handle(self, *_: Any, out: Path | None, day: date | None, **__: Any) -> None:
        if day is not None and out is None:
            raise CommandError("--day goes with --out: what is public now can only be made today's")
        try:
            self.stdout.write(_copy(day, out) if day and out else self._write(out))
        except OSError as error:
            where = out or "the export"
            raise CommandError(f"Cannot write {where}: {error.strerror or error}.") from error

    def _write(self, out: Path | None) -> str:
        now = timezone.now()
        bar = ProgressBar(sys.stderr, lambda: told.n_done / total, least=1, unit="rows written")
        told, total = Progress(bar), max(_n_rows(), 1)
        try:
            if out is not None:
                n_files = len(write_now(out.resolve(), as_of=now, told=told))
                return f"{n_files} files, {told.n_done:,} rows, in {out}."
            n_files = make_daily_export(as_of=now, told=told)
        finally:
            bar.clear()
        day = now.astimezone(UTC).date()
        if not n_files:
            return f"The export of {day} is made already, or being made."
        return f"{n_files} files, {told.n_done:,} rows: the export of {day}."


def _n_rows() -> int:
    """About how many there will be: forecasts are written twice, and other tables are small."""
    counts = (model.objects.count() for model in (Forecast, LedgerEntry, Question, Forecast))
    return sum(counts)


def _copy(day: date, out: Path) -> str:
    rows = list(Export.objects.filter(day=day))
    if not rows:
        raise CommandError(f"No export of {day} is kept.")
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise CommandError(f"{out} is not empty.")
    for row in rows:
        shutil.copyfile(row.file.path, out / row.name)
    return f"{len(rows)} files of {day}, in {out}. Check them: sha256sum -c SHA256SUMS"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is not a day such as 2026-03-01") from error
