"""Figures of the whole."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.citations import cache_control, cited
from api.options import AS_OF, read_as_of
from api.schemas import documented
from api.serializers.totals import StatisticsSerializer
from api.times import zulu
from api.views.bases import PublicView
from forecasts.models import Question
from forecasts.scoring.columns import plain
from forecasts.selectors.ledgers import Head, ledger_head
from forecasts.selectors.totals import Totals, totals

NO_RULING = "no question has been ruled on"
NOTHING_DUE = "nothing is due"
NONE: dict[str, Any] = {
    "n_experts": 0, "n_questions": 0,
    "questions": dict.fromkeys(
        ("open", "awaiting_condition", "due", "yes", "no", "ambiguous", "annulled"), 0
    ),
    "n_forecasts": 0, "n_scored": 0, "n_sources": 0, "n_unscorable": 0, "n_resolved": 0,
    "n_resolved_last_30_days": 0, "median_days_to_resolve": None, "n_due": 0, "n_overdue": 0,
    "share_overdue": None, "since": None,
    "undefined": {"median_days_to_resolve": NO_RULING, "share_overdue": NOTHING_DUE},
}  # fmt: skip
EXAMPLE: dict[str, Any] = {
    "as_of": "2026-06-01T12:00:00Z",
    "statistics_version": 2,
    "permanent": "https://hindcast.example/api/v1/statistics/?as_of=2026-06-01T12%3A00%3A00Z",
    "citation": "Hindcast. Figures of the whole, as of 2026-06-01T12:00:00Z, statistics version "
    "2. https://hindcast.example/api/v1/statistics/?as_of=2026-06-01T12%3A00%3A00Z. Nothing was "
    "in the ledger.",
    "real": NONE,
    "synthetic": NONE,
    "ledger": {"number": 0, "hash": "0" * 64, "recorded_at": None},
}


@extend_schema(parameters=[AS_OF])
@documented(
    "service",
    "Figures of the whole",
    examples=[OpenApiExample("Before the first record", value=EXAMPLE, response_only=True)],
)
class StatisticsView(PublicView):
    """How much there is, where it stands, and how long answers take; real and invented apart.

    Questions that nobody has answered yet are left out: until then their terms can change.
    """

    queryset = Question.objects.none()
    serializer_class = StatisticsSerializer
    parameters = ("as_of",)

    def get(self, request: Request) -> Response:
        """The figures now, or as they were."""
        asked = read_as_of(request.query_params, self.now)
        as_of = asked or self.now
        found, head = totals(as_of), ledger_head(as_of)
        self.cache_control = cache_control(asked, self.now, self.cache_control)
        return Response(
            {
                "as_of": zulu(as_of),
                **cited(request, "Figures of the whole", as_of=as_of),
                "real": _shown(found[False]),
                "synthetic": _shown(found[True]),
                "ledger": _head(head),
            }
        )


def _head(head: Head) -> dict[str, Any]:
    return {"number": head.number, "hash": head.hash, "recorded_at": zulu(head.recorded_at)}


def _shown(of: Totals) -> dict[str, Any]:
    undefined = {} if of.n_resolved else {"median_days_to_resolve": NO_RULING}
    return {
        "n_experts": of.n_experts,
        "n_questions": of.n_questions,
        "questions": of.questions,
        "n_forecasts": of.n_forecasts,
        "n_scored": of.n_scored,
        "n_sources": of.n_sources,
        "n_unscorable": of.n_unscorable,
        "n_resolved": of.n_resolved,
        "n_resolved_last_30_days": of.n_resolved_lately,
        "median_days_to_resolve": plain(of.median_days),
        "n_due": of.n_due,
        "n_overdue": of.n_overdue,
        "share_overdue": plain(of.share_overdue),
        "since": zulu(of.first_recorded_at),
        "undefined": undefined if of.n_due else undefined | {"share_overdue": NOTHING_DUE},
    }
