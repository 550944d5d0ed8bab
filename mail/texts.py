"""Words as mails carry them: cut to a length, wrapped for reading, kept from turning others."""

import re
import textwrap
import unicodedata

WIDTH = 72
FIRST_STRONG, POP = "\u2068", "\u2069"
RIGHT_TO_LEFT = {"R", "AL"}
# What belongs to the character before it: a cut leaves none of them without it.
JOINS = {"Mn", "Me", "Cf"}
BULLET = re.compile(r"\s*(?:[*-] )?")


def flat(text: str) -> str:
    """On one line."""
    return " ".join(text.split())


def clipped(text: str, length: int) -> str:
    """At most `length` characters, cut between words where there are any, with an ellipsis."""
    text = flat(text)
    if len(text) <= length:
        return text
    kept = text[: max(length - 1, 0)]
    if (cut := kept.rfind(" ")) > length // 2:
        kept = kept[:cut]
    while kept and unicodedata.category(kept[-1]) in JOINS:
        kept = kept[:-1]
    return f"{kept.rstrip(' ,;:.')}…"


def isolated(text: str) -> str:
    """With marks around it where it is written from the right, so that only it is turned."""
    turns = any(unicodedata.bidirectional(character) in RIGHT_TO_LEFT for character in text)
    return f"{FIRST_STRONG}{text}{POP}" if turns else text


def wrapped(text: str) -> str:
    """Every line at most 72 characters, further ones below the first words; links stay whole."""
    lines = [part for line in text.splitlines() for part in _wrapped_line(line.rstrip())]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _wrapped_line(line: str) -> list[str]:
    start = BULLET.match(line)
    indent = " " * (start.end() if start else 0)
    return textwrap.wrap(
        line,
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]
