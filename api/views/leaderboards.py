"""Who matched their words best."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.pagination import PositionPagination
from api.parameters import choice
from api.schemas import documented
from api.serializers.experts import ExpertBriefSerializer
from api.serializers.leaderboards import PlaceSerializer
from api.times import zulu
from api.views.bases import PublicListView
from forecasts.models import Expert
from forecasts.selectors.leaderboards import Place, leaderboard

POPULATIONS = ("real", "synthetic")
POPULATION = OpenApiParameter(
    "population",
    str,
    enum=POPULATIONS,
    default="real",
    description="Real and invented experts are never compared.",
)


@extend_schema(parameters=[POPULATION])
@documented("leaderboard", "Experts by Brier score")
class LeaderboardView(PublicListView):
    """Experts with at least ten clusters of scored questions by Brier score, then the others.

    Those who cannot be told apart share a place; nobody with too few questions has one.
    """

    queryset = Expert.objects.none()
    serializer_class = PlaceSerializer
    pagination_class = PositionPagination
    filter_backends = ()

    def known_parameters(self) -> list[str]:
        """The page's parameters, and whom to compare."""
        return ["population", "limit", "cursor"]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page of the leaderboard."""
        given = request.query_params.get("population", "real")
        population = choice("population", given, POPULATIONS)
        places = leaderboard(synthetic=population == "synthetic", as_of=self.now)
        pages = PositionPagination()
        rows = pages.paginate_rows(places, request)
        return pages.get_paginated_response([_shown(row) for row in rows])


def _shown(place: Place) -> dict[str, Any]:
    scores, current = place.scores, place.current
    brier, corp = scores.get("brier", {}), scores.get("corp", {})
    return {
        "rank": place.rank,
        "reason": place.reason,
        "expert": ExpertBriefSerializer(place.expert).data,
        "n": scores.get("n", 0),
        "n_clusters": scores.get("n_clusters", 0),
        "tier": scores.get("tier", "none"),
        "brier": {name: brier.get(name) for name in ("value", "ci95")},
        "corp": {name: corp.get(name) for name in ("mcb", "mcb_floor")},
        "score_test": {"p_value": scores.get("score_test", {}).get("p_value")},
        "computed_at": zulu(current.computed_at if current else None),
        "stale": current is None or current.is_stale,
    }
