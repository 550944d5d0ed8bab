"""Filters: each list's allow-list of what it can be narrowed down by."""

# django-filter ships no types, so that all its classes are Any.
# mypy: disable-error-code="misc,import-untyped"

from collections.abc import Callable
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.core.validators import slug_re
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema_field
from rest_framework.request import Request

from api.parameters import InstantFormField, unknown_choice
from api.problems import Fault, InvalidParametersError
from forecasts.models import (
    Dispute,
    Expert,
    ExpertAlias,
    Forecast,
    Question,
    QuestionFamily,
    Source,
    Topic,
    UnscorableStatement,
)
from forecasts.selectors.disputes import disputes_about_expert, disputes_about_question
from forecasts.selectors.questions import State
from forecasts.selectors.updates import forecast_updated, question_updated

STATUS_GROUPS = {
    "resolved": (State.YES, State.NO, State.AMBIGUOUS, State.ANNULLED),
    "unresolved": (State.OPEN, State.AWAITING_CONDITION, State.DUE),
}
STATUSES = [*State.choices, ("resolved", "Any ruling"), ("unresolved", "No ruling yet")]
DISPUTE_STATUSES = [("open", "Waits for a decision"), ("decided", "Decided")]
YES_OR_NO = [("true", "true"), ("false", "false")]


class StrictFilterBackend(DjangoFilterBackend):
    """Refuses a value that a filter cannot take, naming it and the nearest right one."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """The rows that pass. Raises InvalidParametersError."""
        if not _is_asked(request, view):
            return queryset
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise InvalidParametersError(*_faults(filterset), *_unknown(filterset))
        filtered: QuerySet[Any] = filterset.qs
        return filtered

    def refuse_unknown(self, request: Request, view: Any) -> None:
        """Raise InvalidParametersError where a filter names what there is not."""
        if not _is_asked(request, view):
            return
        filterset = self.get_filterset(request, view.queryset, view)
        faults = _unknown(filterset) if filterset is not None else []
        if faults:
            raise InvalidParametersError(*faults)


def _is_asked(request: Request, view: Any) -> bool:
    """Whether a filter is named; making all of them costs more than reading a row."""
    filterset = view.filterset_class
    return filterset is not None and any(
        name in filterset.base_filters for name in request.query_params
    )


def _faults(filterset: django_filters.FilterSet) -> list[Fault]:
    return [
        _fault(name, filterset.form.fields[name], filterset.form.data.get(name, ""), messages)
        for name, messages in filterset.form.errors.items()
        if not isinstance(filterset.form.fields[name], SlugOfRowField)
    ]


def _unknown(filterset: django_filters.FilterSet) -> list[Fault]:
    """Faults of the slugs that no row has."""
    given = {name: text.strip() for name, text in filterset.form.data.items()}
    return [
        unknown_choice(name, given[name], field.slugs())
        for name, field in filterset.form.fields.items()
        if isinstance(field, SlugOfRowField) and given.get(name) and not field.is_known(given[name])
    ]


def _fault(name: str, field: forms.Field, given: str, messages: list[str]) -> Fault:
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return unknown_choice(name, given, [str(value) for value, _ in choices if value])
    return Fault(name, f'"{name}": {" ".join(messages)}')


class SlugOfRowField(forms.CharField):
    """A form field that holds the slug of a row; who finds nothing asks whether there is one."""

    def __init__(self, *args: Any, rows: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows

    def clean(self, value: str) -> str:
        """The slug, which a row could have."""
        slug: str = super().clean(value)
        if slug and not slug_re.match(slug):
            raise forms.ValidationError("No row can be of this name.", code="unknown")
        return slug

    def is_known(self, slug: str) -> bool:
        """Whether there is such a row."""
        return bool(slug_re.match(slug)) and self.rows.filter(slug=slug).exists()

    def slugs(self) -> list[str]:
        """The slugs there are, for saying which is nearest."""
        return list(self.rows.order_by("slug").values_list("slug", flat=True)[:10_000])


class KnownSlugField(SlugOfRowField):
    """A form field that holds the slug of a row that exists."""

    def clean(self, value: str) -> str:
        """The slug."""
        slug: str = super().clean(value)
        if slug and not self.is_known(slug):
            raise forms.ValidationError("There is none of this name.", code="unknown")
        return slug


@extend_schema_field({"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"})
class SlugFilter(django_filters.Filter):
    """Rows that belong to the row of that slug."""

    field_class = SlugOfRowField


@extend_schema_field({"type": "string", "format": "date-time"})
class InstantFilter(django_filters.Filter):
    """Rows before or after a moment."""

    field_class = InstantFormField


@extend_schema_field({"type": "boolean"})
class BooleanFilter(django_filters.TypedChoiceFilter):
    """Rows where something holds, or does not."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=YES_OR_NO, coerce=lambda value: value == "true", **kwargs)


