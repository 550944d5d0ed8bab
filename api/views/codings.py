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
from forecasts.selectors.coding_agreements import (
    CoderPair,
    Coders,
    PhraseAgreement,
    coding_statistics,
)

EXAMPLE: dict[str, Any] = {
    "population": "real",
    "as_of": "2026-06-01T12:00:00Z",
    "n_codings": 84,
    "n_adopted": 41,
    "n_apart": 1,
    "agreement": {
        "low": {"alpha": 0.74, "ci95": [0.61, 0.84], "n_units": 41},
        "mid": {"alpha": 0.83, "ci95": [0.75, 0.9], "n_units": 41},
        "high": {"alpha": 0.79, "ci95": [0.68, 0.87], "n_units": 41},
    },
    "pairs": [
        {"coders": ["coder-4b01c2d9", "coder-e8107fa3"], "n": 39, "mean_difference": 0.062,
         "n_overlapping": 37, "agreement": {"alpha": 0.82, "ci95": [0.73, 0.9], "n_units": 39}},
    ],
    "phrases": [
        {"phrase": "will not", "n": 3, "mean_difference": 0.031, "n_overlapping": 3,
         "agreement": {"alpha": 0.12, "ci95": None, "n_units": 3}},
    ],
    "undefined": {"phrases.0.agreement.ci95": "fewer than 5 questions were judged twice"},
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
            "n_apart": found.n_apart,
            "agreement": {name: _agreement(one) for name, one in found.agreement.items()},
            "pairs": [_pair(pair) for pair in found.pairs],
            "phrases": [_phrase(phrase) for phrase in found.phrases],
            "undefined": _undefined(found),
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
        "agreement": _agreement(pair.agreement),
    }


def _phrase(phrase: PhraseAgreement) -> dict[str, Any]:
    return {
        "phrase": phrase.phrase,
        "n": phrase.n,
        "mean_difference": phrase.mean_difference,
        "n_overlapping": phrase.n_overlapping,
        "agreement": _agreement(phrase.agreement),
    }


def _undefined(found: Coders) -> dict[str, str]:
    """Why each agreement that is null is so, by where it stands."""
    agreements = {f"agreement.{name}": one for name, one in found.agreement.items()}
    agreements |= {f"pairs.{n}.agreement": one.agreement for n, one in enumerate(found.pairs)}
    agreements |= {f"phrases.{n}.agreement": one.agreement for n, one in enumerate(found.phrases)}
    return {
        f"{place}.{statistic}": reason
        for place, one in agreements.items()
        for statistic, reason in one.undefined.items()
    }
