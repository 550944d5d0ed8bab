"""Experts."""

from api.filters import ExpertFilters
from api.schemas import documented
from api.serializers.experts import ExpertSerializer
from api.views.bases import PublicDetailView, PublicListView
from api.views.lookups import by_slug, stands_alone
from forecasts.models import Expert
from forecasts.models.experts import ExpertQuerySet
from forecasts.selectors.listings import listed_experts


@documented("experts", "Experts")
class ExpertsView(PublicListView):
    """People and organisations whose public forecasts are scored."""

    queryset = Expert.objects.none()
    serializer_class = ExpertSerializer
    filterset_class = ExpertFilters
    orderings = {"name": "name", "slug": "slug", "recorded_at": "recorded_at"}
    default_ordering = "name"

    def get_queryset(self) -> ExpertQuerySet:
        """All experts, but those who were merged into others."""
        return listed_experts().current()


@documented("experts", "One expert", errors=(404,), moves=True)
class ExpertView(PublicDetailView):
    """One expert."""

    queryset = Expert.objects.none()
    serializer_class = ExpertSerializer

    def get_object(self) -> Expert:
        """The expert of the path."""
        expert = by_slug(listed_experts(), self.kwargs["slug"])
        stands_alone(self.request, expert)
        return expert
