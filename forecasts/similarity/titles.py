"""How alike the titles of two questions are, apart from their dates."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process, utils

from forecasts.question_checks.dates import dates
from forecasts.similarity.foldings import folded

# From which two titles may ask the same: see tests/similarity/test_titles.py.
ALIKE = 80.0
# Which ones are looked at closely, and how many of them.
NEAR = 55.0
MOST_NEAR = 200
# A title that holds all words of another one says more than it.
HOLDS_ALL, FEWEST_WORDS = 0.92, 4
# “Above 3 percent” and “above 5 percent” are two questions.
OTHER_NUMBERS = 0.8
EMPTY = frozenset(
    (
        *("a", "an", "the", "of", "in", "on", "at", "to", "for", "from", "by", "before", "until"),
        *("till", "and", "or", "with", "between", "than", "as", "into", "it", "its", "their"),
        *("will", "would", "is", "are", "be", "been", "was", "were", "do", "does", "did", "has"),
        *("have", "had", "there", "this", "that", "any", "end", "synthetic"),
    )
)


def title_likeness(first: str, second: str) -> float:
    """How alike two titles are, from 0 to 100, by the words that tell questions apart."""
    one, other = telling_words(first), telling_words(second)
    if not one or not other:
        return 0.0
    texts = " ".join(one), " ".join(other)
    score = fuzz.token_sort_ratio(*texts)
    if min(len(one), len(other)) >= FEWEST_WORDS:
        score = max(score, HOLDS_ALL * fuzz.token_set_ratio(*texts))
    return score if _numbers(one) == _numbers(other) else OTHER_NUMBERS * score


def nearest_titles(title: str, titles: Sequence[str]) -> list[tuple[int, float]]:
    """Places of the titles that are alike enough, with how alike, the nearest first."""
    if not telling_words(title):
        return []
    near = process.extract(
        title,
        titles,
        scorer=fuzz.token_sort_ratio,
        processor=utils.default_process,
        score_cutoff=NEAR,
        limit=MOST_NEAR,
    )
    scored = ((place, title_likeness(title, titles[place])) for _, _, place in near)
    return sorted((pair for pair in scored if pair[1] >= ALIKE), key=lambda pair: -pair[1])


def telling_words(title: str) -> list[str]:
    """The words that tell a question from another one: neither dates nor what joins words."""
    for named in reversed(dates(title)):
        title = f"{title[: named.start]} {title[named.end :]}"
    return [word for word in folded(title).split() if word not in EMPTY]


def _numbers(words: list[str]) -> set[str]:
    return {word for word in words if word[0].isdigit()}
