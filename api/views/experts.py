"""Experts and what they said."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import ExpertFilters, ForecastFilters
from api.parameters import choice
from api.schemas import documented
from api.serializers.experts import ExpertSerializer
from api.serializers.forecasts import ForecastSerializer, fates_of
from api.views.bases import PublicDetailView, PublicListView
from api.views.lookups import by_slug
from forecasts.models import Expert, Forecast
from forecasts.selectors.listings import listed_experts, listed_forecasts

INCLUDE = OpenApiParameter(
    "include",
    str,
    enum=["superseded"],
    description="Show the rows too that a coder's correction has replaced, with its reason.",
)


@documented("experts", "Experts")
class ExpertsView(PublicListView):
    """People and organisations whose public forecasts are scored."""

    queryset = Expert.objects.none()
    serializer_class = ExpertSerializer
    filterset_class = ExpertFilters
    orderings = {"name": "name", "slug": "slug", "recorded_at": "recorded_at"}
    default_ordering = "name"

    def get_queryset(self) -> QuerySet[Expert]:
        """All experts."""
        return listed_experts()


@documented("experts", "One expert", errors=(404,))
class ExpertView(PublicDetailView):
    """One expert."""

    queryset = Expert.objects.none()
    serializer_class = ExpertSerializer

    def get_object(self) -> Expert:
        """The expert of the path."""
        return by_slug(listed_experts(), self.kwargs["slug"])


@extend_schema(parameters=[INCLUDE])
@documented("experts", "What an expert said", errors=(404,))
class ExpertForecastsView(PublicListView):
    """Every statement of one expert, newest first, and what became of it."""

    queryset = Forecast.objects.none()
    serializer_class = ForecastSerializer
    filterset_class = ForecastFilters
    orderings = {"stated_at": "stated_at", "recorded_at": "recorded_at"}
    default_ordering = "-stated_at"
    parameters = ("include",)

    def get_queryset(self) -> QuerySet[Forecast]:
        """The expert's statements; corrected rows only where they are asked for."""
        expert = by_slug(Expert.objects.all(), self.kwargs["slug"])
        rows = listed_forecasts().filter(expert=expert)
        include = self.request.query_params.get("include")
        if include is not None:
            choice("include", include, ["superseded"])
            return rows
        return rows.filter(superseded_at=None)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page, with the fate of each statement on it."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or ()
        return self.get_paginated_response(self._shown(rows))

    def _shown(self, rows: Iterable[Forecast]) -> Any:
        context = self.get_serializer_context()
        context["fates"] = fates_of(rows, as_of=self.now)
        return ForecastSerializer(rows, many=True, context=context).data
