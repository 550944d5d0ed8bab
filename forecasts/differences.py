"""What was struck out of a text and what was put in, word by word."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

WORDS = re.compile(r"\s+|\w+|[^\w\s]")
LONG = 2_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of two texts: what both have as `kept`, or what one had and the other has."""

    kept: str = ""
    removed: str = ""
    added: str = ""


def pieces(before: str, after: str) -> list[Piece]:
    """The parts in their order. Changes with nothing but a blank between them are one."""
    joined: list[Piece] = []
    for is_equal, old, new in _opcodes(WORDS.findall(before), WORDS.findall(after)):
        if is_equal and not (old.isspace() and "\n" not in old and joined and _is_change(joined)):
            joined.append(Piece(kept=old))
        elif joined and _is_change(joined):
            last = joined[-1]
            joined[-1] = Piece(removed=last.removed + old, added=last.added + new)
        else:
            joined.append(Piece(removed=old, added=new))
    return joined


def _is_change(joined: list[Piece]) -> bool:
    return not joined[-1].kept


def _opcodes(old: list[str], new: list[str]) -> Iterator[tuple[bool, str, str]]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=len(old) > LONG)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        yield kind == "equal", "".join(old[i1:i2]), "".join(new[j1:j2])
