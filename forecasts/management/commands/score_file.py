"""Score anybody's track record from a file."""

import os
import stat
import sys
from argparse import ArgumentTypeError
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forecasts.track_files import BadRowsError, TrackFile, read_track_file, text_lines
from forecasts.track_files.outputs import json_parts, replaced_file
from forecasts.track_files.progress import FROM_ROWS, ProgressBar, shown
from forecasts.track_files.scores import ScoredFile, score_track_file
from forecasts.track_files.tables import score_table
from forecasts.track_files.times import instant

STANDARD = "-"
REFUSED = 2


class Command(BaseCommand):
    """Reads no database and writes none, so it wants neither checks nor migrations."""

    help = (
        "Score the forecasts of a CSV file with the columns expert, question, probability and "
        "outcome (yes, no, ambiguous, annulled or empty). Touches no database. Where a row is "
        "wrong nothing is scored; all that is wrong is said, and the exit status is 2."
    )
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("track", metavar="TRACK.csv", help="the file; - is standard input")
        parser.add_argument(
            "--json",
            dest="out",
            metavar="OUT",
            help="write every statistic to this file as JSON (- is standard output), instead of "
            "a table",
        )
        parser.add_argument(
            "--as-of",
            type=_instant,
            metavar="T",
            help="score as it stood then: a time with its zone such as 2026-03-01T12:00:00Z, or "
            "a date, which means 00:00 UTC as in the API; may lie in the future. Default: every "
            "ruled question counts, whenever its deadline",
        )
        parser.add_argument(
            "--seed", type=_seed, metavar="N", help="of all draws; default: made from the rows"
        )

    def handle(
        self, *_: Any, track: str, out: str | None, as_of: int | None, seed: int | None, **__: Any
    ) -> None:
        if out is None:
            self.stdout.write(score_table(self._scores(track, as_of, seed, band=False).experts))
        elif out == STANDARD:
            for part in json_parts(self._scores(track, as_of, seed)):
                self.stdout.write(part, ending="")
        else:
            self._write(track, out, as_of, seed)

    def _write(self, track: str, out: str, as_of: int | None, seed: int | None) -> None:
        """The file is opened first: nobody waits for scores that cannot be kept."""
        if track != STANDARD and _is_same_file(track, out):
            raise _refusal(f"{out} is the track record itself; write elsewhere.")
        try:
            with replaced_file(Path(out)) as stream:
                stream.writelines(json_parts(self._scores(track, as_of, seed)))
        except OSError as error:
            raise _refusal(f"Cannot write {out}: {error.strerror}.") from error

    def _scores(
        self, track: str, as_of: int | None, seed: int | None, *, band: bool = True
    ) -> ScoredFile:
        read = self._track_file(track)
        found = score_track_file(read, as_of=as_of, seed=seed, band=band)
        if len(read.statements) < FROM_ROWS:
            return found
        return replace(found, experts=shown(found.experts, found.n_experts, sys.stderr))

    def _track_file(self, track: str) -> TrackFile:
        try:
            with _opened(track) as binary:
                return self._read(binary)
        except BadRowsError as error:
            self.stderr.write(str(error))
            counted = "1 problem" if error.total == 1 else f"{error.total:,} problems"
            raise _refusal(f"Nothing is scored: {counted} in {_named(track)}.") from error
        except OSError as error:
            raise _refusal(f"Cannot read {_named(track)}: {error.strerror}.") from error

    def _read(self, binary: BinaryIO) -> TrackFile:
        bar = ProgressBar(sys.stderr, lambda: _share_read(binary))
        try:
            with closing(text_lines(binary)) as lines:
                return read_track_file(lines, progress=bar)
        finally:
            bar.clear()


def _instant(text: str) -> int:
    try:
        return instant(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"{text!r} is not a whole number from 0 up")
    return int(text)


def _refusal(message: str) -> CommandError:
    return CommandError(message, returncode=REFUSED)


def _named(track: str) -> str:
    return "standard input" if track == STANDARD else track


def _opened(track: str) -> AbstractContextManager[BinaryIO]:
    # Standard input stays open for whoever comes after.
    return nullcontext(sys.stdin.buffer) if track == STANDARD else Path(track).open("rb")


def _is_same_file(track: str, out: str) -> bool:
    return Path(track).exists() and Path(out).exists() and Path(track).samefile(out)


def _share_read(binary: BinaryIO) -> float | None:
    """Of a file; nobody knows how long a pipe is."""
    status = os.fstat(binary.fileno())
    return binary.tell() / status.st_size if stat.S_ISREG(status.st_mode) else None
