"""How far coders agree who read the same words without seeing each other's readings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from django.db.models import Count, Q
from django.utils.crypto import salted_hmac

from forecasts.lexicons.wordings import key_of
from forecasts.models import AdoptedRange, Coding, Forecast
from forecasts.models.codings import CODINGS_NEEDED
from forecasts.scoring.agreements import Agreement, interval_agreement
from forecasts.selectors.codings import forecasts_apart

BOUNDS = ("low", "mid", "high")
MOST_PHRASES = 100


class Row(NamedTuple):
    """A blind reading of words that were read twice or more."""

    forecast: int
    question: int
    coder: int
    phrase: str
    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class CoderPair:
    """Two coders, under labels, and the forecasts in words that both read."""

    coders: tuple[int, int]
    """Their ids, which are for leads only."""
    labels: tuple[str, str]
    n: int
    mean_difference: float
    """Of the middles, without regard to who was higher."""
    n_overlapping: int
    """Those of which the two ranges have a point in common."""
    agreement: Agreement
    """Of the middles."""


@dataclass(frozen=True, slots=True)
class PhraseAgreement:
    """The same words, whoever said them, and how far their readings lie from each other."""

    phrase: str
    """In small letters, without signs."""
    n: int
    mean_difference: float
    """Of the middles of two coders of the same forecast."""
    n_overlapping: int
    agreement: Agreement
    """Of the middles."""


@dataclass(frozen=True, slots=True)
class Coders:
    """Figures about the readings of forecasts in words, of real or of invented ones."""

    n_codings: int
    n_adopted: int
    n_apart: int
    """Forecasts that wait for a lead, as their readings lie apart."""
    agreement: dict[str, Agreement]
    """Of low, mid and high."""
    pairs: tuple[CoderPair, ...]
    phrases: tuple[PhraseAgreement, ...]


def coding_statistics(*, synthetic: bool = False) -> Coders:
    """The figures, of the forecasts that two coders or more have read blindly."""
    rows = _readings(synthetic=synthetic)
    adopted = AdoptedRange.objects.in_force().filter(forecast__question__synthetic=synthetic)
    return Coders(
        n_codings=len(rows),
        n_adopted=adopted.count(),
        n_apart=forecasts_apart().filter(question__synthetic=synthetic).count(),
        agreement={name: _agreement(rows, name) for name in BOUNDS},
        pairs=_pairs(rows),
        phrases=_phrases(rows),
    )


def coder_label(pk: int) -> str:
    """Stands for a coder: always the same, and tells neither who it is nor who reviews as whom."""
    digest = salted_hmac("forecasts.selectors.coding_agreements", str(pk), algorithm="sha256")
    return f"coder-{digest.hexdigest()[:8]}"


def _readings(*, synthetic: bool) -> list[Row]:
    # A single reading is not public under any label: the second coder might look.
    paired = (
        Forecast.objects.filter(question__synthetic=synthetic)
        .order_by()
        .annotate(n=Count("codings", filter=Q(codings__is_blind=True)))
        .filter(n__gte=CODINGS_NEEDED)
    )
    rows = Coding.objects.filter(is_blind=True, forecast__in=paired.values("pk")).order_by("pk")
    columns = ("forecast", "forecast__question", "coder", "forecast__phrase", *BOUNDS)
    return [
        Row(forecast, question, coder, key_of(phrase), float(low), float(mid), float(high))
        for forecast, question, coder, phrase, low, mid, high in rows.values_list(
            *columns
        ).iterator()
    ]


def _agreement(rows: Iterable[Row], name: str) -> Agreement:
    found = list(rows)
    return interval_agreement(
        np.array([getattr(row, name) for row in found], dtype=np.float64),
        unit=np.array([row.forecast for row in found], dtype=np.int64),
        cluster=np.array([row.question for row in found], dtype=np.int64),
    )


def _met(rows: Iterable[Row]) -> list[tuple[Row, Row]]:
    """Every two readings of the same forecast, the coder of the smaller id first."""
    return [
        pair
        for read in _by_forecast(rows)
        for pair in combinations(sorted(read, key=lambda row: row.coder), 2)
    ]


def _pairs(rows: Iterable[Row]) -> tuple[CoderPair, ...]:
    """Those who met most often first."""
    met: dict[tuple[int, int], list[tuple[Row, Row]]] = defaultdict(list)
    for one, other in _met(rows):
        met[one.coder, other.coder].append((one, other))
    found = (_pair(coders, both) for coders, both in met.items())
    return tuple(sorted(found, key=lambda pair: (-pair.n, pair.labels)))


def _pair(coders: tuple[int, int], both: Sequence[tuple[Row, Row]]) -> CoderPair:
    coders = (coders[0], coders[1]) if _in_order(coders) else (coders[1], coders[0])
    return CoderPair(
        coders=coders,
        labels=(coder_label(coders[0]), coder_label(coders[1])),
        n=len(both),
        mean_difference=_mean_difference(both),
        n_overlapping=_n_overlapping(both),
        agreement=_agreement((row for pair in both for row in pair), "mid"),
    )


def _in_order(coders: tuple[int, int]) -> bool:
    # By label: the order of the ids would tell who joined first.
    return coder_label(coders[0]) <= coder_label(coders[1])


def _phrases(rows: Iterable[Row]) -> tuple[PhraseAgreement, ...]:
    """Those that were read most often first, so many at most."""
    said: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        said[row.phrase].append(row)
    n_forecasts = {phrase: len({row.forecast for row in read}) for phrase, read in said.items()}
    chosen = sorted(said, key=lambda phrase: (-n_forecasts[phrase], phrase))[:MOST_PHRASES]
    return tuple(_phrase(phrase, n_forecasts[phrase], said[phrase]) for phrase in chosen)


def _phrase(phrase: str, n: int, rows: Sequence[Row]) -> PhraseAgreement:
    met = _met(rows)
    return PhraseAgreement(
        phrase=phrase,
        n=n,
        mean_difference=_mean_difference(met),
        n_overlapping=sum(
            max(row.low for row in read) <= min(row.high for row in read)
            for read in _by_forecast(rows)
        ),
        agreement=_agreement(rows, "mid"),
    )


def _by_forecast(rows: Iterable[Row]) -> Iterable[list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.forecast].append(row)
    return found.values()


def _mean_difference(met: Sequence[tuple[Row, Row]]) -> float:
    return sum(abs(one.mid - other.mid) for one, other in met) / len(met)


def _n_overlapping(met: Iterable[tuple[Row, Row]]) -> int:
    return sum(max(a.low, b.low) <= min(a.high, b.high) for a, b in met)
