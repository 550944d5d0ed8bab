"""An expert's scores over time."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import series
from api.citations import cache_control, cited, names_of
from api.columns import columns_of, picked
from api.options import PARAMETERS, read_chosen
from api.schemas import documented
from api.serializers.experts import ExpertBriefSerializer
from api.serializers.histories import HistorySerializer, PointSerializer
from api.times import zulu
from api.views.bases import PublicView
from api.views.lookups import by_slug, stands_alone
from forecasts.models import Expert
from forecasts.selectors.names import name_as_of
from forecasts.selectors.score_histories import score_history

# The points say as of when, and each knows what was recorded by then.
OPTIONS = [one for one in PARAMETERS if one.name not in ("as_of", "known_until")]
COLUMNS = columns_of(PointSerializer)
SHOWN = {path[0] for path in COLUMNS}

NOTHING = dict.fromkeys(("brier", "relative", "reliability", "relative_reliability"))
EXAMPLE: dict[str, Any] = {
    "expert": {"slug": "synthetic-ada", "name": "Ada", "synthetic": True},
    "synthetic": True,
    "begins": "2026-06-01T00:00:00Z",
    "ends": "2026-06-01T00:00:00Z",
    "step": "month",
    "statistics_version": 2,
    "permanent": "https://hindcast.example/api/v1/experts/synthetic-ada/scores/history/"
    "?from=2026-06-01&to=2026-06-01T00%3A00%3A00Z",
    "citation": "Hindcast. Scores of Ada (synthetic) by month from 2026-06-01T00:00:00Z, as of "
    "2026-06-01T00:00:00Z, statistics version 2. https://hindcast.example/…. Ledger entry 812, "
    "SHA-256 5f2c….",
    "options": {
        "known_until": None, "topic": None, "horizon": None, "coding": "all", "late": "include",
        "early": "exclude", "disputed": "include",
    },
    "results": [
        {
            "as_of": "2026-06-01T00:00:00Z", "n": 1, "n_clusters": 1, "tier": "raw",
            "base_rate": 1.0, "mean_probability": 0.8, "bias": -0.2,
            "brier": {"value": 0.04, "se": None, "ci95": None, "best": 0.04, "worst": 0.04},
            "skill": {
                "half": 0.84, "base_rate": None, "base_rate_loo": None, "relative": None,
                "relative_se": None, "n_relative": 0, "n_relative_clusters": 0,
            },
            "shrunk": NOTHING,
            "score_test": {
                "chi2": 0.25, "df": 1, "p_value": 0.617, "bias_z": 0.5, "slope_z": None,
            },
            "undefined": {"brier.se": "fewer than 2 clusters"},
        }
    ],
}  # fmt: skip


@extend_schema(parameters=[*series.PARAMETERS, *OPTIONS])
@documented(
    "experts",
    "An expert's scores over time",
    answer=HistorySerializer,
    errors=(404,),
    moves=True,
    examples=[OpenApiExample("One month", value=EXAMPLE, response_only=True)],
)
class HistoryView(PublicView):
    """What the scores were at the beginning of each month, or of another step, and at the end.

    Each point is what `scores/?as_of=` gives: corrections made later do not show in it. With a
    great many rows `shrunk`, which needs all experts, is left out, and `undefined` says so.
    """

    queryset = Expert.objects.none()
    serializer_class = PointSerializer
    parameters = (*series.NAMES, *(one.name for one in OPTIONS))
    is_list = True

    def get(self, request: Request, slug: str) -> Response:
        """The series."""
        expert = by_slug(Expert.objects.all(), slug)
        asked = series.read_series(request.query_params, self.now)
        chosen = read_chosen(request.query_params, self.now)
        stands_alone(request, expert, asked.last if asked.is_past else None)
        points = score_history(expert, asked.moments, options=chosen.options)
        if asked.is_past:
            name_as_of([expert], asked.last)
            self.cache_control = cache_control(asked.last, self.now, self.cache_control)
        return Response(
            {
                "expert": ExpertBriefSerializer(expert).data,
                "synthetic": expert.synthetic,
                "begins": zulu(asked.first),
                "ends": zulu(asked.last),
                "step": asked.step,
                **_cited(request, expert, asked),
                "options": chosen.described(),
                "results": [
                    _point(at, scores) for at, scores in zip(asked.moments, points, strict=True)
                ],
            }
        )


def _cited(request: Request, expert: Expert, asked: series.Series) -> dict[str, Any]:
    # Without `from` the address would be as good, but say less.
    title = f"Scores of {names_of([expert])} by {asked.step} from {zulu(asked.first)}"
    return cited(request, title, as_of=asked.last, given="to")


def _point(as_of: datetime, scores: dict[str, Any]) -> dict[str, Any]:
    reasons = {
        name: reason
        for name, reason in scores["undefined"].items()
        if name.partition(".")[0] in SHOWN
    }
    return picked({"as_of": zulu(as_of), **scores, "undefined": reasons}, COLUMNS)