def slug_filter(field_name: str, rows: QuerySet[Any], label: str) -> SlugFilter:
    """A filter by the slug of a related row."""
    return SlugFilter(field_name=f"{field_name}__slug", rows=rows, label=label)


def after(field_name: str) -> InstantFilter:
    """A filter for this moment or later."""
    return InstantFilter(field_name=field_name, lookup_expr="gte", label="This moment or later.")


def before(field_name: str) -> InstantFilter:
    """A filter for earlier than this moment."""
    return InstantFilter(field_name=field_name, lookup_expr="lt", label="Before this moment.")


def updated_since(updated: Callable[..., Q], label: str) -> InstantFilter:
    """A filter for rows of which something has changed since a moment."""

    def narrow(rows: QuerySet[Any], name: str, moment: datetime) -> QuerySet[Any]:
        return rows.filter(updated(moment, as_of=timezone.now()))

    return InstantFilter(method=narrow, label=label)


class ExpertFilters(django_filters.FilterSet):
    """What experts can be narrowed down by."""

    name = django_filters.CharFilter(
        method="by_name",
        max_length=200,
        label="A part of the name or of an alias, in upper or lower case (in a database of SQLite "
        "only where it has no letters outside of ASCII).",
    )
    kind = django_filters.ChoiceFilter(choices=Expert.Kind.choices, label="Person or organisation.")
    synthetic = BooleanFilter(label="Invented, to show how the service works.")
    topic = SlugFilter(
        method="on_topic", rows=Topic.objects.all(), label="Experts with a forecast on this topic."
    )

    def by_name(self, rows: QuerySet[Expert], name: str, part: str) -> QuerySet[Expert]:
        """Experts who are called so, perhaps elsewhere."""
        aliases = ExpertAlias.objects.filter(name__icontains=part)
        return rows.filter(Q(name__icontains=part) | Q(pk__in=aliases.values("expert")))

    def on_topic(self, rows: QuerySet[Expert], name: str, slug: str) -> QuerySet[Expert]:
        """Experts with a forecast on the topic."""
        said = Forecast.objects.in_force().filter(question__topics__slug=slug)
        return rows.filter(pk__in=said.values("expert"))


class QuestionFilters(django_filters.FilterSet):
    """What questions can be narrowed down by."""

    status = django_filters.ChoiceFilter(
        method="by_status", choices=STATUSES, label="Where the question stands."
    )
    topic = slug_filter("topics", Topic.objects.all(), "Slug of a topic.")
    family = slug_filter("family", QuestionFamily.objects.all(), "Slug of a family.")
    expert = SlugFilter(
        method="by_expert", rows=Expert.objects.current(), label="Slug of an expert who answered."
    )
    synthetic = BooleanFilter(label="Invented, to show how the service works.")
    deadline_after = after("deadline")
    deadline_before = before("deadline")
    updated_since = updated_since(
        question_updated,
        "Recorded, edited, amended, ruled on, due or awaiting no longer since this moment.",
    )

    def by_status(self, rows: QuerySet[Question], name: str, status: str) -> QuerySet[Question]:
        """Questions in this state, or in one of a group."""
        return rows.filter(state__in=STATUS_GROUPS.get(status, (status,)))

    def by_expert(self, rows: QuerySet[Question], name: str, slug: str) -> QuerySet[Question]:
        """Questions that the expert answered."""
        said = Forecast.objects.in_force().filter(expert__slug=slug)
        return rows.filter(pk__in=said.values("question"))


