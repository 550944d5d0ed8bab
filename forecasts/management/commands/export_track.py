"""Write what the database holds as a file that score_file reads."""

import csv
import sys
from argparse import ArgumentTypeError
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from forecasts.models import Expert
from forecasts.models.fields import LATEST
from forecasts.selectors import columns
from forecasts.track_files.exports import COLUMNS, TrackExport
from forecasts.track_files.outputs import replaced_file
from forecasts.track_files.progress import ProgressBar
from forecasts.track_files.scores import KINDS
from forecasts.track_files.times import instant

STANDARD = "-"
REFUSED = 2


class Command(BaseCommand):
    """Reads and changes nothing."""

    help = (
        "Write a CSV file that score_file reads: one row for each statement in force, withdrawals "
        "included, with the state of its question. Scored as of the same instant, it gives the "
        "numbers of the API to the last digit."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--out",
            default=STANDARD,
            metavar="FILE",
            help="write to this file, which is replaced once all is written; - is standard output "
            "(default)",
        )
        parser.add_argument(
            "--as-of",
            type=_instant,
            default=LATEST,
            metavar="T",
            help="what was recorded by then: a time with its zone such as 2026-03-01T12:00:00Z, "
            "or a date, which means 00:00 UTC. Default: all that is recorded. Give score_file the "
            "same --as-of; without it, every ruled question counts there, even before its deadline",
        )
        parser.add_argument(
            "--expert",
            action="append",
            metavar="SLUG",
            help="this expert's statements only; may be given again. Scores that compare with "
            "others, and shrunk ones, need those others in the file, too",
        )
        kinds = parser.add_mutually_exclusive_group()
        kinds.add_argument(
            "--real", dest="kind", action="store_const", const="real", help="no synthetic experts"
        )
        kinds.add_argument(
            "--synthetic",
            dest="kind",
            action="store_const",
            const="synthetic",
            help="no real experts",
        )

    def handle(
        self,
        *_: Any,
        out: str,
        as_of: datetime,
        expert: list[str] | None,
        kind: str | None,
        **__: Any,
    ) -> None:
        export = TrackExport.of(_experts(expert, kind), as_of=as_of)
        try:
            with self._opened(out) as stream:
                _write(stream, export)
        except OSError as error:
            where = "standard output" if out == STANDARD else out
            raise _refusal(f"Cannot write {where}: {error.strerror}.") from error

    def _opened(self, out: str) -> AbstractContextManager[TextIO]:
        if out == STANDARD:
            return nullcontext(cast(TextIO, self.stdout))
        return replaced_file(Path(out))


def _write(stream: TextIO, export: TrackExport) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    bar = ProgressBar(sys.stderr, export.share)
    n_rows = 0
    writer.writerow(COLUMNS)
    try:
        for rows in export.batches():
            writer.writerows(rows)
            n_rows += len(rows)
            bar(n_rows)
    finally:
        bar.clear()


def _experts(slugs: list[str] | None, kind: str | None) -> QuerySet[Expert]:
    experts = Expert.objects.all()
    if kind is not None:
        experts = experts.filter(synthetic=KINDS[kind])
    if slugs is None:
        return experts
    experts = experts.filter(slug__in=slugs)
    missing = sorted(set(slugs) - set(experts.values_list("slug", flat=True)))
    if missing:
        among = f" among the {kind} ones" if kind else ""
        raise _refusal(f"There is no expert {', '.join(missing)}{among}.")
    return experts


def _instant(text: str) -> datetime:
    try:
        return columns.instant(instant(text))
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def _refusal(message: str) -> CommandError:
    return CommandError(message, returncode=REFUSED)
