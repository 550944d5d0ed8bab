"""Lexicons, and which of their phrases fit what somebody said."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import OuterRef, QuerySet

from forecasts.lexicons.wordings import fitting
from forecasts.models import Coding, Forecast, Lexicon, LexiconPhrase
from forecasts.selectors.listings import NumberOf

MOST_OFFERED = 9
"""As many as there are keys from 1 on."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a phrase of a lexicon makes of a forecast, as P(yes)."""

    entry: LexiconPhrase
    low: Decimal
    mid: Decimal
    high: Decimal


def phrases_in_force() -> QuerySet[LexiconPhrase]:
    """Phrases of the latest version of each lexicon."""
    rows = LexiconPhrase.objects.filter(lexicon__superseded_at=None)
    return rows.select_related("lexicon").order_by("lexicon__name", "pk")


def readings_offered(forecast: Forecast) -> list[Reading]:
    """What fits the forecast's phrase, the longest first, turned to P(yes); nine at most."""
    entries = [(entry.phrase, entry) for entry in phrases_in_force()]
    found = fitting(forecast.phrase, entries)[:MOST_OFFERED]
    return [reading_of(entry, claims_yes=forecast.claims_yes) for entry in found]


def reading_of(entry: LexiconPhrase, *, claims_yes: bool) -> Reading:
    """The range as P(yes).

    It is about what the phrase is said of. Where it speaks against that and for no, or for it and
    for yes, that is the yes of the question; otherwise it is the no.
    """
    if entry.speaks_for == claims_yes:
        return Reading(entry, entry.low, entry.mid, entry.high)
    return Reading(entry, 1 - entry.high, 1 - entry.mid, 1 - entry.low)


def listed_lexicons() -> QuerySet[Lexicon]:
    """All versions of all lexicons, with `n_phrases`."""
    phrases = LexiconPhrase.objects.filter(lexicon=OuterRef("pk"))
    return Lexicon.objects.annotate(n_phrases=NumberOf(phrases))


def cited_versions(codings: Iterable[Coding]) -> list[Lexicon]:
    """The versions that readings were made with, each once, in order of their names."""
    found = {one.lexicon_phrase.lexicon for one in codings if one.lexicon_phrase}
    return sorted(found, key=lambda lexicon: (lexicon.name, lexicon.pk))
