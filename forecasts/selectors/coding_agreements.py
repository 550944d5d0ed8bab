"""How far coders agree who read the same words without seeing each other's readings."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from django.db.models import Count
from django.utils.crypto import salted_hmac

from forecasts.models import AdoptedRange, Coding, Forecast
from forecasts.models.codings import CODINGS_NEEDED
from forecasts.scoring.agreements import Agreement, interval_agreement

BOUNDS = ("low", "mid", "high")
Row = tuple[int, int, int, float, float, float]
"""Forecast, question, coder, low, mid and high."""


@dataclass(frozen=True, slots=True)
class CoderPair:
    """Two coders, under labels, and the forecasts in words that both read."""

    labels: tuple[str, str]
    n: int
    mean_difference: float
    """Of the middles, without regard to who was higher."""
    n_overlapping: int
    """Those of which the two ranges have a point in common."""


@dataclass(frozen=True, slots=True)
class Coders:
    """Figures about the readings of forecasts in words, of real or of invented ones."""

    n_codings: int
    n_adopted: int
    agreement: dict[str, Agreement]
    """Of low, mid and high."""
    pairs: tuple[CoderPair, ...]


def coding_statistics(*, synthetic: bool = False) -> Coders:
    """The figures, of the forecasts that two coders or more have read."""
    rows = _readings(synthetic=synthetic)
    forecast, question = (
        np.array([row[place] for row in rows], dtype=np.int64) for place in (0, 1)
    )
    numbers = np.array([row[3:] for row in rows], dtype=np.float64).reshape(-1, len(BOUNDS))
    adopted = AdoptedRange.objects.in_force().filter(forecast__question__synthetic=synthetic)
    return Coders(
        n_codings=len(rows),
        n_adopted=adopted.count(),
        agreement={
            name: interval_agreement(numbers[:, place], unit=forecast, cluster=question)
            for place, name in enumerate(BOUNDS)
        },
        pairs=_pairs(rows),
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
        .annotate(n=Count("codings"))
        .filter(n__gte=CODINGS_NEEDED)
    )
    rows = Coding.objects.filter(forecast__in=paired.values("pk")).order_by("pk")
    columns = ("forecast", "forecast__question", "coder", *BOUNDS)
    return [
        (forecast, question, coder, float(low), float(mid), float(high))
        for forecast, question, coder, low, mid, high in rows.values_list(*columns).iterator()
    ]


def _pairs(rows: Iterable[Row]) -> tuple[CoderPair, ...]:
    """Those who met most often first."""
    readings: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        readings[row[0]].append(row)
    met: dict[tuple[int, int], list[tuple[Row, Row]]] = defaultdict(list)
    for read in readings.values():
        for one, other in combinations(sorted(read, key=lambda row: row[2]), 2):
            met[one[2], other[2]].append((one, other))
    found = (_pair(coders, both) for coders, both in met.items())
    return tuple(sorted(found, key=lambda pair: (-pair.n, pair.labels)))


def _pair(coders: tuple[int, int], both: list[tuple[Row, Row]]) -> CoderPair:
    one, other = sorted(map(coder_label, coders))
    return CoderPair(
        labels=(one, other),
        n=len(both),
        mean_difference=sum(abs(a[4] - b[4]) for a, b in both) / len(both),
        n_overlapping=sum(max(a[3], b[3]) <= min(a[5], b[5]) for a, b in both),
    )
