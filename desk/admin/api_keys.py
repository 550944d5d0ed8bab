"""Keys to the API: made, shown once, revoked. Administrators only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from desk.admin.pages import form_page, row_for, row_path, to_row
from desk.admin.records import AppendOnlyAdmin
from desk.fields import MomentField
from desk.forms import ServiceForm, ServiceModelForm
from desk.staff import staff_of
from forecasts.models import ApiKey, Scope, User
from forecasts.services.api_keys import MOST_PER_MINUTE, make_api_key, revoke_api_key

TYPED = ("name", "user", "scopes", "per_minute", "expires_at")
SHOWN = (
    *("name", "prefix", "user", "may_write", "per_minute", "state"),
    *("made_at", "last_used_at", "expires_at", "revoked_at"),
)


class KeyForm(ServiceModelForm):
    """A new key."""

    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What it may write. With none it only reads, more often than others.",
    )
    per_minute = forms.IntegerField(
        label="Requests a minute", initial=600, min_value=1, max_value=MOST_PER_MINUTE
    )
    expires_at = MomentField(required=False, help_text="Left empty, it works until it is revoked.")

    class Meta:
        model = ApiKey
        fields = TYPED
        help_texts = {
            "user": "It acts for them, and can do nothing that their roles do not allow.",
        }

    def perform(self) -> ApiKey:
        typed = {name: self.cleaned_data[name] for name in TYPED}
        key, token = make_api_key(**typed, by=self.user, as_of=timezone.now())
        # For the one page that shows it.
        vars(key)["token"] = token
        self.instance = key
        return key


class RevokeForm(ServiceForm, forms.Form):
    """Nothing to type."""

    def revoke(self, key: ApiKey, by: User) -> ApiKey | None:
        """Hand it in; None where it was refused."""
        return self.submit(lambda: revoke_api_key(api_key=key, by=by, as_of=timezone.now()))


@admin.register(ApiKey)
class KeyAdmin(AppendOnlyAdmin[ApiKey]):
    """Keys."""

    form = KeyForm
    list_display = ("name", "prefix", "user", "may_write", "state", "last_used_at", "expires_at")
    list_select_related = ("user",)
    change_form_template = "desk/api_key_change_form.html"

    def get_urls(self) -> list[URLPattern]:
        return [row_path(self, "revoke", self.revoke_view), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return SHOWN if obj else TYPED

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A key for whoever may still log in."""
        users = User.objects.filter(is_active=True).order_by("username")
        return super().formfield_for_foreignkey(db_field, request, queryset=users, **kwargs)

    @admin.display(description="May write")
    def may_write(self, row: ApiKey) -> str:
        labels = dict(Scope.choices)
        return "; ".join(str(labels.get(scope, scope)) for scope in row.scopes) or "nothing"

    @admin.display(description="State")
    def state(self, row: ApiKey) -> str:
        if row.revoked_at is not None:
            return "revoked"
        if row.expires_at is not None and row.expires_at <= timezone.now():
            return "expired"
        return "works" if row.user.is_active else "off: its user has left"

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The key itself. Nothing redirects here, so that it is kept nowhere on the way."""
        context = {
            **self.admin_site.each_context(request),
            "title": "The new key",
            "opts": self.opts,
            "key": obj,
            "token": vars(obj)["token"],
        }
        response = TemplateResponse(request, "desk/api_key.html", context)
        add_never_cache_headers(response)
        return response

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let it work no more."""
        key: ApiKey = row_for(self, request, pk, "forecasts.view_apikey")
        form = RevokeForm(request.POST if request.method == "POST" else None)
        by = staff_of(request)
        if form.is_valid() and form.revoke(key, by):
            self.log_change(request, key, "Revoked.")
            return to_row(request, key, "The key is revoked.")
        texts = {"title": "Revoke", "button": "Revoke the key"}
        return form_page(self, request, form, key, intro="desk/revoke_intro.html", **texts)
