"""Paragraphs, sentences and what stands between quotation marks."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

ABBREVIATED = (
    *("Mr", "Mrs", "Ms", "Mx", "Dr", "Prof", "Gen", "Col", "Maj", "Capt", "Lt", "Sgt", "Sen"),
    *("Rep", "Gov", "Pres", "Rev", "Hon", "St", "Sr", "Jr", "vs", "approx", "est", "No", "Nos"),
    *("Inc", "Ltd", "Co", "Corp", "Bros", "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sept"),
    *("Sep", "Oct", "Nov", "Dec", "e.g", "i.e", "etc", "cf", "fig", "p", "pp", "a.m", "p.m"),
)
# "U.S. officials" goes on; "in the U.S. The" does not, and cannot be told from it.
UNFINISHED = re.compile(
    rf"(?:\b(?:{'|'.join(map(re.escape, ABBREVIATED))})|(?<![A-Za-z])[A-Z]|\b[A-Z]\.[A-Z])\.$"
)
END = re.compile(r"(?:\.{3}|[.!?…]{1,9})[\"”’'»)\]]{0,4}(?=\s{1,9}[\"“‘'«(\[–—-]{0,4}\s?[^\sa-z])")
STOP = re.compile(r"[.!?…:;][\"”’')\]]*$")
# As many characters as an abbreviation has at most, with what closes a quotation.
LAST = 16
# Nobody speaks in longer ones: tables, lists and rubbish.
LONGEST = 1_500
OPENING, CLOSING = "“«„", "”»"
# A line this much shorter than the longest of its block ends on purpose.
SHORT = 0.7
# Characters of the longest line, where a program has wrapped them.
WRAPPED = range(50, 160)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A stretch of text that ends where its writer began a new line."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """Behind its last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it stands; paragraph: the number of its own."""

    start: int
    text: str
    paragraph: int

    @property
    def end(self) -> int:
        """Behind its last character."""
        return self.start + len(self.text)


def paragraphs(text: str) -> list[Paragraph]:
    """In their order, without the white space around. Lines that were wrapped stay together."""
    found = []
    for start, block in _blocks(text):
        found += [_stripped(start + begin, block[begin:end]) for begin, end in _parts(block)]
    return [paragraph for paragraph in found if paragraph.text]


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """What stands between blank lines."""
    begin = position = 0
    for line in text.splitlines(keepends=True):
        if not line.strip():
            yield begin, text[begin:position]
            begin = position + len(line)
        position += len(line)
    yield begin, text[begin:]


def _parts(block: str) -> Iterator[tuple[int, int]]:
    """Where the lines of a block begin and end, those wrapped by a program taken together."""
    lines = block.splitlines(keepends=True)
    longest = max((len(line) for line in lines), default=0)
    is_wrapped = longest in WRAPPED
    begin = end = 0
    for line in lines:
        end += len(line)
        bare = line.strip()
        if STOP.search(bare) or len(line) < SHORT * longest or not is_wrapped:
            yield begin, end
            begin = end
    if begin < end:
        yield begin, end


def _stripped(start: int, text: str) -> Paragraph:
    bare = text.strip()
    return Paragraph(start + len(text) - len(text.lstrip()), bare)


def sentences(parts: list[Paragraph]) -> list[Sentence]:
    """Those of all paragraphs, in their order."""
    return [
        _sentence(paragraph, number, begin, end)
        for number, paragraph in enumerate(parts)
        for begin, end in _cuts(paragraph.text)
    ]


def _sentence(paragraph: Paragraph, number: int, begin: int, end: int) -> Sentence:
    text = paragraph.text[begin:end]
    indent = len(text) - len(text.lstrip())
    return Sentence(paragraph.start + begin + indent, text.strip(), number)


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for stop in END.finditer(text):
        if not UNFINISHED.search(
            text[max(begin, stop.end() - LAST) : stop.end()].rstrip("\"”’'»)]")
        ):
            yield begin, stop.end()
            begin = stop.end()
    if text[begin:].strip():
        yield begin, len(text)


@dataclass(frozen=True, slots=True)
class Quotation:
    """What stands between quotation marks, over all paragraphs that it goes on for."""

    start: int
    end: int


class Quotations:
    """The quotations of a text, found by where they are."""

    def __init__(self, text: str, parts: list[Paragraph]) -> None:
        self.all = list(_quotations(text, parts))
        self._starts = [quotation.start for quotation in self.all]

    def at(self, position: int) -> Quotation | None:
        """The one that the position is in."""
        place = bisect_right(self._starts, position) - 1
        if place < 0 or self.all[place].end <= position:
            return None
        return self.all[place]

    def within(self, start: int, end: int) -> list[Quotation]:
        """Those that share a character with the stretch."""
        first = max(0, bisect_right(self._starts, start) - 1)
        behind = bisect_right(self._starts, end - 1)
        return [found for found in self.all[first:behind] if start < found.end]


def _quotations(text: str, parts: list[Paragraph]) -> Iterator[Quotation]:
    begin = None
    for number, paragraph in enumerate(parts):
        following = parts[number + 1].text[:1] if number + 1 < len(parts) else ""
        for place, is_opening in _marks(paragraph.text):
            position = paragraph.start + place
            if begin is None and is_opening:
                begin = position
            elif begin is not None and not is_opening:
                yield Quotation(begin, position + 1)
                begin = None
        # Speech that goes on opens again, without having been closed.
        if begin is not None and following not in tuple(f'{OPENING}"‘'):
            yield Quotation(begin, paragraph.end)
            begin = None


def _marks(text: str) -> Iterator[tuple[int, bool]]:
    """Positions of quotation marks, and whether each opens; straight ones by what is beside."""
    is_single = "“" not in text and '"' not in text
    for place, mark in enumerate(text):
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        if mark in OPENING:
            yield place, True
        elif mark in CLOSING:
            yield place, False
        elif mark == '"':
            yield place, not before or before.isspace() or before in "([–—-"
        elif is_single and mark in "‘'" and _opens(before, after):
            yield place, True
        elif is_single and mark in "’'" and before in tuple(".,?!…"):
            yield place, False


def _opens(before: str, after: str) -> bool:
    return (not before or before.isspace() or before in "([–—") and after.isalpha()
