"""What had been public and was wrong."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from api.correction_pages import CorrectionPagination
from api.filters import KnownSlugField
from api.parameters import choice, unknown_choice
from api.problems import InvalidParametersError
from api.schemas import documented
from api.serializers.corrections import CorrectionEntrySerializer
from api.views.bases import PublicListView
from forecasts.models import Expert, Question
from forecasts.selectors.corrections import Kind, Wanted

PARAMETERS = [
    OpenApiParameter("kind", enum=Kind.values, description="What was corrected, and how."),
    OpenApiParameter("expert", description="Slug of an expert whom it concerned."),
    OpenApiParameter("question", description="Slug of a question."),
]


@documented("corrections", "Corrections", parameters=PARAMETERS)
class CorrectionsView(PublicListView):
    """Corrections of rulings and of forecasts, the newest first.

    Every ruling that another superseded, and every forecast that had been recorded wrongly.
    Amendments of criteria and deadlines are with their question.
    """

    queryset = Question.objects.none()
    serializer_class = CorrectionEntrySerializer
    pagination_class = CorrectionPagination
    filter_backends = ()
    orderings: dict[str, str] = {}
    parameters = ("kind", "expert", "question")

    def known_parameters(self) -> list[str]:
        """The page's and the filters' parameters."""
        return [*self.parameters, "limit", "cursor"]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page."""
        wanted = Wanted(
            kind=choice("kind", request.query_params.get("kind", ""), ["", *Kind.values]),
            expert=self._slug("expert", Expert.objects.current()),
            question=self._slug("question", Question.objects.all()),
        )
        pages = CorrectionPagination()
        rows = pages.paginate(request, wanted)
        return pages.get_paginated_response(CorrectionEntrySerializer(rows, many=True).data)

    def _slug(self, name: str, rows: QuerySet[Any]) -> str:
        """The slug that was given, if any. Raises InvalidParametersError."""
        field = KnownSlugField(rows=rows, required=False)
        given = self.request.query_params.get(name, "")
        try:
            return field.clean(given)
        except ValidationError as error:
            raise InvalidParametersError(unknown_choice(name, given, field.slugs())) from error
