"""Disputes, and what was answered."""

from django.db.models import QuerySet
from django.http import Http404

from api.filters import DisputeFilters
from api.schemas import documented
from api.serializers.disputes import DisputeSerializer
from api.views.bases import PublicDetailView, PublicListView
from forecasts.models import Dispute
from forecasts.selectors.disputes import listed_disputes


@documented("disputes", "Disputes")
class DisputesView(PublicListView):
    """What anybody said against a record, from its acknowledgement on, and the answer to it.

    Filtered by expert or question, also those about what their scores rest on.
    """

    queryset = Dispute.objects.none()
    serializer_class = DisputeSerializer
    filterset_class = DisputeFilters
    orderings = {"received_at": "received_at", "acknowledged_at": "acknowledged_at"}
    default_ordering = "-received_at"

    def get_queryset(self) -> QuerySet[Dispute]:
        """All that are public."""
        return listed_disputes().filter(acknowledged_at__isnull=False)


@documented("disputes", "One dispute", errors=(404,))
class DisputeView(PublicDetailView):
    """One dispute."""

    queryset = Dispute.objects.none()
    serializer_class = DisputeSerializer
    lookup_field = "pk"

    def get_object(self) -> Dispute:
        """The dispute of the path. Raises Http404, also where nobody has acknowledged it."""
        pk = self.kwargs["pk"]
        found = listed_disputes().filter(acknowledged_at__isnull=False, pk=pk).first()
        if found is None:
            raise Http404(f"There is no dispute {pk}.")
        return found
