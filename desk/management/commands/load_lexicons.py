"""Check lexicons, and load those that are not there yet."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from forecasts.exceptions import RuleBrokenError
from forecasts.lexicons.files import FOLDER, LexiconFile, LexiconFileError, read_lexicons
from forecasts.services.lexicons import load_lexicons


class Command(BaseCommand):
    """Loads a folder of lexicons, all of it or nothing."""

    help = (
        "Load lexicons: tables of phrases and the likelihood that each stands for, which coders "
        "are offered. Reads every .toml file of a folder; without one, those that come with "
        "Hindcast, as every migration does. A version that was loaded never changes: the same name "
        "and version with other contents is refused. A later version takes the place of the "
        "earlier one for new readings only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, default=FOLDER, help="a folder of .toml files"
        )
        parser.add_argument("--check", action="store_true", help="read the files and load nothing")

    def handle(self, *_: Any, folder: Path, check: bool, **__: Any) -> None:
        try:
            files = read_lexicons(folder)
            loaded = [] if check else load_lexicons(files=files, as_of=timezone.now())
        except (LexiconFileError, OSError, RuleBrokenError) as error:
            raise CommandError(f"Nothing loaded. {error}") from error
        except ValidationError as error:
            raise CommandError(f"Nothing loaded. {'; '.join(error.messages)}") from error
        names = {(lexicon.name, lexicon.version) for lexicon in loaded}
        for file in files:
            self.stdout.write(_told(file, is_new=(file.name, file.version) in names, check=check))


def _told(file: LexiconFile, *, is_new: bool, check: bool) -> str:
    state = "read" if check else "loaded" if is_new else "there already"
    return f"{file.name} {file.version}: {len(file.phrases)} phrases, {state}"
