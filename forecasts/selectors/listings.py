"""Rows as readers are shown them: with what they need from other tables, in few queries."""

from datetime import datetime

from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from forecasts.models import AdoptedRange, Expert, Forecast, Question, Source, UnscorableStatement
from forecasts.selectors.questions import questions_with_state


def listed_experts() -> QuerySet[Expert]:
    """Experts with their aliases, `n_forecasts` and `n_unscorable`."""
    return bare_experts().prefetch_related("aliases")


def bare_experts() -> QuerySet[Expert]:
    """The same without aliases; see relations."""
    standing = Forecast.objects.in_force().filter(expert=OuterRef("pk"))
    unscorable = UnscorableStatement.objects.filter(expert=OuterRef("pk"))
    return Expert.objects.annotate(
        n_forecasts=_number_of(standing, "expert"), n_unscorable=_number_of(unscorable, "expert")
    )


def listed_questions(as_of: datetime) -> QuerySet[Question]:
    """Questions with state, condition, rulings, `n_forecasts` and `first_stated_at`."""
    parents = questions_with_state(as_of).select_related(None).prefetch_related(None)
    return bare_questions(as_of).prefetch_related(
        "topics", "resolutions", Prefetch("depends_on", queryset=parents)
    )


def bare_questions(as_of: datetime) -> QuerySet[Question]:
    """The same without topics, condition and rulings; see relations."""
    standing = Forecast.objects.in_force().filter(question=OuterRef("pk"))
    said = standing.filter(kind=Forecast.Kind.FORECAST).order_by("stated_at")
    return (
        questions_with_state(as_of)
        .prefetch_related(None)
        .select_related(None)
        .select_related("family")
        .annotate(
            n_forecasts=_number_of(standing, "question"),
            first_stated_at=Subquery(said.values("stated_at")[:1]),
        )
    )


def listed_forecasts() -> QuerySet[Forecast]:
    """Forecasts with expert, question, source, codings and, as `adopted`, the range in force."""
    in_force = Prefetch(
        "adopted_ranges", queryset=AdoptedRange.objects.in_force(), to_attr="adopted"
    )
    return bare_forecasts().prefetch_related("codings", in_force)


def bare_forecasts() -> QuerySet[Forecast]:
    """The same without codings and ranges; see relations."""
    rows = Forecast.objects.select_related("expert", "question", "source", "superseded_by")
    return rows.order_by("-stated_at", "-pk")


def listed_sources() -> QuerySet[Source]:
    """Sources with `n_forecasts`."""
    standing = Forecast.objects.in_force().filter(source=OuterRef("pk"))
    return Source.objects.annotate(n_forecasts=_number_of(standing, "source"))


def _number_of(rows: QuerySet[Forecast] | QuerySet[UnscorableStatement], per: str) -> Coalesce:
    counted = rows.order_by().values(per).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
