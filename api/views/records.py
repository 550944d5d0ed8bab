"""Recording sources, questions and forecasts, and proposing evidence."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from rest_framework.reverse import reverse

from api.keys import needs_scope
from api.serializers.inputs import (
    EvidenceInput,
    EvidenceTaken,
    ForecastInput,
    ForecastsWritten,
    QuestionInput,
    QuestionsWritten,
    SourceInput,
    SourcesWritten,
)
from api.serializers.questions import QuestionSerializer
from api.serializers.sources import SourceSerializer
from api.views.forecasts import ForecastsView
from api.views.lookups import by_slug
from api.views.questions import QuestionsView
from api.views.sources import SourcesView
from api.views.writes import WrittenView, in_order
from api.write_schemas import written
from forecasts.models import Forecast, Question, Scope, Source, User
from forecasts.selectors.listings import listed_forecasts, listed_questions, listed_sources
from forecasts.services.evidence import collect_evidence
from forecasts.services.experts import record_sources
from forecasts.services.forecasts import record_forecasts
from forecasts.services.questions import record_questions

MOST_LINKS = 20
SOURCE = {
    "outlet": "The Paper",
    "title": "What next year brings",
    "url": "https://paper.example/next-year",
    "published_at": "2026-01-02T08:00:00Z",
    "date_basis": "printed",
}
QUESTION = {
    "slug": "flood-2026",
    "title": "Will the river pass 8 m at the bridge in 2026?",
    "resolution_criteria": "The gauge at the bridge shows 8.00 m or more at any time in 2026.",
    "deadline": "2026-12-31",
}
FORECAST = {
    "expert": "ada",
    "question": "flood-2026",
    "source": 1,
    "basis": "stated",
    "stated_at": "2026-01-02T08:00:00Z",
    "quote": "I give it one chance in five.",
    "probability": 0.2,
}
EVIDENCE = {"url": "https://paper.example/the-flood"}


@written(
    Scope.SOURCES,
    "Record sources",
    SourceInput,
    SourcesWritten,
    example=SOURCE,
    description="A source cannot be edited afterwards.",
)
class RecordSourcesView(WrittenView, SourcesView):
    """Articles, broadcasts and posts in which forecasts were made."""

    permission_classes = [needs_scope(Scope.SOURCES)]
    input_class = SourceInput

    def record(
        self, rows: Sequence[dict[str, Any]], *, by: User, as_of: datetime
    ) -> Sequence[Source]:
        """Record them."""
        sources = [Source(**row) for row in rows]
        record_sources(sources=sources, by=by, as_of=as_of)
        return sources

    def told(self, made: Sequence[Source]) -> dict[str, Any]:
        """The sources as they are read."""
        rows = in_order(listed_sources().filter(pk__in=[row.pk for row in made]), made)
        context = self.get_serializer_context()
        return {"results": SourceSerializer(rows, many=True, context=context).data}

    def address_of(self, row: dict[str, Any]) -> str:
        """Its own."""
        return str(reverse("api:source", args=[row["id"]], request=self.request))


@written(
    Scope.QUESTIONS,
    "Record questions",
    QuestionInput,
    QuestionsWritten,
    example=QUESTION,
    description="Title, criteria and deadline are frozen by the first forecast.",
)
class RecordQuestionsView(WrittenView, QuestionsView):
    """Claims that can be resolved, and where they stand."""

    permission_classes = [needs_scope(Scope.QUESTIONS)]
    input_class = QuestionInput

    def record(
        self, rows: Sequence[dict[str, Any]], *, by: User, as_of: datetime
    ) -> Sequence[Question]:
        """Record them with their topics."""
        about = [row.pop("topics", ()) for row in rows]
        questions = [Question(**row) for row in rows]
        record_questions(questions=list(zip(questions, about, strict=True)), by=by, as_of=as_of)
        return questions

    def told(self, made: Sequence[Question]) -> dict[str, Any]:
        """The questions as they are read."""
        rows = in_order(listed_questions(self.now).filter(pk__in=[row.pk for row in made]), made)
        context = self.get_serializer_context()
        return {"results": QuestionSerializer(rows, many=True, context=context).data}

    def address_of(self, row: dict[str, Any]) -> str:
        """Its own."""
        return str(reverse("api:question", args=[row["slug"]], request=self.request))


@written(
    Scope.FORECASTS,
    "Record forecasts",
    ForecastInput,
    ForecastsWritten,
    example=FORECAST,
    description="A later statement on the same question is an update. What is recorded stays.",
)
class RecordForecastsView(WrittenView, ForecastsView):
    """Every statement of every expert, newest first, and what became of it."""

    permission_classes = [needs_scope(Scope.FORECASTS)]
    input_class = ForecastInput

    def record(
        self, rows: Sequence[dict[str, Any]], *, by: User, as_of: datetime
    ) -> Sequence[Forecast]:
        """Record them."""
        forecasts = [Forecast(**row) for row in rows]
        record_forecasts(forecasts=forecasts, by=by, as_of=as_of)
        return forecasts

    def told(self, made: Sequence[Forecast]) -> dict[str, Any]:
        """The forecasts as they are read."""
        rows = in_order(listed_forecasts().filter(pk__in=[row.pk for row in made]), made)
        return {"results": self.shown(rows)}

    def address_of(self, row: dict[str, Any]) -> str:
        """Its own."""
        return str(reverse("api:forecast", args=[row["id"]], request=self.request))


@written(
    Scope.EVIDENCE,
    "Propose evidence",
    EvidenceInput,
    EvidenceTaken,
    example=EVIDENCE,
    description="Those who will answer the question see the link at once, and readers after a "
    "ruling; nothing tells before whether there was one.",
    tags=["questions"],
    status=202,
    most=MOST_LINKS,
    errors=(404,),
)
class EvidenceView(WrittenView):
    """Links that may answer a question. Staff see them at once, and readers after a ruling."""

    http_method_names = ["options", "post"]
    queryset = Question.objects.none()
    permission_classes = [needs_scope(Scope.EVIDENCE)]
    input_class = EvidenceInput
    most_rows = MOST_LINKS
    made_status = HTTPStatus.ACCEPTED

    def record(self, rows: Sequence[dict[str, Any]], *, by: User, as_of: datetime) -> int:
        """Collect them."""
        question = by_slug(Question.objects.all(), self.kwargs["slug"])
        links = [row["url"] for row in rows]
        collect_evidence(question=question, links=links, by=by, as_of=as_of)
        return len(links)

    def told(self, made: int) -> dict[str, Any]:
        """That they were taken, and nothing about what was known before."""
        return {"n_taken": made}
