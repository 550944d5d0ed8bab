"""Forecasts: recorded, corrected, and read by coders who are blind to each other."""

from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils import timezone

from desk.admin.coding_pages import CodingPages
from desk.admin.pages import form_page, row_for, row_path, to_row
from desk.admin.records import AppendOnlyAdmin
from desk.coding_sight import (
    codings_shown_to,
    forecasts_to_code,
    is_veiled_from,
    wants_coding_by,
)
from desk.forecast_sight import forecasts_shown_to, sources_shown_to
from desk.forms import ServiceModelForm
from desk.staff import staff_of
from forecasts.models import AdoptedRange, Forecast, Role, User
from forecasts.models.codings import CODINGS_NEEDED
from forecasts.selectors.codings import codings_after_known, is_apart
from forecasts.services.forecasts import correct_forecast, record_forecast

STATEMENT = ("expert", "question", "source", "stated_at", "quote", "kind")
BELIEF = ("basis", "phrase", "claims_yes", "probability", "low", "high")
NUMBERS = ("probability", "low", "high")


class ForecastForm(ServiceModelForm):
    """What an expert said."""

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("kind") == Forecast.Kind.WITHDRAWAL:
            self._refuse_numbers("A withdrawal comes without a number.")
        elif typed.get("basis") == Forecast.Basis.INFERRED:
            self._refuse_numbers("Words come without a number here: record your reading next.")
        return typed

    def _refuse_numbers(self, message: str) -> None:
        for name in NUMBERS:
            if self.cleaned_data.get(name) is not None:
                self.add_error(name, message)

    def perform(self) -> Forecast:
        return record_forecast(forecast=self.instance, by=self.user, as_of=timezone.now())


class CorrectionForm(ForecastForm):
    """What an expert really said, in place of a row that a coder got wrong."""

    original: Forecast

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["correction_reason"]
        reason.required, reason.label = True, "Reason for the correction"

    def perform(self) -> Forecast:
        return correct_forecast(
            forecast=self.original,
            replacement=self.instance,
            reason=self.cleaned_data["correction_reason"],
            by=self.user,
            as_of=timezone.now(),
        )


class CodingFilter(admin.SimpleListFilter):
    """Finds what waits for the signed-in coder."""

    title = "coding"
    parameter_name = "coding"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("mine", "Waits for my reading")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Forecast]) -> QuerySet[Forecast]:
        if self.value() != "mine":
            return queryset
        return queryset.filter(pk__in=forecasts_to_code(staff_of(request)).values("pk"))


@admin.register(Forecast)
class ForecastAdmin(CodingPages, AppendOnlyAdmin[Forecast]):
    """Forecasts."""

    form = ForecastForm
    fieldsets = ((None, {"fields": STATEMENT}), ("How likely", {"fields": BELIEF}))
    autocomplete_fields = ("expert", "question", "source")
    list_display = ("expert", "question", "stated_at", "belief", "basis", "stands")
    list_select_related = ("expert", "question", "source", "recorded_by")
    list_filter = (CodingFilter, "kind", "basis", "expert__synthetic")
    date_hierarchy = "stated_at"
    search_fields = ("expert__name", "question__title", "question__slug", "quote", "phrase")
    change_form_template = "desk/forecast_change_form.html"

    def get_urls(self) -> list[URLPattern]:
        return [row_path(self, "correct", self.correct_view), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Forecast]:
        user = staff_of(request)
        shown = forecasts_shown_to(user).values("pk")
        veiled = ExpressionWrapper(is_veiled_from(user), output_field=BooleanField())
        return super().get_queryset(request).filter(pk__in=shown).annotate(is_veiled=veiled)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "source":
            kwargs["queryset"] = sources_shown_to(staff_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return super().get_fieldsets(request, obj)
        if obj.is_veiled:
            return ((None, {"fields": ("expert", "question", "source", "stated_at")}),)
        record = ("recorded_at", "recorded_by", "supersedes", "correction_reason")
        return (*self.fieldsets, ("Record", {"fields": record}))

    @admin.display(description="Likelihood")
    def belief(self, row: Any) -> str:
        if row.is_veiled:
            return "not before your reading"
        if row.kind == Forecast.Kind.WITHDRAWAL:
            return "withdrawn"
        return f"“{row.phrase}”" if row.probability is None else f"{row.probability.normalize():f}"

    @admin.display(description="In force", boolean=True)
    def stands(self, row: Forecast) -> bool:
        return row.superseded_at is None

    def response_add(
        self, request: HttpRequest, obj: Forecast, post_url_continue: str | None = None
    ) -> HttpResponse:
        """After words comes their reading; after the rest, what the admin always does."""
        is_plain = "_addanother" not in request.POST and "_popup" not in request.POST
        if is_plain and wants_coding_by(obj, staff_of(request)):
            response = to_row(
                request, obj, "The forecast is recorded. Now give your reading of it."
            )
            response["Location"] = reverse("admin:forecasts_forecast_code", args=[obj.pk])
            return response
        return super().response_add(request, obj, post_url_continue)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The row as it was recorded, with the readings that may be shown."""
        forecast = self.get_object(request, object_id)
        context = self._readings(forecast, staff_of(request)) if forecast else {}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def _readings(self, forecast: Any, user: User) -> dict[str, Any]:
        shown = codings_shown_to(user).filter(forecast=forecast)
        shown = shown.select_related("coder", "lexicon_phrase__lexicon")
        codings = list(shown)
        sees_others = any(coding.coder_id != user.pk for coding in codings)
        adopted = AdoptedRange.objects.in_force().filter(forecast=forecast)
        is_editor = user.has_role(Role.CODER, Role.LEAD)
        return {
            "codings": codings,
            "after_known": codings_after_known(forecast.question, codings) if sees_others else (),
            "adopted": adopted.first() if sees_others else None,
            "n_codings": forecast.codings.count(),
            "codings_needed": CODINGS_NEEDED,
            "is_inferred": forecast.basis == Forecast.Basis.INFERRED,
            "is_apart": is_apart(forecast),
            "is_lead": user.has_role(Role.LEAD),
            "wants_coding": wants_coding_by(forecast, user),
            "can_correct": forecast.superseded_at is None and is_editor and not forecast.is_veiled,
        }

    def correct_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Replace the row by another one, with the reason."""
        original: Any = row_for(self, request, pk, "forecasts.add_forecast")
        if original.is_veiled:
            return to_row(request, original, "First give your readings on this question.")
        fields = (*STATEMENT, *BELIEF, "correction_reason")
        base = type("CorrectionForm", (CorrectionForm,), {"original": original})
        form_class = self.get_form(request, None, form=base, fields=fields)
        form = form_class(request.POST or None, initial=model_to_dict(original, fields[:-1]))
        if form.is_valid():
            return to_row(request, form.instance, "The correction is recorded.")
        texts = {
            "title": "Correct",
            "button": "Record correction",
            "intro": "desk/correct_intro.html",
        }
        return form_page(self, request, form, original, **texts)  # type: ignore[arg-type]
