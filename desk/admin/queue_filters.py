"""The filters of the queue, each with how many rows every choice would leave."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from desk.models import DueQuestion
from desk.queues import Place, Tab, parts_of, review_queue
from desk.staff import staff_of
from forecasts.models import Assignment, Topic, User
from forecasts.selectors.columns import Among

ROWS = QuerySet[DueQuestion]


class TabFilter(admin.SimpleListFilter):
    """The parts of the queue, each with its count."""

    title = "part of the queue"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        self.parts = parts_of(queue_of(request))
        self.counts = {tab: len(ids) for tab, ids in self.parts.items()}
        return Tab.choices

    def value(self) -> str:
        """What was chosen; else one's own part, where there is something in it."""
        chosen = super().value()
        if chosen in Tab.values:
            return str(chosen)
        return Tab.MINE if self.parts[Tab.MINE] else Tab.ALL

    def queryset(self, request: HttpRequest, queryset: ROWS) -> ROWS:
        return queryset.filter(Among("pk", self.parts[self.value()]))

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for tab in Tab:
            yield {
                "selected": self.value() == tab,
                "query_string": changelist.get_query_string({self.parameter_name: tab.value}),
                "display": tab.label,
                "count": self.counts[tab],
            }


def queue_of(request: HttpRequest) -> list[Place]:
    """Read once: the list makes its filters anew whenever it counts a facet."""
    known: list[Place] | None = vars(request).get("review_queue")
    if known is None:
        known = review_queue(staff_of(request), as_of=timezone.now())
        vars(request)["review_queue"] = known
    return known


class Facet(admin.SimpleListFilter):
    """A filter whose choices come with their counts, from one query for all of them."""

    template = "desk/facet.html"

    def has_output(self) -> bool:
        return True

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """None: the choices are read together with their counts."""
        return ()

    def queryset(self, request: HttpRequest, queryset: ROWS) -> ROWS:
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(self.condition(chosen))

    def condition(self, value: str) -> Q | Exists:
        """The rows that a choice leaves; all, where there is no such choice."""
        raise NotImplementedError

    def counted(self, rows: ROWS) -> Iterable[tuple[str, str, int]]:
        """Each choice: value, label, number of rows."""
        raise NotImplementedError

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        rows = changelist.get_queryset(self.request, exclude_parameters=[self.parameter_name])
        chosen = self.value()
        yield {
            "selected": chosen is None,
            "query_string": changelist.get_query_string(remove=[str(self.parameter_name)]),
            "display": "All",
        }
        for value, label, number in self.counted(rows):
            yield {
                "selected": chosen == value,
                "query_string": changelist.get_query_string({str(self.parameter_name): value}),
                "display": label,
                "count": number,
            }


class TopicFacet(Facet):
    """What questions are about."""

    title = "topic"
    parameter_name = "topic"

    def condition(self, value: str) -> Q:
        return Q(topics__slug=value)

    def counted(self, rows: ROWS) -> Iterable[tuple[str, str, int]]:
        topics = Topic.objects.filter(questions__in=rows.order_by().values("pk"))
        counted = topics.annotate(n=Count("questions")).values_list("slug", "name", "n")
        return list(counted)


class AssigneeFacet(Facet):
    """Who is asked."""

    title = "assigned to"
    parameter_name = "assignee"

    def condition(self, value: str) -> Exists:
        asked = Assignment.objects.open().filter(reviewer__username=value)
        return Exists(asked.filter(question=OuterRef("pk")))

    def counted(self, rows: ROWS) -> Iterable[tuple[str, str, int]]:
        open_ones = Q(assignments__closed_at=None)
        users = User.objects.filter(
            open_ones, assignments__question__in=rows.order_by().values("pk")
        )
        counted = users.annotate(n=Count("assignments__question", distinct=True))
        return [
            (name, name, n) for name, n in counted.order_by("username").values_list("username", "n")
        ]


class ConditionFacet(Facet):
    """Fixed choices, each a condition on the row; all are counted in one query."""

    def conditions(self) -> dict[str, tuple[str, Q]]:
        """Label and condition of each choice."""
        raise NotImplementedError

    def condition(self, value: str) -> Q:
        _label, condition = self.conditions().get(value, ("", Q()))
        return condition

    def counted(self, rows: ROWS) -> Iterable[tuple[str, str, int]]:
        conditions = self.conditions()
        counts = rows.order_by().aggregate(
            **{value: Count("pk", filter=condition) for value, (_, condition) in conditions.items()}
        )
        return [(value, label, counts[value]) for value, (label, _) in conditions.items()]


class LatenessFacet(ConditionFacet):
    """How long the deadline has passed."""

    title = "deadline passed"
    parameter_name = "late"
    SPANS: ClassVar[dict[str, tuple[str, int, int | None]]] = {
        "fresh": ("less than 3 days ago", 0, 3),
        "week": ("3 to 7 days ago", 3, 7),
        "fortnight": ("7 to 14 days ago", 7, 14),
        "longer": ("over 14 days ago", 14, None),
    }

    def conditions(self) -> dict[str, tuple[str, Q]]:
        now = timezone.now()
        return {
            value: (label, _passed(now, since, until))
            for value, (label, since, until) in self.SPANS.items()
        }


def _passed(now: datetime, since: int, until: int | None) -> Q:
    passed = Q(deadline__lte=now - timedelta(days=since))
    return passed if until is None else passed & Q(deadline__gt=now - timedelta(days=until))


class SyntheticFacet(ConditionFacet):
    """Invented, or from the world."""

    title = "kind"
    parameter_name = "synthetic"

    def conditions(self) -> dict[str, tuple[str, Q]]:
        return {"no": ("real", Q(synthetic=False)), "yes": ("synthetic", Q(synthetic=True))}
