"""Who matched their words best."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.citations import CITED_SCHEMA, cache_control, cited
from api.options import NAMES, PARAMETERS, read_chosen
from api.pagination import PositionPagination
from api.parameters import choice, parsed, whole_number
from api.schemas import documented
from api.serializers.experts import ExpertBriefSerializer
from api.serializers.leaderboards import PlaceSerializer
from api.shapes import shown
from api.times import zulu
from api.views.bases import PublicListView
from forecasts.models import Expert
from forecasts.selectors.leaderboards import Place, leaderboard
from forecasts.selectors.rankings import Ranking

MOST_ASKED = 1_000_000
POPULATIONS = ("real", "synthetic")
RANKINGS: tuple[Ranking, ...] = ("accuracy", "calibration")
WHOM = [
    OpenApiParameter(
        "ranking",
        str,
        enum=RANKINGS,
        default="accuracy",
        description="`accuracy` orders by shrunk.relative, from 10 clusters of shared questions "
        "on; `calibration` by mcb - mcb_floor, from 100 clusters on.",
    ),
    OpenApiParameter(
        "population",
        str,
        enum=POPULATIONS,
        default="real",
        description="Real and invented experts are never compared.",
    ),
    OpenApiParameter(
        "min_n",
        {"type": "integer", "minimum": 0, "maximum": MOST_ASKED, "default": 0},
        description="Leave out who has fewer scored forecasts. Places stay those among all.",
    ),
]
SKILL = ("relative", "relative_se", "n_relative", "n_relative_clusters")
NO_SKILL = {"relative": None, "relative_se": None, "n_relative": 0, "n_relative_clusters": 0}
ASKED: dict[str, Any] = {
    "ranking": {"type": "string", "enum": RANKINGS},
    "population": {"type": "string", "enum": POPULATIONS},
    "min_n": {"type": "integer", "minimum": 0},
    "as_of": {
        "type": ["string", "null"],
        "format": "date-time",
        "description": "The instant asked for; null for now.",
    },
    **CITED_SCHEMA,
    "options": {"$ref": "#/components/schemas/Options"},
}


class LeaderboardPages(PositionPagination):
    """Pages that say how they were asked for."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape of a page."""
        page = super().get_paginated_response_schema(schema)
        page["required"] = [*ASKED, *page["required"]]
        page["properties"] = ASKED | page["properties"]
        return page


@extend_schema(parameters=[*WHOM, *PARAMETERS])
@documented("leaderboard", "Experts by accuracy or calibration")
class LeaderboardView(PublicListView):
    """The ranked experts in order, then the others by how many forecasts of theirs count.

    Accuracy goes by scores against others on the same questions, drawn toward the mean of all.
    Those who cannot be told apart share a place; nobody with too few questions has one.
    """

    queryset = Expert.objects.none()
    serializer_class = PlaceSerializer
    pagination_class = LeaderboardPages
    filter_backends = ()

    def known_parameters(self) -> list[str]:
        """The page's parameters, whom to compare, and by what."""
        return ["ranking", "population", "min_n", *NAMES, "limit", "cursor"]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page of the leaderboard."""
        query = request.query_params
        ranking = choice("ranking", query.get("ranking", "accuracy"), RANKINGS)
        population = choice("population", query.get("population", "real"), POPULATIONS)
        min_n = parsed("min_n", query.get("min_n", "0"), whole_number(0, MOST_ASKED))
        chosen = read_chosen(query, self.now)
        pages = LeaderboardPages()
        pages.read(request)
        places = leaderboard(
            synthetic=population == "synthetic",
            as_of=chosen.moment,
            ranking=ranking,
            options=chosen.options,
            is_past=chosen.is_past,
        )
        rows = pages.paginate_rows(places.of_at_least(min_n))
        response = pages.get_paginated_response([_shown(row) for row in rows])
        asked: dict[str, Any] = {
            "ranking": ranking,
            "population": population,
            "min_n": min_n,
            "as_of": zulu(chosen.as_of),
        }
        settled_at = places.settled_at if places else chosen.moment
        asked |= cited(request, f"Leaderboard by {ranking}, {population} experts", as_of=settled_at)
        self.cache_control = cache_control(chosen.as_of, self.now, self.cache_control)
        response.data = asked | {"options": chosen.described()} | response.data
        return response


def _shown(place: Place) -> dict[str, Any]:
    scores, current = place.scores, place.current
    return {
        "rank": place.rank,
        "reason": place.reason,
        "expert": shown(ExpertBriefSerializer, place.expert),
        "n": scores.get("n", 0),
        "n_clusters": scores.get("n_clusters", 0),
        "tier": scores.get("tier", "none"),
        "brier": _part(scores, "brier", "value", "ci95"),
        "skill": _part(scores, "skill", *SKILL) if scores else NO_SKILL,
        "shrunk": _part(scores, "shrunk", "relative", "relative_reliability"),
        "corp": _part(scores, "corp", "mcb", "mcb_floor"),
        "score_test": _part(scores, "score_test", "p_value"),
        "computed_at": zulu(current.computed_at if current else None),
        "stale": current is None or current.is_stale,
    }


def _part(scores: dict[str, Any], name: str, *fields: str) -> dict[str, Any]:
    part = scores.get(name, {})
    return {field: part.get(field) for field in fields}
