"""Readings of words: which lie apart, which came late, which are for everybody to read."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.db.models import Count, Exists, F, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest

from forecasts.models import AdoptedRange, Coding, Forecast, Question
from forecasts.models.codings import CODINGS_NEEDED
from forecasts.selectors.rulings import ruling_in_force


def lie_apart(one: Coding, other: Coding, *, at_most: float) -> bool:
    """Whether the middles differ by more than `at_most`, or the ranges have no point in common."""
    is_far = abs(one.mid - other.mid) > Decimal(str(at_most))
    has_nothing_in_common = max(one.low, other.low) > min(one.high, other.high)
    return bool(is_far or has_nothing_in_common)


def forecasts_in_words() -> QuerySet[Forecast]:
    """Those in force that coders read."""
    return Forecast.objects.in_force().filter(
        kind=Forecast.Kind.FORECAST, basis=Forecast.Basis.INFERRED
    )


def forecasts_apart() -> QuerySet[Forecast]:
    """Those that wait for a lead: read as often as is needed, and nothing was adopted."""
    adopted = AdoptedRange.objects.filter(forecast=OuterRef("pk"))
    readings = Coding.objects.filter(forecast=OuterRef("pk")).order_by().values("forecast")
    number = readings.annotate(n=Count("pk")).values("n")
    rows = forecasts_in_words().annotate(n_readings=Subquery(number))
    return rows.filter(~Exists(adopted), n_readings__gte=CODINGS_NEEDED)


def is_apart(forecast: Forecast) -> bool:
    """Whether the forecast waits for a lead."""
    return forecasts_apart().filter(pk=forecast.pk).exists()


def codings_after_known(question: Question, codings: Sequence[Coding]) -> set[int]:
    """Those that were given after the answer was known, by their ids."""
    ruling = ruling_in_force(question)
    if ruling is None or ruling.known_at is None:
        return set()
    return {coding.pk for coding in codings if coding.coded_at > ruling.known_at}


def published_codings(registry: Apps = apps) -> QuerySet[Any]:
    """Codings of forecasts of which a range was ever adopted, with `published_at`."""
    ranges = registry.get_model("forecasts", "AdoptedRange")._base_manager
    first = ranges.filter(forecast=OuterRef("forecast")).order_by().values("forecast")
    earliest = Subquery(first.annotate(first=Min("adopted_at")).values("first"))
    rows: QuerySet[Any] = registry.get_model("forecasts", "Coding")._base_manager.all()
    adopted = rows.annotate(adopted_first=earliest).exclude(adopted_first=None)
    published: QuerySet[Any] = adopted.annotate(
        published_at=Greatest(F("coded_at"), F("adopted_first"))
    )
    return published


def cited_lexicons(registry: Apps = apps) -> QuerySet[Any]:
    """Lexicons that such codings were read with, with `cited_at`: since when."""
    cited = published_codings(registry).filter(lexicon_phrase__lexicon=OuterRef("pk"))
    by_lexicon = cited.order_by("published_at").values("published_at")[:1]
    rows: QuerySet[Any] = registry.get_model("forecasts", "Lexicon")._base_manager.all()
    found: QuerySet[Any] = rows.annotate(cited_at=Subquery(by_lexicon)).exclude(cited_at=None)
    return found
