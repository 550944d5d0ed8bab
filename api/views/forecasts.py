"""What experts said, and what became of it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import ForecastFilters, WrittenFilters
from api.parameters import choice
from api.schemas import documented
from api.serializers.forecasts import ForecastSerializer
from api.shapes import attach
from api.views.bases import PublicListView, PublicView
from api.views.lookups import by_slug, stands_alone
from forecasts.models import Expert, Forecast
from forecasts.selectors.fates import forecast_fates
from forecasts.selectors.listings import (
    listed_experts,
    listed_forecasts,
    listed_questions,
    listed_sources,
)
from forecasts.selectors.relations import with_codings

INCLUDE = OpenApiParameter(
    "include",
    str,
    enum=["superseded"],
    description="Show the rows too that a coder's correction has replaced, with its reason.",
)
WHOLE: dict[str, Callable[[datetime], QuerySet[Any]]] = {
    "expert": lambda _: listed_experts(),
    "question": lambda now: listed_questions(now).defer("resolution_criteria"),
    "source": lambda _: listed_sources(),
}


class ShownForecasts(PublicView):
    """Forecasts with their fate, and with what the reader wants to see whole."""

    expandable = tuple(WHOLE)

    def shown(self, rows: Sequence[Forecast]) -> Any:
        """The rows as they are answered."""
        with_codings(rows)
        for name in self.expanded:
            attach(rows, name, WHOLE[name](self.now))
        context = self.get_serializer_context() | {"fates": forecast_fates(rows, as_of=self.now)}
        return ForecastSerializer(rows, many=True, context=context).data


@extend_schema(methods=["GET"], parameters=[INCLUDE])
@documented("forecasts", "Forecasts")
class ForecastsView(ShownForecasts, PublicListView):
    """Every statement of every expert, newest first, and what became of it."""

    queryset = Forecast.objects.none()
    serializer_class = ForecastSerializer
    filterset_class: Any = WrittenFilters
    orderings = {"stated_at": "stated_at", "recorded_at": "recorded_at"}
    default_ordering = "-stated_at"
    parameters = ("include",)

    def get_queryset(self) -> QuerySet[Forecast]:
        """All statements; corrected rows only where they are asked for."""
        rows = listed_forecasts()
        include = self.request.query_params.get("include")
        if include is not None:
            choice("include", include, ["superseded"])
            return rows
        return rows.filter(superseded_at=None)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page, with the fate of each statement on it."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or ()
        return self.get_paginated_response(self.shown(rows))


@extend_schema(methods=["GET"], parameters=[INCLUDE])
@documented("experts", "What an expert said", errors=(404,), moves=True)
class ExpertForecastsView(ForecastsView):
    """Every statement of one expert, newest first, and what became of it."""

    filterset_class = ForecastFilters

    def get_queryset(self) -> QuerySet[Forecast]:
        """The expert's statements."""
        return super().get_queryset().filter(expert__slug=self.kwargs["slug"])

    def refuse_unknown(self) -> None:
        """Raise Http404 where there is no such expert, InvalidParametersError for a filter."""
        stands_alone(self.request, by_slug(Expert.objects.all(), self.kwargs["slug"]))
        super().refuse_unknown()


@documented("forecasts", "One forecast", errors=(404,))
class ForecastView(ShownForecasts):
    """One statement, and what became of it; also one that a correction has replaced."""

    queryset = Forecast.objects.none()
    serializer_class = ForecastSerializer

    def get(self, request: Request, pk: int) -> Response:
        """The forecast of the path."""
        rows = list(listed_forecasts().filter(pk=pk))
        if not rows:
            raise Http404(f"There is no forecast {pk}.")
        return Response(self.shown(rows)[0])
