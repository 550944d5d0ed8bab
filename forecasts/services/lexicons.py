"""Loading lexicons: once each, and never otherwise than before."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from forecasts.lexicons.files import LexiconFile
from forecasts.models import Lexicon, LexiconPhrase
from forecasts.refusals import LexiconChangedError
from forecasts.services.saving import atomic_or_busy, save_all_checked, save_checked


@atomic_or_busy()
def load_lexicons(*, files: Iterable[LexiconFile], as_of: datetime) -> list[Lexicon]:
    """Store the versions that are not there yet, in this order; returns those.

    A later version supersedes the one in force: readings made with that keep it. Raises
    LexiconChangedError, and ValidationError for what no column holds.
    """
    loaded = []
    for file in files:
        there = Lexicon.objects.filter(name=file.name, version=file.version).first()
        if there is None:
            loaded.append(_load(file, as_of))
        elif there.sha256 != file.sha256:
            raise LexiconChangedError(name=file.name, version=file.version)
    return loaded


def _load(file: LexiconFile, as_of: datetime) -> Lexicon:
    Lexicon.objects.filter(name=file.name).supersede(as_of=as_of)
    texts = {name: value for name, value in asdict(file).items() if name != "phrases"}
    lexicon = save_checked(Lexicon(**texts, loaded_at=as_of))
    save_all_checked([LexiconPhrase(lexicon=lexicon, **asdict(row)) for row in file.phrases])
    return lexicon
