"""Experts, sources, and what could not be scored."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from desk.admin.records import AppendOnlyAdmin, RecordAdmin
from desk.fields import LinksField
from desk.forecast_sight import sources_shown_to
from desk.forms import EditorForm, ServiceModelForm
from desk.staff import staff_of
from forecasts.models import (
    Expert,
    ExpertAlias,
    QuestionFamily,
    Source,
    Topic,
    UnscorableStatement,
)
from forecasts.services.experts import (
    keep_former_name,
    record_source,
    record_unscorable_statement,
)


class ExpertForm(EditorForm):
    """An expert, with the links one on each line."""

    links = LinksField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 3}),
        help_text="One on each line.",
    )


class AliasInline(admin.TabularInline[ExpertAlias, Expert]):
    """Other names of an expert."""

    model = ExpertAlias
    extra = 1
    can_delete = False


@admin.register(Expert)
class ExpertAdmin(RecordAdmin[Expert]):
    """Experts."""

    form = ExpertForm
    fields = ("name", "slug", "kind", "affiliation", "description", "links", "synthetic")
    inlines = (AliasInline,)
    list_display = ("name", "kind", "affiliation", "synthetic")
    list_filter = ("kind", "synthetic")
    search_fields = ("name", "slug", "aliases__name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # An address that has been published stays, and so does what the scores say of a row.
        return ("slug", "synthetic") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("name",)}

    def save_model(self, request: HttpRequest, obj: Expert, form: Any, change: Any) -> None:
        if change:
            keep_former_name(expert=obj, by=staff_of(request), as_of=timezone.now())
        super().save_model(request, obj, form, change)


class SourceForm(ServiceModelForm):
    """An article, broadcast or post."""

    def perform(self) -> Source:
        return record_source(source=self.instance, by=self.user, as_of=timezone.now())


@admin.register(Source)
class SourceAdmin(AppendOnlyAdmin[Source]):
    """Sources."""

    form = SourceForm
    fields = (
        *("outlet", "title", "url", "published_at", "date_basis", "note", "sha256"),
        "synthetic",
    )
    list_display = ("title", "outlet", "published_at", "date_basis", "synthetic")
    list_filter = ("date_basis", "synthetic")
    date_hierarchy = "published_at"
    search_fields = ("outlet", "title", "url")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        shown = sources_shown_to(staff_of(request))
        return super().get_queryset(request).filter(pk__in=shown.values("pk"))


class NamedForm(EditorForm):
    """A topic or a family."""


@admin.register(Topic)
class TopicAdmin(AppendOnlyAdmin[Topic]):
    """Topics."""

    form = NamedForm
    fields = ("name", "slug")
    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(QuestionFamily)
class QuestionFamilyAdmin(AppendOnlyAdmin[QuestionFamily]):
    """Families of questions."""

    form = NamedForm
    fields = ("title", "slug")
    list_display = ("title", "slug")
    search_fields = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}


class StatementForm(ServiceModelForm):
    """A statement that no question can hold."""

    def perform(self) -> UnscorableStatement:
        names = ("source", "quote", "reason", "note", "expert", "attributed_to")
        typed = {name: self.cleaned_data[name] for name in names}
        statement = record_unscorable_statement(**typed, by=self.user, as_of=timezone.now())
        self.instance = statement
        return statement


@admin.register(UnscorableStatement)
class UnscorableStatementAdmin(AppendOnlyAdmin[UnscorableStatement]):
    """Statements that cannot be scored."""

    form = StatementForm
    fields = ("source", "expert", "attributed_to", "quote", "reason", "note")
    autocomplete_fields = ("source", "expert")
    list_display = ("quote", "speaker", "reason", "recorded_at")
    list_filter = ("reason",)
    search_fields = ("quote", "attributed_to", "expert__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnscorableStatement]:
        own = Q(recorded_by=staff_of(request))
        shown = sources_shown_to(staff_of(request)).values("pk")
        rows = super().get_queryset(request).select_related("expert", "source")
        return rows.filter(own | Q(source__in=shown))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "source":
            kwargs["queryset"] = sources_shown_to(staff_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="Said by")
    def speaker(self, row: UnscorableStatement) -> str:
        return str(row.expert or row.attributed_to)
