"""Where a quote stands in a text."""

import re
from dataclasses import dataclass

CONTEXT = 64
SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a text and the words around it (W3C TextQuoteSelector)."""

    start: int
    end: int
    exact: str
    prefix: str
    suffix: str


def place_of(quote: str, text: str, *, near: int = 0) -> Place | None:
    """The place where the text says this, word for word; of several, the one nearest to `near`.

    Spaces and line breaks count alike. None where it is not said.
    """
    words = SPACE.split(quote.strip())
    if not words[0]:
        return None
    found = re.finditer(r"\s+".join(map(re.escape, words)), text)
    nearest = min(found, key=lambda one: abs(one.start() - near), default=None)
    return place(text, nearest.start(), nearest.end()) if nearest else None


def place(text: str, start: int, end: int) -> Place:
    """The stretch from `start` to before `end`."""
    return Place(
        start=start,
        end=end,
        exact=text[start:end],
        prefix=text[max(0, start - CONTEXT) : start],
        suffix=text[end : end + CONTEXT],
    )
