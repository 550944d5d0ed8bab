"""Who stands where, by accuracy or by calibration."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from forecasts.selectors.disputes import open_disputes
from forecasts.selectors.rankings import Ranking
from web.standings import standings

RANKINGS: dict[Ranking, str] = {"accuracy": "Accuracy", "calibration": "Calibration"}


def leaderboard_page(request: HttpRequest) -> HttpResponse:
    """Real experts by the ranking asked for, and in a demo the invented ones, apart."""
    now = timezone.now()
    ranking: Ranking = "calibration" if _wants_calibration(request) else "accuracy"
    context = {
        "disputed": open_disputes(now),
        "ranking": ranking,
        "rankings": RANKINGS.items(),
        "real": standings(synthetic=False, as_of=now, ranking=ranking),
        "synthetic": standings(synthetic=True, as_of=now, ranking=ranking)
        if settings.DEMO
        else None,
    }
    return render(request, "web/leaderboard.html", context)


def _wants_calibration(request: HttpRequest) -> bool:
    return request.GET.get("ranking") == "calibration"
