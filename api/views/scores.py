"""An expert's scores."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.notes import notes_on
from api.options import NAMES, PARAMETERS, Chosen, read_chosen
from api.schemas import documented
from api.serializers.experts import ExpertBriefSerializer
from api.serializers.scores import ScoresSerializer
from api.times import zulu
from api.views.bases import PublicView
from api.views.lookups import by_slug
from forecasts.models import Expert
from forecasts.scoring.versions import STATISTICS_VERSION
from forecasts.selectors.scorecards import CurrentScores, chosen_scores


@extend_schema(parameters=PARAMETERS)
@documented("experts", "An expert's scores", errors=(404,))
class ExpertScoresView(PublicView):
    """How well one expert's stated certainty matches what happened, with its uncertainty.

    Read `tier` first: it says how much the numbers support. `undefined` says why one is null.
    Without `as_of` and other options these are the scores as they are kept up to date; with them
    they are computed from the rows.
    """

    queryset = Expert.objects.none()
    serializer_class = ScoresSerializer
    parameters = NAMES

    def get(self, request: Request, slug: str) -> Response:
        """The scores now, or as they were, of everything or a part."""
        expert = by_slug(Expert.objects.all(), slug)
        chosen = read_chosen(request.query_params, self.now)
        found = chosen_scores(
            [expert.pk], as_of=chosen.moment, options=chosen.options, is_past=chosen.is_past
        )
        return Response(_shown(expert, found[expert.pk], chosen))


def _shown(expert: Expert, found: CurrentScores, chosen: Chosen) -> dict[str, Any]:
    return {
        "expert": ExpertBriefSerializer(expert).data,
        "synthetic": expert.synthetic,
        "as_of": zulu(found.computed_at),
        "computed_at": zulu(found.computed_at),
        "stale": found.is_stale,
        "statistics_version": STATISTICS_VERSION,
        "options": chosen.described(),
        **found.scores,
        "population": found.population,
        "notes": notes_on(expert, found.scores, chosen.options),
    }
