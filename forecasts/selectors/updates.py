"""What has changed since a moment, for those who keep a copy in step."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from forecasts.models import AdoptedRange, Amendment, Coding, Resolution


def question_updated(since: datetime, *, as_of: datetime) -> Q:
    """Questions recorded, edited, amended, ruled on or come due at that moment or later.

    Also those whose condition was ruled on: where it is met, nothing else is written down.
    """
    return _question_updated(since, as_of, "")


def forecast_updated(since: datetime, *, as_of: datetime) -> Q:
    """Forecasts recorded, coded or superseded since, or whose question has been updated."""
    own = {"forecast": OuterRef("pk")}
    return (
        Q(recorded_at__gte=since)
        | Q(superseded_at__gte=since)
        | Q(Exists(Coding.objects.filter(**own, coded_at__gte=since)))
        | Q(Exists(AdoptedRange.objects.filter(**own, adopted_at__gte=since)))
        | _question_updated(since, as_of, "question__")
    )


def _question_updated(since: datetime, as_of: datetime, prefix: str) -> Q:
    pk, parent = OuterRef(f"{prefix}pk"), OuterRef(f"{prefix}depends_on")
    rulings = Resolution.objects.filter(resolved_at__gte=since)
    return (
        Q(**{f"{prefix}recorded_at__gte": since})
        | Q(**{f"{prefix}edited_at__gte": since})
        | Q(**{f"{prefix}deadline__gte": since, f"{prefix}deadline__lte": as_of})
        | Q(Exists(Amendment.objects.filter(question=pk, amended_at__gte=since)))
        | Q(Exists(rulings.filter(question=pk)))
        | Q(Exists(rulings.filter(question=parent)))
    )
