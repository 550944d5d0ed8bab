"""Rows as readers are shown them: each with what it needs from other tables, in one query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, FilteredRelation, IntegerField, JSONField, OuterRef, Q, QuerySet
from django.db.models.expressions import Subquery

from forecasts.models import (
    AdoptedRange,
    Expert,
    ExpertAlias,
    Forecast,
    ProposalDecision,
    Question,
    Quotation,
    Resolution,
    Source,
    Topic,
    UnscorableStatement,
)
from forecasts.models.experts import ExpertQuerySet
from forecasts.selectors.questions import questions_with_condition

BESIDE_FORECASTS: Sequence[str] = ("expert", "question", "source", "adopted", "quotation")


class NumberOf(Subquery):
    """How many rows there are; cheaper to build than an aggregate."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk"))


class ListOf(Subquery):
    """A list of one column of rows, in their order; the empty list where there are none."""

    output_field = JSONField()

    def __init__(self, rows: QuerySet[Any], column: str) -> None:
        super().__init__(rows.values(listed=F(column)))

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """As an array first, which keeps the order."""
        return self._written(compiler, connection, "TO_JSONB(ARRAY(%(subquery)s))")

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        """By an aggregate over the rows as they come."""
        template = "(SELECT JSON_GROUP_ARRAY(listed) FROM (%(subquery)s))"
        return self._written(compiler, connection, template)

    def _written(self, compiler: Any, connection: Any, template: str) -> Any:
        written: Any = self.as_sql
        return written(compiler, connection, template=template)


def listed_experts() -> ExpertQuerySet:
    """Experts with `other_names`, `merged_slugs`, `n_forecasts` and `n_unscorable`."""
    own = {"expert": OuterRef("pk")}
    return Expert.objects.annotate(
        other_names=ListOf(ExpertAlias.objects.filter(**own).order_by("pk"), "name"),
        merged_slugs=ListOf(
            Expert.objects.filter(merged_into=OuterRef("pk")).order_by("pk"), "slug"
        ),
        n_forecasts=NumberOf(Forecast.objects.in_force().filter(**own)),
        n_unscorable=NumberOf(UnscorableStatement.objects.filter(**own)),
    )


def listed_questions(as_of: datetime) -> QuerySet[Question]:
    """Questions with state, family, ruling in force (see listed_ruling), and what else is shown.

    That is `topic_slugs`, `n_forecasts`, `first_stated_at`, and of the condition `parent_slug`,
    `parent_title` and `parent_state`.
    """
    standing = Forecast.objects.in_force().filter(question=OuterRef("pk"))
    said = standing.filter(kind=Forecast.Kind.FORECAST).order_by("stated_at")
    topics = Topic.objects.filter(questions=OuterRef("pk")).order_by("name")
    return questions_with_condition(as_of).annotate(
        topic_slugs=ListOf(topics, "slug"),
        n_forecasts=NumberOf(standing),
        first_stated_at=Subquery(said.values("stated_at")[:1]),
        parent_slug=F("depends_on__slug"),
        parent_title=F("depends_on__title"),
    )


def listed_ruling(question: Question) -> Resolution | None:
    """The ruling in force of a question from listed_questions()."""
    # Django sets nothing where it has joined nothing.
    return getattr(question, "ruling", None)


def listed_forecasts() -> QuerySet[Forecast]:
    """Forecasts with expert, question, source and the range in force; see listed_range.

    Of what was corrected, with `corrected_by` and `corrected_because`.
    """
    in_force = Q(adopted_ranges__superseded_at=None)
    rows = Forecast.objects.annotate(
        adopted=FilteredRelation("adopted_ranges", condition=in_force),
        corrected_by=F("superseded_by__pk"),
        corrected_because=F("superseded_by__correction_reason"),
    )
    return rows.select_related(*BESIDE_FORECASTS).order_by("-stated_at", "-pk")


def listed_range(forecast: Forecast) -> AdoptedRange | None:
    """The range in force of a forecast from listed_forecasts()."""
    return getattr(forecast, "adopted", None)


def listed_quotation(row: Forecast | UnscorableStatement) -> Quotation | None:
    """Where the quote stands, of a row that was read with its `quotation`."""
    return getattr(row, "quotation", None)


def listed_sources() -> QuerySet[Source]:
    """Sources with `n_forecasts`, and what was left out: `n_unscorable` and `n_rejected`."""
    own = {"source": OuterRef("pk")}
    rejected = ProposalDecision.objects.in_force().filter(
        kind=ProposalDecision.Kind.REJECTED, proposal__article__source=OuterRef("pk")
    )
    return Source.objects.annotate(
        n_forecasts=NumberOf(Forecast.objects.in_force().filter(**own)),
        n_unscorable=NumberOf(UnscorableStatement.objects.filter(**own)),
        n_rejected=NumberOf(rejected),
    )
