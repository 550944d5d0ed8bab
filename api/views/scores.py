"""An expert's scores."""

from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.citations import cache_control, cited, names_of
from api.notes import notes_on
from api.options import NAMES, PARAMETERS, Chosen, read_chosen
from api.schemas import documented
from api.serializers.experts import ExpertBriefSerializer
from api.serializers.scores import ScoresSerializer
from api.times import zulu
from api.views.bases import PublicView
from api.views.lookups import by_slug, stands_alone
from forecasts.models import Expert
from forecasts.selectors.names import name_as_of
from forecasts.selectors.scorecards import CurrentScores, chosen_scores


@extend_schema(parameters=PARAMETERS)
@documented("experts", "An expert's scores", errors=(404,), moves=True)
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
        found = read_scored(self, slug)
        return Response(
            {
                **found.heading("Scores"),
                **found.current.scores,
                "population": found.current.population,
                "notes": notes_on(found.expert, found.current.scores, found.chosen.options),
            }
        )


@dataclass(frozen=True, slots=True)
class Scored:
    """An expert, what was asked, and the scores that answer it."""

    request: Request
    expert: Expert
    chosen: Chosen
    current: CurrentScores

    def heading(self, what: str) -> dict[str, Any]:
        """What every answer about scores begins with."""
        title = f"{what} of {names_of([self.expert])}"
        return {
            "expert": ExpertBriefSerializer(self.expert).data,
            "synthetic": self.expert.synthetic,
            "as_of": zulu(self.current.computed_at),
            "computed_at": zulu(self.current.computed_at),
            "stale": self.current.is_stale,
            **cited(self.request, title, as_of=self.current.settled_at),
            "options": self.chosen.described(),
        }


def read_scored(view: PublicView, slug: str) -> Scored:
    """The scores that the view's request asks for, and how long the answer holds. Raises Http404.

    Raises InvalidParametersError.
    """
    expert = by_slug(Expert.objects.all(), slug)
    chosen = read_chosen(view.request.query_params, view.now)
    stands_alone(view.request, expert, chosen.moment if chosen.is_past else None)
    found = chosen_scores(
        [expert.pk], as_of=chosen.moment, options=chosen.options, is_past=chosen.is_past
    )
    if chosen.is_past:
        name_as_of([expert], chosen.moment)
    view.cache_control = cache_control(chosen.as_of, view.now, view.cache_control)
    return Scored(view.request, expert, chosen, found[expert.pk])
