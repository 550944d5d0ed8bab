"""Two experts side by side."""

from datetime import datetime
from typing import Any

from django.core.validators import slug_re
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.citations import cache_control, cited, names_of
from api.filters import KnownSlugField
from api.options import NAMES, PARAMETERS, read_chosen
from api.parameters import unknown_choice
from api.problems import Fault, InvalidParametersError
from api.schemas import documented
from api.serializers.comparisons import ComparisonSerializer
from api.serializers.experts import ExpertBriefSerializer
from api.times import zulu
from api.views.bases import PublicView
from forecasts.models import Expert
from forecasts.selectors.comparisons import brier_comparison
from forecasts.selectors.merges import merges_at
from forecasts.selectors.names import name_as_of

EXPERTS = OpenApiParameter(
    "expert",
    {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2},
    required=True,
    explode=True,
    description="Slugs of two experts, given one after the other: `?expert=a&expert=b`. Both real "
    "or both invented.",
)
TWO_WANTED = 'Give "expert" twice: ?expert=a&expert=b.'


@extend_schema(parameters=[EXPERTS, *PARAMETERS])
@documented("experts", "Two experts compared")
class CompareView(PublicView):
    """Which of two experts was more accurate on the questions that both are scored on.

    Paired question by question, so that who took the harder questions is not worse for it.
    """

    queryset = Expert.objects.none()
    serializer_class = ComparisonSerializer
    parameters = ("expert", *NAMES)
    repeated = ("expert",)

    def get(self, request: Request) -> Response:
        """The difference of their Brier scores, the first minus the second."""
        first, second = _two_experts(request.query_params.getlist("expert"))
        chosen = read_chosen(request.query_params, self.now)
        _check_alone([first, second], chosen.moment)
        found = brier_comparison(first.pk, second.pk, as_of=chosen.moment, options=chosen.options)
        experts = [first, second]
        if chosen.is_past:
            name_as_of(experts, chosen.moment)
        self.cache_control = cache_control(chosen.as_of, self.now, self.cache_control)
        shown: dict[str, Any] = {
            "experts": ExpertBriefSerializer(experts, many=True).data,
            "as_of": zulu(chosen.moment),
            **cited(request, f"Comparison of {names_of(experts)}", as_of=chosen.moment),
            "options": chosen.described(),
        }
        return Response(shown | found)


def _check_alone(experts: list[Expert], as_of: datetime) -> None:
    """Raise InvalidParametersError for an expert who was merged into another then."""
    merges = merges_at(as_of)
    if merges is None:
        return
    into = {one.slug: merges.survivor(one.pk) for one in experts if one.pk in merges.into}
    slugs = dict(Expert.objects.filter(pk__in=into.values()).values_list("pk", "slug"))
    faults = [
        Fault("expert", f'"{slug}" was merged into "{slugs[pk]}".', slugs[pk])
        for slug, pk in into.items()
    ]
    if faults:
        raise InvalidParametersError(*faults)


def _two_experts(slugs: list[str]) -> tuple[Expert, Expert]:
    """The experts of the slugs, in that order. Raises InvalidParametersError."""
    if len(slugs) != 2:
        raise InvalidParametersError(Fault("expert", TWO_WANTED))
    can_exist = [slug for slug in slugs if slug_re.match(slug)]
    found = {expert.slug: expert for expert in Expert.objects.filter(slug__in=can_exist)}
    unknown = [slug for slug in dict.fromkeys(slugs) if slug not in found]
    if unknown:
        known = KnownSlugField(rows=Expert.objects.all()).slugs()
        raise InvalidParametersError(*(unknown_choice("expert", slug, known) for slug in unknown))
    one, other = (found[slug] for slug in slugs)
    if one == other:
        raise InvalidParametersError(Fault("expert", f"Give two experts: both are {one.slug}."))
    if one.synthetic != other.synthetic:
        message = "Real and invented experts are never compared."
        raise InvalidParametersError(Fault("expert", message))
    return one, other
