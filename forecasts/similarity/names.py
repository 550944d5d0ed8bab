"""How alike two names of people or organisations are."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from forecasts.similarity.foldings import folded

# From which two names may be one: see tests/similarity/test_names.py.
ALIKE = 82.0
# Which ones are looked at closely, and how many of them.
NEAR = 65.0
MOST_NEAR = 60
# Of what remains of a name when parts are left out or shortened.
INITIALS, SHORTENED, ONE_WORD = 95.0, 90.0, 85.0
SAME_WORD = 85.0
TWICE = re.compile(r"(\w)\1+")
TITLES = {"dr", "prof", "professor", "sir", "dame", "lord", "lady", "mr", "mrs", "ms"}


def likeness(first: str, second: str) -> float:
    """How alike two names are, from 0 to 100; 100 where only case, accents or order differ.

    An initial is as good as the word that begins with it, and a name may lack some words.
    """
    one, other = words_of(first), words_of(second)
    if not one or not other:
        return 0.0
    if sorted(one) == sorted(other):
        return 100.0
    texts = " ".join(sorted(one)), " ".join(sorted(other))
    written = max(fuzz.ratio(*texts), fuzz.ratio(*map(_sounded, texts)))
    return max(min(written, 99.0), _shortened(*sorted((one, other), key=len)))


def nearest(name: str, names: Sequence[str]) -> list[tuple[int, float]]:
    """Places of the names that are alike enough, with how alike, the nearest first."""
    own = " ".join(words_of(name))
    if not own:
        return []
    choices = [" ".join(words_of(other)) for other in names]
    near = process.extract(
        own, choices, scorer=fuzz.token_ratio, score_cutoff=NEAR, limit=MOST_NEAR
    )
    scored = ((place, likeness(name, names[place])) for _, _, place in near)
    return sorted((pair for pair in scored if pair[1] >= ALIKE), key=lambda pair: -pair[1])


def words_of(name: str) -> list[str]:
    """The words of a name as they compare, without titles where a name is left without them."""
    words = folded(name).split()
    return [word for word in words if word not in TITLES] or words


def _shortened(fewer: list[str], more: list[str]) -> float:
    """How sure it is that the one is the other with words left out or cut to an initial."""
    left, n_whole = list(more), 0
    # Whole words first, so that no initial takes the word that another one is.
    for word in sorted(fewer, key=len, reverse=True):
        found = next((other for other in left if _stands_for(word, other)), None)
        if found is None:
            return 0.0
        left.remove(found)
        n_whole += len(word) > 1 and len(found) > 1
    if not n_whole:
        return 0.0
    if len(fewer) == 1:
        return ONE_WORD
    return SHORTENED if left else INITIALS


def _sounded(text: str) -> str:
    """Without what transliterations differ in most: i for y, and letters written twice."""
    return TWICE.sub(r"\1", text.replace("y", "i"))


def _stands_for(word: str, other: str) -> bool:
    if len(word) == 1 or len(other) == 1:
        return word[0] == other[0]
    return fuzz.ratio(word, other) >= SAME_WORD
