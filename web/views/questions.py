"""Pages about questions."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from forecasts.models import Evidence, Topic
from forecasts.selectors.disputes import disputes_about_question, open_disputes
from forecasts.selectors.grounds import grounds_of
from forecasts.selectors.ledgers import entry_numbers
from forecasts.selectors.linked_pages import linked_pages
from forecasts.selectors.listings import listed_forecasts, listed_questions
from forecasts.selectors.questions import State
from forecasts.selectors.rulings import ruling_in_force, superseded_rulings
from web.dispute_rows import disputes_about
from web.rows import forecast_rows

PER_PAGE = 50
CHOICES = {
    "": ("All", tuple(State.values)),
    "open": ("Open", (State.OPEN,)),
    "due": ("Due", (State.DUE, State.AWAITING_CONDITION)),
    "resolved": ("Resolved", (State.YES, State.NO)),
    "unscored": ("Ambiguous or annulled", (State.AMBIGUOUS, State.ANNULLED)),
}
# Of what is decided, the latest is what readers look for.
LATEST_FIRST = {"resolved", "unscored"}


def questions_page(request: HttpRequest) -> HttpResponse:
    """Questions by where they stand."""
    chosen = request.GET.get("status", "")
    _, states = CHOICES.get(chosen, CHOICES[""])
    order = ("-deadline", "-pk") if chosen in LATEST_FIRST else ("synthetic", "deadline", "pk")
    now = timezone.now()
    listed: Any = listed_questions(now)
    questions = listed.filter(state__in=states).order_by(*order)
    context = {
        "disputed": open_disputes(now),
        "page": Paginator(questions, PER_PAGE).get_page(request.GET.get("page")),
        "choices": [(value, label) for value, (label, _) in CHOICES.items()],
        "chosen": chosen if chosen in CHOICES else "",
        "topics": Topic.objects.all(),
    }
    return render(request, "web/questions.html", context)


def question_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One question: criteria, what changed, what was ruled, and who said what."""
    now = timezone.now()
    evidence = Evidence.objects.with_copies()
    rows = (
        listed_questions(now)
        .select_related("blindness_lift", "depends_on")
        .prefetch_related(
            "topics",
            "resolutions",
            "amendments",
            Prefetch("evidence", evidence),
            Prefetch("verdicts__evidence", evidence),
            Prefetch("resolutions__evidence", evidence),
        )
    )
    question: Any = get_object_or_404(rows, slug=slug)
    forecasts = listed_forecasts().filter(question=question, superseded_at=None)
    rows_shown = forecast_rows(forecasts, as_of=now)
    disputes, has_more = disputes_about(disputes_about_question(slug))
    context = {
        "disputed": open_disputes(now),
        "disputes": disputes,
        "has_more_disputes": has_more,
        "all_disputes": f"{reverse('api:disputes')}?question={slug}",
        "question": question,
        "opens_at": question.opens_at or question.first_stated_at,
        "ruling": ruling_in_force(question),
        "earlier": superseded_rulings(question),
        # What comes with a verdict stays hidden until there is a ruling.
        "grounds": grounds_of(question),
        "rows": rows_shown,
        "entries": entry_numbers(
            {
                "question": [question.pk],
                "forecast": [row.forecast.pk for row in rows_shown],
                "amendment": [row.pk for row in question.amendments.all()],
                "resolution": [row.pk for row in question.resolutions.all()],
            }
        ),
        "pages": linked_pages(question),
    }
    return render(request, "web/question.html", context)
