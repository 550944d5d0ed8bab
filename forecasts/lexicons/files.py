"""Reads a lexicon's file, and says all that is wrong with it."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from forecasts.lexicons.wordings import key_of

FOLDER = Path(__file__).parent
MOST_BYTES = 1_000_000
MOST_PHRASES = 2_000
TEXTS = {"name": True, "version": True, "title": True, "citation": True, "url": False}
"""Each text of a lexicon, and whether it has to say something."""
BOUNDS = ("low", "mid", "high")
FIELDS = {"phrase", "also", "speaks_for", "is_wide", "note", *BOUNDS}


class LexiconFileError(ValueError):
    """A file is no lexicon. Says all the reasons, a line each."""


@dataclass(frozen=True, slots=True)
class PhraseRange:
    """A phrase, and how likely what it is said of is."""

    phrase: str
    low: Decimal
    mid: Decimal
    high: Decimal
    speaks_for: bool
    is_wide: bool
    note: str


@dataclass(frozen=True, slots=True)
class LexiconFile:
    """One version of a lexicon, as its file says."""

    name: str
    version: str
    title: str
    citation: str
    url: str
    sha256: str
    phrases: tuple[PhraseRange, ...]

    @property
    def order(self) -> tuple[str, list[tuple[int, str]]]:
        """Sorts versions as people count: 2 before 10."""
        parts = re.findall(r"\d+|\D+", self.version)
        return self.name, [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def read_lexicons(folder: Path = FOLDER) -> list[LexiconFile]:
    """All lexicons of a folder, earlier versions first. Raises LexiconFileError, OSError."""
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        msg = f"{folder} holds no file whose name ends in .toml."
        raise LexiconFileError(msg)
    return sorted((read_lexicon(path) for path in paths), key=lambda file: file.order)


def read_lexicon(path: Path) -> LexiconFile:
    """The lexicon of a file. Raises LexiconFileError, OSError."""
    if path.stat().st_size > MOST_BYTES:
        msg = f"{path.name}: larger than {MOST_BYTES:,} bytes."
        raise LexiconFileError(msg)
    content = path.read_bytes()
    try:
        table = tomllib.loads(content.decode(), parse_float=Decimal)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        msg = f"{path.name}: {error}"
        raise LexiconFileError(msg) from error
    if problems := [f"{path.name}: {problem}" for problem in _problems(table)]:
        raise LexiconFileError("\n".join(problems))
    rows = [row for entry in table["phrases"] for row in _rows(entry)]
    if twice := [key for key, n in Counter(key_of(row.phrase) for row in rows).items() if n > 1]:
        msg = f"{path.name}: more than once in it: {', '.join(twice)}"
        raise LexiconFileError(msg)
    texts = {name: table.get(name, "") for name in TEXTS}
    return LexiconFile(**texts, sha256=sha256(content).hexdigest(), phrases=tuple(rows))


def _problems(table: Mapping[str, Any]) -> Iterator[str]:
    if unknown := table.keys() - TEXTS.keys() - {"phrases"}:
        yield f"nothing is known of {', '.join(sorted(unknown))}"
    for name, is_needed in TEXTS.items():
        text = table.get(name, "")
        if not isinstance(text, str) or (is_needed and not text.strip()):
            yield f"{name} has to be a text that says something"
    entries = table.get("phrases")
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST_PHRASES:
        yield f"[[phrases]] has to be there, up to {MOST_PHRASES:,} times"
        return
    for number, entry in enumerate(entries, start=1):
        yield from (f"phrase {number}: {problem}" for problem in _faults(entry))


def _faults(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "it is no table"
        return
    if unknown := entry.keys() - FIELDS:
        yield f"nothing is known of {', '.join(sorted(unknown))}"
    also = entry.get("also", [])
    if not isinstance(also, list) or not all(map(_says, [entry.get("phrase"), *also])):
        yield "phrase and also have to hold words"
    for name in ("speaks_for", "is_wide"):
        if not isinstance(entry.get(name, False), bool):
            yield f"{name} is true or false"
    if not isinstance(entry.get("note", ""), str):
        yield "note has to be a text"
    numbers: list[Any] = [entry.get(name) for name in BOUNDS]
    if not all(map(_is_probability, numbers)) or numbers != sorted(numbers):
        yield "low, mid and high have to be numbers from 0 to 1 in this order, six places at most"


def _says(text: object) -> bool:
    return isinstance(text, str) and len(text) <= 200 and bool(key_of(text))


def _is_probability(number: object) -> bool:
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        return False
    exact = Decimal(number)
    return exact.is_finite() and 0 <= exact <= 1 and round(exact, 6) == exact


def _rows(entry: Mapping[str, Any]) -> Iterator[PhraseRange]:
    low, mid, high = (Decimal(entry[name]) for name in BOUNDS)
    for phrase in (entry["phrase"], *entry.get("also", [])):
        yield PhraseRange(
            phrase=phrase,
            low=low,
            mid=mid,
            high=high,
            speaks_for=entry.get("speaks_for", True),
            is_wide=entry.get("is_wide", False),
            note=entry.get("note", ""),
        )
