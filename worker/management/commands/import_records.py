"""Import a file of records, all of it or nothing."""

import json
import os
import stat
import sys
from argparse import ArgumentTypeError
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from forecasts.exceptions import RuleBrokenError
from forecasts.imports.files import ENCODINGS, UTF_8
from forecasts.imports.reports import KINDS, Report
from forecasts.imports.rows import Format
from forecasts.imports.shapes import SHAPES
from forecasts.models import User
from forecasts.services.imports import import_file
from forecasts.track_files.progress import ProgressBar

REFUSED = 2
FROM_ROWS = 4_000
MOST_LINES = 1_000


class Command(BaseCommand):
    """As the admin's import, for files of any length."""

    help = (
        "Import experts, sources, questions, forecasts or unscorable statements from a CSV, JSON "
        "or JSON Lines file. Rows are known by their external_id: the same file can come again "
        "and changes nothing. Where a row is refused nothing is imported; all that is wrong is "
        "said, and the exit status is 2."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("table", choices=sorted(SHAPES), metavar="TABLE", help="what it holds")
        parser.add_argument("file", type=Path, metavar="FILE", help="the file")
        parser.add_argument(
            "--format",
            dest="format_",
            type=_format,
            metavar="FORMAT",
            help="csv, json or jsonl; default: as the file's name ends",
        )
        parser.add_argument(
            "--encoding", choices=list(ENCODINGS), default=UTF_8, help="default: utf-8"
        )
        parser.add_argument(
            "--as",
            dest="username",
            required=True,
            metavar="USERNAME",
            help="the coder or lead in whose name the rows are recorded",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, and change nothing"
        )
        parser.add_argument(
            "--json", dest="is_json", action="store_true", help="write the report as JSON"
        )

    def handle(self, *_: Any, is_json: bool, **options: Any) -> None:
        report = self._report(**options)
        if is_json:
            self.stdout.write(json.dumps(_told(report), ensure_ascii=False))
        else:
            self._say(report)
        if report.is_refused:
            raise _refusal("Nothing was imported.")

    def _report(
        self,
        *,
        table: str,
        file: Path,
        format_: Format | None,
        encoding: str,
        username: str,
        dry_run: bool,
        **_: Any,
    ) -> Report:
        by = User.objects.filter(username=username).first()
        if by is None:
            raise _refusal(f"There is no user {username}.")
        try:
            with file.open("rb") as stream:
                bar = ProgressBar(sys.stderr, lambda: _share_read(stream), least=FROM_ROWS)
                try:
                    return import_file(
                        table=table,
                        stream=stream,
                        format_=format_ or _format(file.suffix.lstrip(".").lower()),
                        encoding=encoding,
                        by=by,
                        as_of=timezone.now(),
                        is_rehearsal=dry_run,
                        told=bar,
                    )
                finally:
                    bar.clear()
        except OSError as error:
            raise _refusal(f"Cannot read {file}: {error.strerror}.") from error
        except (RuleBrokenError, ArgumentTypeError) as error:
            raise _refusal(str(error)) from error

    def _say(self, report: Report) -> None:
        for fault in report.faults[:MOST_LINES]:
            column = f", {fault.column}" if fault.column else ""
            self.stdout.write(f"{_place(fault.line)}{column}: {fault.reason}")
        if report.n_faults > MOST_LINES:
            self.stdout.write(f"and {report.n_faults - MOST_LINES:,} more")
        said = ", ".join(f"{report.counts[kind]:,} {kind}" for kind in KINDS)
        done = "imported" if report.is_kept else "not imported"
        self.stdout.write(f"{report.n_rows:,} rows: {said}; {done}.")


def _place(line: int) -> str:
    return f"line {line}" if line else "the file"


def _told(report: Report) -> dict[str, Any]:
    return {
        "table": report.table,
        "imported": report.is_kept,
        **report.numbers(),
        "n_faults": report.n_faults,
        "faults": [asdict(fault) for fault in report.faults],
    }


def _format(text: str) -> Format:
    try:
        return Format(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text or 'nothing'!r} is none of csv, json, jsonl") from error


def _refusal(message: str) -> CommandError:
    return CommandError(message, returncode=REFUSED)


def _share_read(stream: BinaryIO) -> float | None:
    """Of a file; nobody knows how long a pipe is."""
    status = os.fstat(stream.fileno())
    is_file = stat.S_ISREG(status.st_mode) and status.st_size
    # Told while the file is open, but not while a wrapper reads it: by its own place.
    return os.lseek(stream.fileno(), 0, os.SEEK_CUR) / status.st_size if is_file else None
