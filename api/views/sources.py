"""Sources, topics and what could not be scored."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404

from api.filters import SourceFilters, StatementFilters
from api.schemas import documented
from api.serializers.sources import SourceSerializer, StatementSerializer, TopicSerializer
from api.shapes import attach
from api.views.bases import PublicDetailView, PublicListView
from forecasts.models import Source, Topic, UnscorableStatement
from forecasts.selectors.listings import listed_experts, listed_sources

WHOLE = {"expert": listed_experts, "source": listed_sources}


@documented("sources", "Sources")
class SourcesView(PublicListView):
    """Articles, broadcasts and posts in which forecasts were made."""

    queryset = Source.objects.none()
    serializer_class = SourceSerializer
    filterset_class = SourceFilters
    orderings = {"published_at": "published_at", "recorded_at": "recorded_at", "outlet": "outlet"}
    default_ordering = "-published_at"

    def get_queryset(self) -> QuerySet[Source]:
        """All sources."""
        return listed_sources()


@documented("sources", "One source", errors=(404,))
class SourceView(PublicDetailView):
    """One article, broadcast or post in which forecasts were made."""

    queryset = Source.objects.none()
    serializer_class = SourceSerializer
    lookup_field = "pk"

    def get_object(self) -> Source:
        """The source of the path. Raises Http404."""
        pk = self.kwargs["pk"]
        found = listed_sources().filter(pk=pk).first()
        if found is None:
            raise Http404(f"There is no source {pk}.")
        return found


@documented("topics", "Topics")
class TopicsView(PublicListView):
    """What questions are about."""

    queryset = Topic.objects.none()
    serializer_class = TopicSerializer
    orderings = {"name": "name", "slug": "slug"}
    default_ordering = "name"

    def get_queryset(self) -> QuerySet[Topic]:
        """All topics, with how many questions they have."""
        return Topic.objects.annotate(n_questions=Count("questions"))


@documented("sources", "What could not be scored")
class StatementsView(PublicListView):
    """Statements about the future that no question can hold, each with the reason.

    A tracker that picks its sample proves nothing, so what was left out is shown.
    """

    queryset = UnscorableStatement.objects.none()
    serializer_class = StatementSerializer
    filterset_class = StatementFilters
    orderings = {"recorded_at": "recorded_at"}
    default_ordering = "-recorded_at"
    expandable = tuple(WHOLE)

    def get_queryset(self) -> QuerySet[UnscorableStatement]:
        """All of them."""
        return UnscorableStatement.objects.select_related("expert", "source", "quotation")

    def paginate_queryset(self, queryset: Any) -> Any:
        """One page, with what the reader wants to see whole."""
        rows = super().paginate_queryset(queryset)
        for name in self.expanded:
            attach(rows or (), name, WHOLE[name]())
        return rows
