"""Experts, sources, and what could not be scored."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from desk.admin.expert_merges import ExpertMergePages
from desk.admin.records import AppendOnlyAdmin
from desk.fields import LinksField
from desk.forecast_sight import sources_shown_to
from desk.forms import CheckedForm, EditorForm, ServiceModelForm
from desk.name_checks import LOOKED_AT, NameCheck, check_of_names, names_in
from desk.staff import staff_of
from forecasts.models import (
    Expert,
    ExpertAlias,
    QuestionFamily,
    Source,
    Topic,
    UnscorableStatement,
)
from forecasts.models.fields import LineField
from forecasts.selectors.likenesses import LONGEST_NAME
from forecasts.services.experts import keep_former_name, record_source
from forecasts.services.statements import record_unscorable_statement

LOOK = (
    "Somebody with such a name is recorded. If it is one of those listed, add the other name "
    "there; if it is somebody else, save again."
)


class ExpertForm(CheckedForm, EditorForm):
    """An expert, with the links one on each line."""

    links = LinksField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 3}),
        help_text="One on each line.",
    )

    def clean(self) -> dict[str, Any]:
        """Refused once where somebody like that is recorded: who saves again has looked."""
        typed = super().clean() or self.cleaned_data
        if self.instance.pk is not None or self.is_only_checked:
            return typed
        found = check_of_names(names_in(self.data), synthetic=bool(typed.get("synthetic")))
        if found.missed(self.data.getlist(LOOKED_AT)):  # type: ignore[attr-defined]
            self.add_error(None, LOOK)
        return typed


class AliasInline(admin.TabularInline[ExpertAlias, Expert]):
    """Other names of an expert."""

    model = ExpertAlias
    formfield_overrides = {
        LineField: {"widget": forms.TextInput({"aria-label": "Name", "class": "vTextField"})}
    }
    extra = 1
    can_delete = False


@admin.register(Expert)
class ExpertAdmin(ExpertMergePages):
    """Experts."""

    form = ExpertForm
    fields = ("name", "slug", "kind", "affiliation", "description", "links", "synthetic")
    inlines = (AliasInline,)
    list_display = ("name", "kind", "affiliation", "synthetic", "merged_into")
    list_filter = ("kind", "synthetic", ("merged_into", admin.EmptyFieldListFilter))
    list_select_related = ("merged_into",)
    search_fields = ("name", "slug", "aliases__name")
    change_form_template = "desk/expert_change_form.html"

    def get_urls(self) -> list[URLPattern]:
        check = self.admin_site.admin_view(require_POST(self.check_view))
        return [path("check/", check, name="forecasts_expert_check"), *super().get_urls()]

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Expert, inline: InlineModelAdmin[Any, Any], prefix: str
    ) -> dict[str, Any]:
        """Whoever found the expert under another name finds that name filled in."""
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        also = request.GET.get("also", "")[:LONGEST_NAME]
        # What is posted counts as typed only beside an empty row.
        if also and request.method == "GET" and also != obj.name:
            kwargs["initial"] = [{"name": also}]
        return kwargs

    def check_view(self, request: HttpRequest) -> HttpResponse:
        """Who may be meant by the names in the form, as a part of its page."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return render(request, "desk/expert_check.html", {"check": _check(request)})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if not context.get("original"):
            context["check"] = _check(request)
            context["check_url"] = reverse("admin:forecasts_expert_check")
        return super().render_change_form(request, context, *args, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # An address that has been published stays, and so does what the scores say of a row.
        return ("slug", "synthetic") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("name",)}

    def save_model(self, request: HttpRequest, obj: Expert, form: Any, change: Any) -> None:
        if change:
            keep_former_name(expert=obj, by=staff_of(request), as_of=timezone.now())
        super().save_model(request, obj, form, change)


def _check(request: HttpRequest) -> NameCheck:
    return check_of_names(names_in(request.POST), synthetic="synthetic" in request.POST)


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
