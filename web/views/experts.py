"""Pages about experts."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from forecasts.models import Expert, Forecast, Question
from forecasts.scoring.tiers import shows
from forecasts.selectors.disputes import disputes_about_expert, open_disputes
from forecasts.selectors.listings import listed_experts, listed_forecasts
from forecasts.selectors.merges import merges_into
from forecasts.selectors.rankings import LEAST_SHARED
from forecasts.selectors.scorecards import current_scores
from web.breakdowns import breakdown_tables
from web.charts import CalibrationPlot, IntervalPlot, common_scale
from web.dispute_rows import disputes_about, with_and_without
from web.figures import (
    calibration_figures,
    comparison_figures,
    headline_figures,
    is_compared,
    time_figures,
)
from web.merged import to_survivor
from web.rows import forecast_rows
from web.standings import calibration_place
from web.summaries import alarm, share_unscorable, summary

PER_PAGE = 20
PER_LIST = 100
MOST_EXTREME = 0.6


def experts_page(request: HttpRequest) -> HttpResponse:
    """All experts."""
    experts = listed_experts().current().order_by("synthetic", "name", "pk")
    page = Paginator(experts, PER_LIST).get_page(request.GET.get("page"))
    context = {"page": page, "disputed": open_disputes(timezone.now())}
    return render(request, "web/experts.html", context)


def expert_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One expert: scores as far as their number supports, and every statement."""
    now = timezone.now()
    expert: Any = get_object_or_404(listed_experts(), slug=slug)
    if expert.merged_into is not None:
        return to_survivor(request, expert.merged_into)
    forecasts = listed_forecasts().filter(expert=expert, superseded_at=None)
    page = Paginator(forecasts, PER_PAGE).get_page(request.GET.get("page"))
    disputed = open_disputes(now)
    disputes, has_more = disputes_about(disputes_about_expert(slug))
    context = {
        "expert": expert,
        "disputed": disputed,
        "disputes": disputes,
        "has_more_disputes": has_more,
        "all_disputes": f"{reverse('api:disputes')}?expert={slug}",
        "page": page,
        "rows": forecast_rows(page.object_list, as_of=now),
        "n_corrected": expert.forecasts.exclude(superseded_at=None).count(),
        "unscorable": expert.unscorable_statements.select_related("source", "quotation"),
        "merges": merges_into(expert) if expert.merged_slugs else (),
        "share_unscorable": share_unscorable(expert.n_forecasts, expert.n_unscorable),
        **(scores := _scores(expert, now)),
        "beside": with_and_without(expert, scores["scores"], disputed, as_of=now),
    }
    return render(request, "web/expert.html", context)


def _scores(expert: Expert, now: datetime) -> dict[str, Any]:
    current = current_scores([expert.pk], as_of=now)[expert.pk]
    scores, tier = current.scores, current.scores["tier"]
    context = {
        "scores": scores,
        "current": current,
        "summary": summary(scores),
        "has_interval": shows(tier, "interval"),
        "has_tests": shows(tier, "provisional"),
        "first_due": None if scores["n"] else _first_due(expert),
    }
    return context | (_statistics(expert, scores, now) if scores["n"] else {})


def _statistics(expert: Expert, scores: dict[str, Any], now: datetime) -> dict[str, Any]:
    tier = scores["tier"]
    brier = scores["brier"] if shows(tier, "interval") else {**scores["brier"], "ci95": None}
    place = calibration_place(expert, scores, as_of=now)
    return {
        "interval": IntervalPlot.of(brier, most=common_scale([brier])),
        "headline": headline_figures(scores),
        "plot": CalibrationPlot.of(scores, is_provisional=not shows(tier, "full"))
        if shows(tier, "provisional")
        else None,
        "calibration": calibration_figures(scores, place),
        "alarm": alarm(scores),
        "is_extreme": scores["extreme_share"] > MOST_EXTREME,
        "comparison": comparison_figures(scores),
        "least_shared": LEAST_SHARED,
        "is_compared": is_compared(scores),
        "time": time_figures(scores),
        "breakdowns": breakdown_tables(scores),
    }


def _first_due(expert: Expert) -> Question | None:
    said = Forecast.objects.in_force().filter(expert=expert).values("question")
    return Question.objects.unresolved().filter(pk__in=said).order_by("deadline", "pk").first()
