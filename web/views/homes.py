"""The home page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from forecasts.models import Question, Resolution
from forecasts.models.resolutions import Answer
from forecasts.selectors.disputes import open_disputes
from web.standings import standings

MOST_ROWS = 6
MOST_PLACES = 10


def home_page(request: HttpRequest) -> HttpResponse:
    """What this is, who stands where, what has happened and what is next."""
    now = timezone.now()
    resolved = Resolution.objects.in_force().exclude(answer=Answer.REOPENED)
    coming = (
        Question.objects.unresolved()
        .filter(deadline__gt=now)
        .order_by("synthetic", "deadline", "pk")
    )
    context = {
        "disputed": open_disputes(now),
        "real": standings(synthetic=False, as_of=now, most_rows=MOST_PLACES),
        "synthetic": standings(synthetic=True, as_of=now, most_rows=MOST_PLACES)
        if settings.DEMO
        else None,
        "resolved": resolved.select_related("question").order_by("-resolved_at", "-pk")[:MOST_ROWS],
        "coming": coming[:MOST_ROWS],
    }
    return render(request, "web/home.html", context)
