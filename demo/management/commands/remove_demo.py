"""Removes the demo's database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from demo.databases import database_files, is_demo


class Command(BaseCommand):
    """Deletes the SQLite file of a demo, and refuses any other database."""

    help = (
        "Delete the demo's SQLite database file. Asks first. Refuses where DEMO is not true, on "
        "PostgreSQL, and where the demo is not loaded. Stop the demo before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        files = _files_to_delete()
        if not yes and not _is_confirmed(files[0]):
            self.stdout.write("Nothing deleted.")
            return
        connection.close()
        for file in files:
            file.unlink(missing_ok=True)  # SQLite itself may tidy up when it closes
        self.stdout.write(f"Deleted {files[0]}.")


def _files_to_delete() -> list[Path]:
    if not settings.DEMO:
        raise CommandError("Nothing deleted: this is no demo, DEMO is not true.")
    if connection.vendor != "sqlite":
        raise CommandError("Nothing deleted: the demo's database is an SQLite file, this is not.")
    files = database_files()
    if not files or not is_demo():
        raise CommandError("Nothing deleted: the demo is not loaded in this database.")
    return files


def _is_confirmed(file: Path) -> bool:
    question = f"Delete {file} with everything that was recorded in it? Stop the demo first. [y/N] "
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except EOFError:
        return False
