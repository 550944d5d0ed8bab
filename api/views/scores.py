"""An expert's scores."""

from datetime import datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.notes import notes_on
from api.parameters import instant, parsed
from api.schemas import documented
from api.serializers.experts import ExpertBriefSerializer
from api.serializers.scores import ScoresSerializer
from api.times import zulu
from api.views.bases import PublicView
from api.views.lookups import by_slug
from forecasts.models import Expert
from forecasts.scoring.versions import STATISTICS_VERSION
from forecasts.selectors.populations import scores_among_all
from forecasts.selectors.scorecards import CurrentScores, current_scores

AS_OF = OpenApiParameter(
    "as_of",
    OpenApiTypes.DATETIME,
    description="Compute from the rows recorded by then: what the scores were at that moment.",
)


@extend_schema(parameters=[AS_OF])
@documented("experts", "An expert's scores", errors=(404,))
class ExpertScoresView(PublicView):
    """How well one expert's stated certainty matches what happened, with its uncertainty.

    Read `tier` first: it says how much the numbers support. `undefined` says why one is null.
    """

    queryset = Expert.objects.none()
    serializer_class = ScoresSerializer
    parameters = ("as_of",)

    def get(self, request: Request, slug: str) -> Response:
        """The scores now, or as they were at `as_of`."""
        expert = by_slug(Expert.objects.all(), slug)
        given = request.query_params.get("as_of")
        if given is None:
            found = current_scores([expert.pk], as_of=self.now)[expert.pk]
        else:
            found = self._scores_at(expert, parsed("as_of", given, self._past_instant))
        return Response(_shown(expert, found))

    def _past_instant(self, given: str) -> datetime:
        moment = instant(given)
        if moment > self.now:
            raise ValueError("this moment lies in the future.")
        return moment

    def _scores_at(self, expert: Expert, as_of: datetime) -> CurrentScores:
        found, populations = scores_among_all([expert.pk], as_of=as_of)
        population = populations[expert.synthetic].described()
        return CurrentScores(found[expert.pk].scores, as_of, is_stale=False, population=population)


def _shown(expert: Expert, found: CurrentScores) -> dict[str, Any]:
    return {
        "expert": ExpertBriefSerializer(expert).data,
        "synthetic": expert.synthetic,
        "as_of": zulu(found.computed_at),
        "computed_at": zulu(found.computed_at),
        "stale": found.is_stale,
        "statistics_version": STATISTICS_VERSION,
        **found.scores,
        "notes": notes_on(expert, found.scores),
    }
