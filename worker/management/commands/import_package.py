"""Restore an export into an empty database."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forecasts.exceptions import RuleBrokenError
from forecasts.imports.packages import BadPackageError
from forecasts.services.restores import STAND_IN, restore_package
from forecasts.track_files.progress import ProgressBar

REFUSED = 2


class Command(BaseCommand):
    """For operators: what export_data wrote becomes a database again."""

    help = (
        "Restore the files that export_data wrote into a database without records: the same rows "
        "with the same times and numbers, the same ledger, and so the same scores, as of any "
        "time. Checks SHA256SUMS and the ledger first; restores everything or nothing. What is "
        "not public does not come back: see docs/how-to/import.md. Exit status 2 if refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the export is")

    def handle(self, *_: Any, folder: Path, **__: Any) -> None:
        bar = ProgressBar(sys.stderr, lambda: None, least=1_000)
        try:
            n_rows = restore_package(folder=folder, told=bar)
        except (BadPackageError, RuleBrokenError) as error:
            raise CommandError(f"Nothing restored: {error}", returncode=REFUSED) from error
        except OSError as error:
            raise CommandError(f"Cannot read {folder}: {error.strerror}.", returncode=2) from error
        finally:
            bar.clear()
        self.stdout.write(
            f"{n_rows:,} rows restored; {STAND_IN} stands for all who recorded and ruled. "
            "Scores are computed by the next sweep."
        )
