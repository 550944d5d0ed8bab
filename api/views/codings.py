"""The work of coders, in figures that name nobody."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.parameters import choice
from api.schemas import documented
from api.serializers.codings import CodingStatisticsSerializer
from api.serializers.reviewing import POPULATIONS
from api.times import zulu
from api.views.bases import PublicView
from api.views.reviewing import POPULATION
from forecasts.models import Question
from forecasts.scoring.agreements import Agreement
from forecasts.scoring.columns import plain
from forecasts.selectors.coding_agreements import CoderPair, coding_statistics

EXAMPLE: dict[str, Any] = {
    "population": "real",
    "as_of": "2026-06-01T12:00:00Z",
    "n_codings": 84,
    "n_adopted": 41,
    "agreement": {
        "low": {"alpha": 0.74, "ci95": [0.61, 0.84], "n_units": 41},
        "mid": {"alpha": 0.83, "ci95": [0.75, 0.9], "n_units": 41},
        "high": {"alpha": 0.79, "ci95": [0.68, 0.87], "n_units": 41},
    },
    "pairs": [
        {"coders": ["coder-4b01c2d9", "coder-e8107fa3"], "n": 39, "mean_difference": 0.062,
         "n_overlapping": 37},
    ],
    "undefined": {},
}  # fmt: skip


@extend_schema(parameters=[POPULATION])
@documented(
    "service",
    "How coding goes",
    examples=[OpenApiExample("Two coders", value=EXAMPLE, response_only=True)],
)
class CodingView(PublicView):
    """Whether coders who read the same words blindly give them the same numbers.

    Coders appear under labels. A forecast counts once two of them have read it.
    """

    queryset = Question.objects.none()
    serializer_class = CodingStatisticsSerializer
    parameters = ("population",)

    def get(self, request: Request) -> Response:
        """The figures of now."""
        population = choice(
            "population", request.query_params.get("population", "real"), POPULATIONS
        )
        found = coding_statistics(synthetic=population == "synthetic")
        figures = {
            "population": population,
            "as_of": zulu(self.now),
            "n_codings": found.n_codings,
            "n_adopted": found.n_adopted,
            "agreement": {name: _agreement(one) for name, one in found.agreement.items()},
            "pairs": [_pair(pair) for pair in found.pairs],
            "undefined": {
                f"agreement.{name}.{statistic}": reason
                for name, one in found.agreement.items()
                for statistic, reason in one.undefined.items()
            },
        }
        return Response(plain(figures))


def _agreement(of: Agreement) -> dict[str, Any]:
    return {"alpha": of.alpha, "ci95": of.ci95 and list(of.ci95), "n_units": of.n_units}


def _pair(pair: CoderPair) -> dict[str, Any]:
    return {
        "coders": list(pair.labels),
        "n": pair.n,
        "mean_difference": pair.mean_difference,
        "n_overlapping": pair.n_overlapping,
    }
