"""Proposals: what in a text a coder may want to record as a forecast."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from forecasts.extraction.conditions import conditional
from forecasts.extraction.horizons import horizon
from forecasts.extraction.judging import is_forecast
from forecasts.extraction.phrases import Phrase, phrases
from forecasts.extraction.sentences import LONGEST, Quotations, Sentence, paragraphs, sentences
from forecasts.extraction.speakers import Speakers, is_heading

# As many characters before and behind a quotation as tell it from others in most texts.
CONTEXT = 32
# Commas of a list or an aside do not begin a clause; what follows these does.
CLAUSE = re.compile(
    r"[;:–—]|,\s(?:and|but|while|although|though|whereas|so|or|possibly|perhaps|probably)\b|\b(?:but|whereas)\b"
)
IN_CONDITION = re.compile(r"(?:^|[;,.“\"]\s?)\W*(?:[Ii]f|[Uu]nless|[Oo]nce|[Pp]rovided)\b[^,;]*$")


@dataclass(frozen=True, slots=True)
class Article:
    """What is read. author, outlet: who speaks where nobody else does; "" if unknown."""

    text: str
    author: str = ""
    outlet: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A sentence that may be a forecast.

    start, end: its place in the text. prefix, suffix: the words around, so that it is found where
    positions have changed (TextQuoteSelector of the W3C Web Annotation Data Model). phrase_start:
    where the phrase stands in the text. claims_yes: whether the phrase speaks for what the sentence
    describes. horizon: the words that say by when. speaker, horizon: "" where none was found.
    """

    start: int
    end: int
    exact: str
    prefix: str
    suffix: str
    speaker: str
    phrase: str
    phrase_start: int
    claims_yes: bool
    horizon: str


Extractor = Callable[[Article], Iterator[Proposal]]
"""The form of `proposals`, which what an operator uses instead has, too."""


def proposals(article: Article) -> Iterator[Proposal]:
    """Forecasts of the text, in their order, one for each clause that makes one."""
    parts = paragraphs(article.text)
    quotations = Quotations(article.text, parts)
    speakers = Speakers(parts, quotations, article.author, article.outlet)
    for sentence in (one for one in sentences(parts) if len(one.text) <= LONGEST):
        if is_heading(parts[sentence.paragraph].text):
            continue
        for phrase in claims(sentence.text):
            speaker = speakers.of(sentence, sentence.start + phrase.start)
            yield _proposal(article.text, sentence, phrase, speaker)
        speakers.read(sentence)


def claims(text: str) -> list[Phrase]:
    """The most telling phrase of each clause of a sentence that says what is to come."""
    if text.endswith("?"):
        return []
    best: dict[int, Phrase] = {}
    for phrase in phrases(text):
        clause = sum(mark.start() < phrase.start for mark in CLAUSE.finditer(text))
        if clause not in best and is_forecast(text, phrase):
            best[clause] = phrase
    found = sorted(best.values(), key=lambda one: one.start)
    stated = [one for one in found if not IN_CONDITION.search(text[: one.start])] or found
    supposed = conditional(text)
    return stated or ([supposed] if supposed else [])


def _proposal(text: str, sentence: Sentence, phrase: Phrase, speaker: str) -> Proposal:
    when = horizon(sentence.text)
    return Proposal(
        start=sentence.start,
        end=sentence.end,
        exact=sentence.text,
        prefix=text[max(0, sentence.start - CONTEXT) : sentence.start],
        suffix=text[sentence.end : sentence.end + CONTEXT],
        speaker=speaker,
        phrase=phrase.text,
        phrase_start=sentence.start + phrase.start,
        claims_yes=phrase.claims_yes,
        horizon=sentence.text[slice(*when)] if when else "",
    )
