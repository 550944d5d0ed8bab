"""Loads the demo."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.databases import is_demo, is_migrated
from demo.loads import ForeignDataError, load
from demo.logins import login_table
from demo.readers import reader_line


class Command(BaseCommand):
    """Fills an empty database once; a second run changes nothing."""

    help = (
        "Load the demo into an empty database: one real article and a synthetic track record. "
        "A second run changes nothing. Refuses where DEMO is not true, and a database that "
        "holds other data."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--print-logins",
            action="store_true",
            help="print the log-ins with their passwords and what to try as each, and where the "
            "reader of the digest chooses; nothing else where the demo is loaded already",
        )

    def handle(self, *args: Any, print_logins: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Nothing loaded: this is no demo, DEMO is not true.")
        if not is_migrated():
            raise CommandError("Nothing loaded: the database has no tables, run migrate first.")
        if not (print_logins and is_demo()):
            self._load()
        if print_logins:
            self.stdout.write(login_table())
            self.stdout.write(reader_line())

    def _load(self) -> None:
        try:
            is_new = load(as_of=timezone.now(), say=self._say)
        except ForeignDataError:
            raise CommandError(
                "Nothing loaded: this database holds data that the demo did not make."
            ) from None
        self._say("The demo is loaded." if is_new else "The demo is already loaded; nothing done.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
