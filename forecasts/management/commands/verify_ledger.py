"""Check the ledger, and every row that it tells of."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forecasts.models import LedgerEntry
from forecasts.selectors.ledger_checks import LedgerCheck
from forecasts.track_files.progress import ProgressBar

MOST_SHOWN = 1_000


class Command(BaseCommand):
    """Reads and changes nothing."""

    help = (
        "Compute the ledger's chain of hashes anew and compare every line with its row. Names "
        "each entry and row that was changed, taken out, put in or swapped, and rows without a "
        "line. Exit status: 0 if all is well, 1 if not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head",
            default="",
            metavar="HASH",
            help="a hash that was published, by a digest or by somebody's copy: it has to be in "
            "the ledger. Without it nobody can tell that the ledger's end was cut off, or that all "
            "of it was written anew together with the rows",
        )

    def handle(self, *_: Any, head: str, **__: Any) -> None:
        check = LedgerCheck(head=head.strip().lower())
        total = max(LedgerEntry.objects.count(), 1)
        bar = ProgressBar(
            sys.stderr, lambda: check.n_entries / total, least=1, unit="entries checked"
        )
        findings = check.findings(bar)
        n_found = 0
        try:
            for finding in findings:
                n_found += 1
                if n_found <= MOST_SHOWN:
                    bar.clear()
                    self.stdout.write(str(finding))
        finally:
            bar.clear()
        if n_found:
            unseen = f" The first {MOST_SHOWN:,} are shown." if n_found > MOST_SHOWN else ""
            raise CommandError(f"The ledger does not hold: {n_found:,} findings.{unseen}")
        self.stdout.write(f"The ledger holds: {check.n_entries:,} entries, head {check.last_hash}.")
