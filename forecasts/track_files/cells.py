"""Cells: what the text of each stands for, as a whole number."""

import re
import unicodedata
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeAlias, TypeVar

import numpy as np

from forecasts.scoring.arrays import Integers
from forecasts.scoring.probabilities import to_ppm
from forecasts.track_files.columns import ABSENT, AMBIGUOUS, ANNULLED, NO, OPEN, UNKNOWN, YES
from forecasts.track_files.problems import shown
from forecasts.track_files.times import deadline, instant

Parse: TypeAlias = Callable[[str], int]
ValueT = TypeVar("ValueT", bound=Hashable)

BAD = UNKNOWN + 1
NOTHING = -1
"""No family, no topic."""
LONGEST = 300
LONGEST_LIST = 10_000
MOST_CONDITIONS = 1_000
# Distinct texts remembered by column: times may all differ, and a million of them would fill
# hundreds of megabytes.
MOST_REMEMBERED = 50_000
_NOT_UTF8 = re.compile("[\udc80-\udcff]")

_OUTCOMES = {
    **dict.fromkeys(("yes", "1", "true"), YES),
    **dict.fromkeys(("no", "0", "false"), NO),
    "ambiguous": AMBIGUOUS,
    "annulled": ANNULLED,
}
_BOOLEANS = {"yes": 1, "true": 1, "1": 1, "no": 0, "false": 0, "0": 0}
STATED, INFERRED = range(2)
_CODINGS = {"stated": STATED, "inferred": INFERRED}
PRINTED, ARCHIVED, UNPROVEN = range(3)
_DATE_BASES = {"printed": PRINTED, "archived": ARCHIVED, "inferred": UNPROVEN}


class Column(dict[str, int]):
    """What each text of a column stands for: a dict that reads what it does not know yet."""

    def __init__(self, parse: Parse, empty: int = BAD, longest: int = LONGEST) -> None:
        super().__init__()
        self.parse = parse
        self.empty = empty
        self.longest = longest

    def __missing__(self, text: str) -> int:
        try:
            value = self.value(text)
        except ValueError:
            value = BAD
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[text] = value
        return value

    def values_of(self, texts: Sequence[str]) -> Integers:
        """The value of each text, BAD where it has none."""
        return np.fromiter(map(self.__getitem__, texts), np.int64, len(texts))

    def value(self, text: str) -> int:
        """What the text stands for. Raises ValueError with the reason why it cannot be used."""
        cell = cleaned(text, self.longest)
        if cell:
            return self.parse(cell)
        if self.empty == BAD:
            raise ValueError("is empty")
        return self.empty

    def reason(self, text: str) -> str:
        """Why the text cannot be used."""
        try:
            self.value(text)
        except ValueError as error:
            return str(error)
        return ""


class Names(Generic[ValueT]):
    """Numbers for what comes up, in the order in which it comes up."""

    def __init__(self, read: Callable[[str], ValueT]) -> None:
        self._read = read
        self._numbers: dict[ValueT, int] = {}

    def __call__(self, text: str) -> int:
        return self._numbers.setdefault(self._read(text), len(self._numbers))

    def in_order(self) -> list[ValueT]:
        return list(self._numbers)


def cleaned(text: str, longest: int = LONGEST) -> str:
    """The text without blanks around it, in Unicode normal form C. Raises ValueError if it is none.

    Bytes that were no text came as lone surrogates; see `text_lines`.
    """
    if len(text) > longest:
        raise ValueError(f"is {len(text):,} characters long; at most {longest:,}")
    if not text.isascii() and (found := _NOT_UTF8.search(text)) is not None:
        byte = ord(found[0]) - 0xDC00
        raise ValueError(f"byte 0x{byte:02X} is not UTF-8; save the file as UTF-8")
    if "\0" in text:
        raise ValueError("holds a NUL byte")
    return unicodedata.normalize("NFC", text.strip())


def name(text: str) -> str:
    """As it is: a cell is clean before it gets here."""
    return text


def topics(text: str) -> tuple[str, ...]:
    """The names between semicolons."""
    return tuple(sorted({part.strip() for part in text.split(";")} - {""}))


def probability(text: str) -> int:
    try:
        return to_ppm(text)
    except ValueError as error:
        raise ValueError(str(error).removeprefix("probability ")) from None


def conditions(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= MOST_CONDITIONS:
        return int(text)
    raise ValueError(f"{shown(text)} is not a whole number from 0 to {MOST_CONDITIONS:,}")


def one_of(choices: Mapping[str, int]) -> Parse:
    """A reader of one of the words, in any case."""

    def parse(text: str) -> int:
        try:
            return choices[text.lower()]
        except KeyError:
            raise ValueError(f"{shown(text)} is none of {', '.join(choices)}") from None

    return parse


def columns(names: dict[str, Names[str]], topic: Names[tuple[str, ...]]) -> dict[str, Column]:
    """A fresh reader for each column that a file may have."""
    return {
        "expert": Column(names["expert"]),
        "question": Column(names["question"]),
        "probability": Column(probability, empty=ABSENT),
        "outcome": Column(one_of(_OUTCOMES), empty=OPEN),
        "family": Column(names["family"], empty=NOTHING),
        "low": Column(probability, empty=ABSENT),
        "high": Column(probability, empty=ABSENT),
        "forecast_at": Column(instant, empty=UNKNOWN),
        "withdrawn_at": Column(instant, empty=UNKNOWN),
        "recorded_at": Column(instant, empty=UNKNOWN),
        "adopted_at": Column(instant, empty=UNKNOWN),
        "open_at": Column(instant, empty=UNKNOWN),
        "deadline": Column(deadline, empty=UNKNOWN),
        "known_at": Column(instant, empty=UNKNOWN),
        "date_basis": Column(one_of(_DATE_BASES), empty=PRINTED),
        "topic": Column(topic, empty=NOTHING, longest=LONGEST_LIST),
        "coding": Column(one_of(_CODINGS), empty=STATED),
        "synthetic": Column(one_of(_BOOLEANS), empty=0),
        "conditions": Column(conditions, empty=0),
    }
