"""Words of a phrase, as lexicons compare them."""

import re
import unicodedata
from collections.abc import Iterable
from typing import TypeVar

ItemT = TypeVar("ItemT")
Words = tuple[str, ...]

NEGATIONS = {
    *("not", "no", "never", "nobody", "none", "nothing", "neither", "nor", "without"),
    *("hardly", "scarcely", "barely"),
}
APOSTROPHES = str.maketrans("’‘ʼ`´", "'" * 5)  # noqa: RUF001, those that people type
# Contractions that would hide a word; "can not" and "cannot" are the same.
SPELLED_OUT = (
    (re.compile(r"\bcan ?not\b|\bcan't\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bshan't\b"), "shall not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"\b(it|he|she|that|there|what|who)'s\b"), r"\1 is"),
)
WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> Words:
    """The words in small letters, contractions spelled out, without signs between them."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(APOSTROPHES)
    for pattern, spelled in SPELLED_OUT:
        plain = pattern.sub(spelled, plain)
    return tuple(WORD.findall(plain))


def key_of(text: str) -> str:
    """The same for the same words, however they are written."""
    return " ".join(words_of(text))


def fitting(text: str, entries: Iterable[tuple[str, ItemT]]) -> list[ItemT]:
    """The entries whose words stand together in the text, those of most words first.

    An entry whose place lies inside the place of a longer one does not fit ("likely" in "very
    likely"), nor does one that the text denies: one with a negation outside of it.
    """
    words = words_of(text)
    found = [
        (place, item) for wording, item in entries for place in _places(words_of(wording), words)
    ]
    longest = [
        (place, item)
        for place, item in found
        if not any(_is_inside(place, other) for other, _ in found)
        and not NEGATIONS.intersection((*words[: place.start], *words[place.stop :]))
    ]
    longest.sort(key=lambda one: (-len(one[0]), one[0].start))
    return list(dict.fromkeys(item for _, item in longest))


def _places(wording: Words, words: Words) -> list[range]:
    size = len(wording)
    starts = range(len(words) - size + 1) if size else ()
    return [range(at, at + size) for at in starts if words[at : at + size] == wording]


def _is_inside(one: range, other: range) -> bool:
    return other.start <= one.start and one.stop <= other.stop and len(one) < len(other)
