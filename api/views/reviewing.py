"""The work of reviewers, in figures that name nobody."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.parameters import choice
from api.schemas import documented
from api.serializers.reviewing import POPULATIONS, ReviewingSerializer
from api.times import zulu
from api.views.bases import PublicView
from forecasts.models import Question
from forecasts.scoring.agreements import Agreement
from forecasts.scoring.columns import plain
from forecasts.selectors.agreements import Pace, Pair, reviewing_statistics

POPULATION = OpenApiParameter(
    "population",
    str,
    enum=POPULATIONS,
    default="real",
    description="Real and invented questions are counted apart.",
)
NO_RULING = "no question has been ruled on"
NOTHING_DUE = "nothing is due"
EXAMPLE: dict[str, Any] = {
    "population": "real",
    "as_of": "2026-06-01T12:00:00Z",
    "n_verdicts": 85,
    "n_hand_ons": 3,
    "n_settled": 4,
    "n_waiting_for_lead": 1,
    "agreement": {"alpha": 0.81, "ci95": [0.63, 0.95], "n_units": 40},
    "pairs": [
        {"reviewers": ["reviewer-1c9a40de", "reviewer-77b2f013"], "n": 25, "n_agreed": 23,
         "share": 0.92},
    ],
    "pace": {
        "n_resolved": 44, "median_days": 1.5, "n_late": 2, "share_late": 0.0454545454545,
        "n_due": 0, "n_overdue": 0, "share_overdue": None,
    },
    "undefined": {"pace.share_overdue": NOTHING_DUE},
}  # fmt: skip


@extend_schema(parameters=[POPULATION])
@documented(
    "service",
    "How reviewing goes",
    examples=[OpenApiExample("A small team", value=EXAMPLE, response_only=True)],
)
class ReviewingView(PublicView):
    """Whether reviewers agree, how long a ruling takes, and what is overdue.

    Reviewers appear under labels; no answer to a single question can be read from this.
    """

    queryset = Question.objects.none()
    serializer_class = ReviewingSerializer
    parameters = ("population",)

    def get(self, request: Request) -> Response:
        """The figures of now."""
        population = choice(
            "population", request.query_params.get("population", "real"), POPULATIONS
        )
        found = reviewing_statistics(synthetic=population == "synthetic", as_of=self.now)
        agreement, pace = found.agreement, found.pace
        figures = {
            "population": population,
            "as_of": zulu(self.now),
            "n_verdicts": found.n_verdicts,
            "n_hand_ons": found.n_hand_ons,
            "n_settled": found.n_settled,
            "n_waiting_for_lead": found.n_waiting_for_lead,
            "agreement": {
                "alpha": agreement.alpha,
                "ci95": agreement.ci95 and list(agreement.ci95),
                "n_units": agreement.n_units,
            },
            "pairs": [_pair(pair) for pair in found.pairs],
            "pace": asdict(pace)
            | {"share_late": pace.share_late, "share_overdue": pace.share_overdue},
            "undefined": _undefined(agreement, pace),
        }
        return Response(plain(figures))


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "reviewers": list(pair.labels),
        "n": pair.n,
        "n_agreed": pair.n_agreed,
        "share": pair.share,
    }


def _undefined(agreement: Agreement, pace: Pace) -> dict[str, str]:
    reasons = {f"agreement.{name}": reason for name, reason in agreement.undefined.items()}
    if not pace.n_resolved:
        reasons |= dict.fromkeys(("pace.median_days", "pace.share_late"), NO_RULING)
    if not pace.n_due:
        reasons["pace.share_overdue"] = NOTHING_DUE
    return reasons
