"""Questions, their rulings and the forecasts on them."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import QuestionFilters
from api.schemas import documented
from api.serializers.forecasts import ForecastSerializer
from api.serializers.questions import QuestionDetailSerializer, QuestionSerializer
from api.views.bases import PublicListView, PublicView
from api.views.lookups import by_slug
from forecasts.models import Question
from forecasts.selectors.fates import forecast_fates
from forecasts.selectors.listings import listed_forecasts, listed_questions
from forecasts.selectors.relations import with_codings, with_grounds, with_rulings


class QuestionPageSerializer(QuestionDetailSerializer):
    """A question with its history, its evidence and the forecasts on it."""

    forecasts = ForecastSerializer(many=True, source="shown_forecasts")


@documented("questions", "Questions")
class QuestionsView(PublicListView):
    """Claims that can be resolved, and where they stand."""

    queryset = Question.objects.none()
    serializer_class = QuestionSerializer
    filterset_class = QuestionFilters
    orderings = {"deadline": "deadline", "recorded_at": "recorded_at", "slug": "slug"}
    default_ordering = "deadline"

    def get_queryset(self) -> QuerySet[Question]:
        """All questions."""
        return listed_questions(self.now).defer("resolution_criteria")


@documented("questions", "One question", errors=(404,))
class QuestionView(PublicView):
    """One question: criteria, amendments, rulings, evidence and the forecasts on it.

    Verdicts are never shown before the ruling, and evidence only after it.
    """

    queryset = Question.objects.none()
    serializer_class = QuestionPageSerializer

    def get(self, request: Request, slug: str) -> Response:
        """The question of the path."""
        rows = listed_questions(self.now).select_related("blindness_lift")
        question: Any = by_slug(rows.prefetch_related("amendments"), slug)
        with_rulings(question)
        with_grounds(question)
        question.shown_forecasts = list(
            listed_forecasts().filter(question=question, superseded_at=None)
        )
        with_codings(question.shown_forecasts)
        context = self.get_serializer_context()
        context["fates"] = forecast_fates(question.shown_forecasts, as_of=self.now)
        return Response(QuestionPageSerializer(question, context=context).data)
