"""Lists of words from a file, as patterns."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).with_name("words.toml")


@dataclass(frozen=True, slots=True)
class Vague:
    """Words that say too little. only_in: the field that they are looked for in, if not in all."""

    pattern: re.Pattern[str]
    instead: str
    only_in: str | None

    def find(self, field: str, text: str) -> Iterator[re.Match[str]]:
        """The places of a field that say too little."""
        is_read = self.only_in in {None, field}
        return self.pattern.finditer(text) if is_read else iter(())


@cache
def vague() -> tuple[Vague, ...]:
    """Every kind of vague words with what to write instead."""
    return tuple(
        Vague(any_of(row["words"]), row["instead"], row.get("only_in")) for row in _read()["vague"]
    )


@cache
def relative() -> Vague:
    """Words for times that depend on when one reads them."""
    row = _read()["relative"]
    return Vague(any_of(row["words"]), row["instead"], None)


@cache
def listed(kind: str, name: str = "words") -> re.Pattern[str]:
    """The words of one list."""
    return any_of(_read()[kind][name])


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for whole words, the longest first."""
    written = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(_plain, written))})(?!\w)", re.IGNORECASE)


def _plain(word: str) -> str:
    return re.escape(word).replace(r"\ ", r"\s+").replace(r"\*", r"\w*")


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))
