"""What all admin pages have in common: nothing is deleted, and little is changed."""

from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse

from desk.fields import MomentField, SearchSelect
from desk.forms import ServiceModelForm
from desk.staff import staff_of
from forecasts.models.fields import InstantField

# The button that checks and saves nothing.
CHECK = "_check"
RowT = TypeVar("RowT", bound=models.Model)


class KnownRowsAdmin(admin.ModelAdmin[RowT]):
    """Rows whose history is asked for only where they are there."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The admin's log of a row; without the row there is no such page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if self.get_object(request, unquote(object_id)) is None:
            msg = f"There is no such {self.opts.verbose_name}."
            raise Http404(msg)
        return super().history_view(request, object_id, extra_context)


class RecordAdmin(KnownRowsAdmin[RowT]):
    """Rows that can be added, and perhaps changed, but never deleted."""

    formfield_overrides = {
        InstantField: {"form_class": MomentField},
        models.URLField: {"assume_scheme": "https"},
    }
    list_per_page = 50
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: RowT | None = None) -> bool:
        """Nobody deletes a published record."""
        return False

    def save_model(self, request: HttpRequest, obj: RowT, form: Any, change: Any) -> None:
        """Store the row, unless a service already has."""
        if not isinstance(form, ServiceModelForm):
            super().save_model(request, obj, form, change)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """As usual, with a search that takes whatever is sent."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", SearchSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(
        self,
        request: HttpRequest,
        obj: RowT | None = None,
        change: bool = False,  # noqa: FBT001, FBT002, Django's signature
        **kwargs: Any,
    ) -> type[ModelForm[Any]]:
        """A form that knows who fills it in, and whether it is only to be checked."""
        form = super().get_form(request, obj, change, **kwargs)
        known = {"user": staff_of(request), "is_only_checked": CHECK in request.POST}
        return type(form.__name__, (form,), known)


class AppendOnlyAdmin(RecordAdmin[RowT]):
    """Rows that can be added and read."""

    def has_change_permission(self, request: HttpRequest, obj: RowT | None = None) -> bool:
        """Append-only."""
        return False


class ReadOnlyAdmin(AppendOnlyAdmin[RowT]):
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Not by hand."""
        return False
