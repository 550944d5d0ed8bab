"""Phrases that carry how likely something is, and which of them speak against it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from forecasts.extraction.patterns import define, lines, plain

HEADING = re.compile(r"(number|likely|expected|future|bare) (for|against)")
# Braces that do not count repetitions.
MARKED = re.compile(r"\{(?!\d)((?:[^{}]|\{\d[^{}]*\})*)\}")


class Force(IntEnum):
    """How telling a phrase is; the most telling one of a clause is its phrase."""

    BARE = 1
    FUTURE = 2
    EXPECTED = 3
    LIKELY = 4
    NUMBER = 5


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of a sentence; claims_yes: whether they speak for what they are said of."""

    start: int
    end: int
    text: str
    claims_yes: bool
    force: Force


@dataclass(frozen=True, slots=True)
class Wording:
    """What a phrase can look like."""

    pattern: re.Pattern[str]
    claims_yes: bool
    force: Force

    def find(self, text: str) -> Iterator[Phrase]:
        """Every place of the text that looks so."""
        for match in self.pattern.finditer(text):
            start, end = match.span("phrase" if "phrase" in self.pattern.groupindex else 0)
            yield Phrase(start, end, text[start:end], self.claims_yes, self.force)


def phrases(text: str) -> list[Phrase]:
    """All that the wordings find, the most telling first, then in their order.

    Where one is more of the words of another, such as "will not" of "will", there is only the one.
    """
    found = [phrase for wording in wordings() for phrase in wording.find(text)]
    whole = [one for one in found if not any(_is_part(one, other) for other in found)]
    return sorted(whole, key=lambda one: (-one.force, one.start, one.start - one.end))


def _is_part(one: Phrase, other: Phrase) -> bool:
    is_inside = other.start <= one.start and one.end <= other.end
    return is_inside and (other.end - other.start) > (one.end - one.start)


@cache
def wordings() -> tuple[Wording, ...]:
    """Those of the file, in its order, but those that speak against first."""
    found, parts = [], dict[str, str]()
    force, claims_yes = Force.BARE, True
    for line in lines("phrases.txt"):
        if line.startswith("define "):
            define(line, parts)
        elif heading := HEADING.fullmatch(line):
            force, claims_yes = Force[heading[1].upper()], heading[2] == "for"
        else:
            found.append(Wording(_pattern(line, parts), claims_yes, force))
    return tuple(sorted(found, key=lambda wording: wording.claims_yes))


def _pattern(words: str, parts: dict[str, str]) -> re.Pattern[str]:
    """A wording as a regular expression over whole words."""
    begins = "" if words.startswith(("'", "<be>")) else r"(?<!\w)"
    marked = MARKED.sub(r"(?P<phrase>\1)", words)
    return re.compile(rf"{begins}(?:{plain(marked, parts)})(?!\w)", re.IGNORECASE)