class ForecastFilters(django_filters.FilterSet):
    """What an expert's forecasts can be narrowed down by."""

    question = slug_filter("question", Question.objects.all(), "Slug of a question.")
    topic = slug_filter("question__topics", Topic.objects.all(), "Slug of a topic.")
    kind = django_filters.ChoiceFilter(choices=Forecast.Kind.choices, label="What the expert did.")
    basis = django_filters.ChoiceFilter(choices=Forecast.Basis.choices, label="Whose number it is.")
    stated_after = after("stated_at")
    stated_before = before("stated_at")
    deadline_after = after("question__deadline")
    deadline_before = before("question__deadline")
    updated_since = updated_since(
        forecast_updated,
        "Recorded, coded or corrected since this moment, or its question amended, ruled on or due.",
    )


class WrittenFilters(ForecastFilters):
    """What the forecasts of all experts can be narrowed down by."""

    expert = slug_filter("expert", Expert.objects.current(), "Slug of the expert.")
    synthetic = BooleanFilter(field_name="expert__synthetic", label="Said by an invented expert.")


class DisputeFilters(django_filters.FilterSet):
    """What disputes can be narrowed down by."""

    status = django_filters.ChoiceFilter(
        method="by_status", choices=DISPUTE_STATUSES, label="Where the dispute stands."
    )
    expert = SlugFilter(
        method="by_expert",
        rows=Expert.objects.current(),
        label="Slug of an expert: disputes about them, what they said, or what it rests on.",
    )
    question = SlugFilter(
        method="by_question",
        rows=Question.objects.all(),
        label="Slug of a question: disputes about it, its rulings, or forecasts on it.",
    )

    def by_status(self, rows: QuerySet[Dispute], name: str, status: str) -> QuerySet[Dispute]:
        """Open disputes, or decided ones."""
        return rows.filter(decided_at__isnull=status == "open")

    def by_expert(self, rows: QuerySet[Dispute], name: str, slug: str) -> QuerySet[Dispute]:
        """Disputes that concern the expert."""
        return rows.filter(disputes_about_expert(slug))

    def by_question(self, rows: QuerySet[Dispute], name: str, slug: str) -> QuerySet[Dispute]:
        """Disputes that concern the question."""
        return rows.filter(disputes_about_question(slug))


class SourceFilters(django_filters.FilterSet):
    """What sources can be narrowed down by."""

    expert = SlugFilter(
        method="by_expert", rows=Expert.objects.current(), label="Slug of an expert quoted in it."
    )
    date_basis = django_filters.ChoiceFilter(
        choices=Source.DateBasis.choices, label="How its date is known."
    )
    synthetic = BooleanFilter(label="Invented, to show how the service works.")
    published_after = after("published_at")
    published_before = before("published_at")
    updated_since = after("recorded_at")

    def by_expert(self, rows: QuerySet[Source], name: str, slug: str) -> QuerySet[Source]:
        """Sources with a forecast of the expert."""
        said = Forecast.objects.in_force().filter(expert__slug=slug)
        return rows.filter(Q(pk__in=said.values("source")))


class StatementFilters(django_filters.FilterSet):
    """What unscorable statements can be narrowed down by."""

    expert = slug_filter("expert", Expert.objects.current(), "Slug of the expert who said it.")
    reason = django_filters.ChoiceFilter(
        choices=UnscorableStatement.Reason.choices, label="Why it cannot be scored."
    )
    synthetic = BooleanFilter(field_name="source__synthetic", label="From an invented source.")
    updated_since = after("recorded_at")
