"""Regular expressions as they are easiest to read: over whole lines, with names for their parts.

In all of them brackets only group, a blank is a blank, ' is any apostrophe, and <name> stands for
what a line "define name …" above says. A line that begins with blanks goes on with the one before.
"""

import re
from collections.abc import Iterator
from pathlib import Path

PLACE = Path(__file__).parent
DEFINITION = re.compile(r"(?<!\?P)<([a-z_]+)>")
GROUP = re.compile(r"(?<!\\)\((?!\?)")
APOSTROPHE = re.compile(r"\[(?:\\.|[^\]])*\]|'")
CONTINUED = re.compile(r"\n[ \t]+")


def lines(name: str) -> Iterator[str]:
    """The lines of a file beside this one, without comments."""
    text = CONTINUED.sub("", (PLACE / name).read_text(encoding="utf-8"))
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def defined(name: str) -> dict[str, str]:
    """The patterns that a file defines."""
    found: dict[str, str] = {}
    for line in lines(name):
        define(line, found)
    return found


def define(line: str, into: dict[str, str]) -> None:
    """Take up a line "define name pattern"."""
    _, name, pattern = line.split(maxsplit=2)
    into[name] = plain(pattern, into)


def plain(pattern: str, parts: dict[str, str]) -> str:
    """As Python's regular expressions want it."""
    whole = DEFINITION.sub(lambda name: parts[name[1]], pattern)
    return GROUP.sub("(?:", APOSTROPHE.sub(_either, whole))


def _either(found: re.Match[str]) -> str:
    """Straight and curly, among other characters or alone."""
    return "['’]" if found.group() == "'" else found.group().replace("'", "'’")


def pattern(text: str) -> re.Pattern[str]:
    """One that stands in code, over several lines, in capitals or not."""
    return re.compile(plain("".join(map(str.strip, text.splitlines())), {}), re.IGNORECASE)
