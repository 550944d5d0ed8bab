"""An expert's calibration."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.notes import notes_on
from api.options import NAMES, PARAMETERS
from api.schemas import documented
from api.serializers.curves import CalibrationSerializer
from api.views.bases import PublicView
from api.views.scores import read_scored
from forecasts.models import Expert
from forecasts.selectors.scored_forecasts import scored_forecasts

TAKEN = (
    *("n", "n_clusters", "tier", "base_rate", "mean_probability", "bias", "corp", "murphy", "ece"),
    *("score_test", "spiegelhalter", "sequential", "recalibration", "bins", "values"),
)

# A part of an answer: the shapes of the others are in the schema.
EXAMPLE: dict[str, Any] = {
    "n": 1, "n_clusters": 1, "tier": "raw", "base_rate": 1.0, "mean_probability": 0.8, "bias": -0.2,
    "forecasts": [
        {"question": "flood-2026", "probability": 0.8, "low": 0.8, "high": 0.8, "outcome": 1,
         "cluster": "flood-2026", "speaks": True},
    ],
}  # fmt: skip


@extend_schema(parameters=PARAMETERS)
@documented(
    "experts",
    "An expert's calibration",
    errors=(404,),
    moves=True,
    examples=[
        OpenApiExample(
            "With fields=n,n_clusters,tier,base_rate,mean_probability,bias,forecasts",
            value=EXAMPLE,
            response_only=True,
        )
    ],
)
class CalibrationView(PublicView):
    """The curve with its band, ten bins, the exact table, the decompositions, every forecast.

    The numbers are those of `scores/` with the same options, to the last digit. Where `stale` is
    true, `forecasts` may be ahead of them.
    """

    queryset = Expert.objects.none()
    serializer_class = CalibrationSerializer
    parameters = NAMES

    def get(self, request: Request, slug: str) -> Response:
        """The calibration now, or as it was, of everything or a part."""
        found = read_scored(self, slug)
        scores, chosen = found.current.scores, found.chosen
        rows = scored_forecasts(found.expert.pk, as_of=chosen.moment, options=chosen.options)
        return Response(
            {
                **found.heading("Calibration"),
                **{name: scores[name] for name in TAKEN},
                "forecasts": [asdict(row) for row in rows],
                "undefined": {
                    name: reason
                    for name, reason in scores["undefined"].items()
                    if name.partition(".")[0] in TAKEN
                },
                "notes": notes_on(found.expert, scores, chosen.options),
            }
        )
