"""The queue of due questions."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import OuterRef, Prefetch, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from desk.admin.bulk_pages import BulkPages
from desk.admin.queue_filters import (
    AssigneeFacet,
    LatenessFacet,
    SyntheticFacet,
    TabFilter,
    TopicFacet,
    queue_of,
)
from desk.admin.records import ReadOnlyAdmin
from desk.admin.review_pages import ReviewPages
from desk.keys import KEY_GROUPS
from desk.models import DueQuestion
from desk.staff import staff_of
from desk.templatetags.desk import away, synthetic_badge
from forecasts.models import Assignment, Role, Snooze
from forecasts.selectors.reviews import is_coded_by
from forecasts.templatetags.deadlines import deadline


class QueueList(ChangeList):
    """The queue: filters work on plain rows, and only those of the page are told all about."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        user = staff_of(request)
        seats = Assignment.objects.open().select_related("reviewer").order_by("pk")
        snoozed = Snooze.objects.in_force(timezone.now()).filter(question=OuterRef("pk"))
        rest = snoozed.order_by("-until")
        self.result_list = self.result_list.annotate(
            is_coded=is_coded_by(user),
            snoozed_until=Subquery(rest.values("until")[:1]),
            snooze_reason=Subquery(rest.values("reason")[:1]),
        ).prefetch_related("topics", Prefetch("assignments", seats, to_attr="seats"))
        places = {place.pk: place for place in queue_of(request)}
        for row in self.result_list:
            row.place = places[row.pk]
            row.can_answer = user.has_role(Role.REVIEWER)


@admin.register(DueQuestion)
class DueQuestionAdmin(BulkPages, ReviewPages, ReadOnlyAdmin[DueQuestion]):
    """Due for review."""

    list_display = ("question", "days", "deadline_utc", "standing", "given", "assigned", "about")
    list_filter = (TabFilter, TopicFacet, LatenessFacet, AssigneeFacet, SyntheticFacet)
    show_facets = admin.ShowFacets.NEVER  # the filters count for themselves
    search_fields = ("title", "slug")
    ordering = ("deadline", "pk")
    sortable_by = ()
    list_display_links = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QueueList

    @admin.display(description="Question")
    def question(self, row: DueQuestion) -> SafeString:
        url = reverse("admin:desk_duequestion_change", args=[row.pk])
        badge = synthetic_badge(row)
        return format_html('<a href="{}" data-row>{}</a> {}', url, row.title, badge)

    @admin.display(description="Due")
    def days(self, row: Any) -> SafeString:
        said = away(row.deadline)
        if not row.place.is_overdue:
            return format_html("{}", said)
        return format_html('<span class="is-late">{}, overdue</span>', said)

    @admin.display(description="Deadline")
    def deadline_utc(self, row: DueQuestion) -> str:
        return deadline(row.deadline)

    @admin.display(description="Waits for")
    def standing(self, row: Any) -> SafeString | str:
        if row.snoozed_until is not None:
            until = f"{timezone.localtime(row.snoozed_until):%-d %b %Y}"
            why = row.snooze_reason
            return format_html('nobody until {} <span class="quiet">{}</span>', until, why)
        return _waits_for(row)

    @admin.display(description="Verdicts")
    def given(self, row: Any) -> str:
        return f"{row.place.n_verdicts} of {row.required_verdicts}"

    @admin.display(description="Assigned to", empty_value="nobody")
    def assigned(self, row: Any) -> str | None:
        return ", ".join(seat.reviewer.username for seat in row.seats) or None

    @admin.display(description="Topics")
    def about(self, row: DueQuestion) -> str:
        return ", ".join(topic.name for topic in row.topics.all())

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The queue, over the whole width."""
        context = {
            "title": "Due for review",
            "is_nav_sidebar_enabled": False,
            "key_groups": KEY_GROUPS,
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)


def _waits_for(row: Any) -> str:
    if row.place.has_impasse:
        return "a lead"
    if row.place.is_answered:
        return "a second opinion"
    if row.is_coded:
        return "somebody who did not code it"
    if not row.place.is_due:
        return "a look: has it happened?" if row.place.is_interim else "its deadline"
    return "your verdict" if row.can_answer else "a reviewer"
