"""The text of an article in pieces: paragraphs, and in them what is proposed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

BREAK = "\n\n"
Numbered = tuple[int, Any]
"""A proposal and its number, from 1."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paragraph that the same proposals cover."""

    text: str
    state: str = ""
    """That of the first proposal on it; empty where nothing is proposed."""
    number: int = 0
    """Of the proposal that begins here; 0 where none does."""
    is_current: bool = False
    is_phrase: bool = False
    link: int = 0
    """The proposal that a click leads to."""


@dataclass(slots=True)
class Layout:
    """How a text is cut at its proposals, in the order of their places."""

    text: str
    proposals: Sequence[Any]
    current: Any
    _told: set[int] = field(default_factory=set)

    def paragraphs(self) -> Iterator[list[Piece]]:
        """Each as its pieces; every number comes once."""
        start = 0
        for paragraph in self.text.split(BREAK):
            end = start + len(paragraph)
            on_it = [
                (number, one)
                for number, one in enumerate(self.proposals, start=1)
                if one.start < end and one.end > start
            ]
            cuts = self._cuts(start, end, on_it)
            yield [self._piece(begin, stop, on_it) for begin, stop in pairwise(cuts)]
            start = end + len(BREAK)

    def _cuts(self, start: int, end: int, on_it: Sequence[Numbered]) -> list[int]:
        places = {start, end, *self._phrase()}
        for _, one in on_it:
            places |= {one.start, one.end}
        return sorted(place for place in places if start <= place <= end)

    def _phrase(self) -> tuple[int, int]:
        """Where the likelihood of the current proposal stands."""
        one = self.current
        if one is None or not one.phrase:
            return (0, 0)
        place = self.text.find(one.phrase, one.start, one.end)
        return (place, place + len(one.phrase)) if place >= 0 else (0, 0)

    def _piece(self, begin: int, stop: int, on_it: Sequence[Numbered]) -> Piece:
        here = [(number, one) for number, one in on_it if one.start <= begin and stop <= one.end]
        if not here:
            return Piece(self.text[begin:stop])
        new = [(number, one) for number, one in here if number not in self._told]
        number, first = (new or here)[0]
        self._told.update(number for number, _ in here)
        from_phrase, to_phrase = self._phrase()
        return Piece(
            text=self.text[begin:stop],
            state=first.state,
            number=number if new else 0,
            is_current=any(one is self.current for _, one in here),
            is_phrase=from_phrase <= begin and stop <= to_phrase,
            link=first.pk,
        )
