"""The latest of what was ruled and said, for those who want to be told."""

from django.db.models import Exists, OuterRef, QuerySet

from forecasts.models import Forecast, Resolution
from forecasts.selectors.listings import listed_forecasts
from forecasts.selectors.questions import questions_on


def latest_rulings(*, expert: str = "", topic: str = "") -> QuerySet[Resolution]:
    """Every ruling, the newest first; on what an expert said something about, or on a topic."""
    rows = Resolution.objects.select_related("question").order_by("-resolved_at", "-pk")
    if expert:
        said = Forecast.objects.in_force().filter(expert__slug=expert)
        rows = rows.filter(Exists(said.filter(question=OuterRef("question"))))
    return rows.filter(question__in=questions_on(topic)) if topic else rows


def latest_forecasts(*, expert: str = "", topic: str = "") -> QuerySet[Forecast]:
    """Every statement in force, the newest record first; of an expert, or on a topic."""
    rows = listed_forecasts().filter(superseded_at=None).order_by("-recorded_at", "-pk")
    if expert:
        rows = rows.filter(expert__slug=expert)
    return rows.filter(question__in=questions_on(topic)) if topic else rows
