"""Texts as they compare: small Latin letters and digits, without accents and marks."""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

LETTERS = Path(__file__).with_name("letters.txt")
# What stands within a word, and what stands between two.
WITHIN = re.compile(r"['\u2019\u02bc`\u00b4.]")
BETWEEN = re.compile(r"[\W_]+")


@lru_cache(maxsize=200_000)
def folded(text: str) -> str:
    """The words of a text as they compare, with one space between them."""
    plain = text.casefold()
    if not plain.isascii():
        plain = _latin(plain)
    # “A.B.” is two initials, and what an apostrophe joins is one word.
    spaced = re.sub(r"\b(\w)\.", r"\1 ", plain)
    return BETWEEN.sub(" ", WITHIN.sub("", spaced)).strip()


def _latin(text: str) -> str:
    # Twice: some letters have an accent of their own and are no plain ones without it.
    composed = text.translate(_readings())
    bare = "".join(c for c in unicodedata.normalize("NFKD", composed) if not is_mark(c))
    return bare.translate(_readings())


def is_mark(character: str) -> bool:
    """Whether it joins the character before it, such as an accent."""
    return unicodedata.combining(character) != 0


@cache
def _readings() -> dict[int, str]:
    lines = LETTERS.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return {ord(letter): reading for letter, _, reading in pairs}
