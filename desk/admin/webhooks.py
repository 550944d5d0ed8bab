"""Webhooks: who is told of what, whether it arrives, and the log. Leads and administrators."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from desk.admin.pages import form_page, row_for, row_path, to_row
from desk.admin.records import RecordAdmin
from desk.forms import ServiceForm, ServiceModelForm
from desk.staff import staff_of
from desk.templatetags.desk import moment
from forecasts.models import User
from mail.models import Webhook
from mail.webhooks.events import EVENTS
from mail.webhooks.messages import send_test_message
from mail.webhooks.registrations import (
    change_webhook,
    disable_webhook,
    enable_webhook,
    make_webhook,
    rotate_secret,
)

CHANGE = "mail.change_webhook"
INTRO = "desk/webhook_intro.html"


class WebhookForm(ServiceModelForm):
    """Where to send what."""

    kinds = forms.MultipleChoiceField(
        label="Events",
        choices=[(name, f"{name}: {what}") for name, what in EVENTS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Choose none to be told of all.",
    )

    def perform(self) -> Webhook:
        if self.instance.pk:
            return change_webhook(webhook=self.instance, by=self.user)
        return make_webhook(webhook=self.instance, by=self.user, as_of=timezone.now())


class ButtonForm(ServiceForm, forms.Form):
    """Nothing to type."""

    def disable(self, webhook: Webhook, user: User, as_of: datetime) -> bool:
        """Hand it in; False where it was refused."""
        return bool(
            self.submit(lambda: (disable_webhook(webhook=webhook, by=user, as_of=as_of), True))
        )

    def send_test(self, webhook: Webhook, user: User, as_of: datetime) -> object:
        """Hand it in; the message, or None where it was refused."""
        return self.submit(lambda: send_test_message(webhook=webhook, by=user, as_of=as_of))


class RotateForm(ServiceForm, forms.Form):
    """How soon the old secret ends."""

    at_once = forms.BooleanField(
        label="The old secret got out: end it now",
        required=False,
        help_text="Messages are refused until the receiver has the new one.",
    )

    def rotate(self, webhook: Webhook, user: User, as_of: datetime) -> str | None:
        """Hand it in; the new secret, or None where it was refused."""
        typed = self.cleaned_data
        return self.submit(lambda: rotate_secret(webhook=webhook, by=user, as_of=as_of, **typed))


class EnableForm(ServiceForm, forms.Form):
    """Where to go on."""

    skip_missed = forms.BooleanField(
        label="Leave out what happened meanwhile",
        required=False,
        help_text="Otherwise it is told of everything that it missed, in order.",
    )

    def enable(self, webhook: Webhook, user: User, as_of: datetime) -> bool:
        """Hand it in; False where it was refused."""
        call = {"webhook": webhook, "by": user, "as_of": as_of, **self.cleaned_data}
        return bool(self.submit(lambda: (enable_webhook(**call), True)))


@admin.register(Webhook)
class WebhookAdmin(RecordAdmin[Webhook]):
    """Webhooks."""

    form = WebhookForm
    fields = (
        *("name", "url", "kinds", "stands", "delivered_at", "tried_at", "failing_since"),
        *("owner", "made_at", "position", "old_secret_until"),
    )
    list_display = ("name", "stands", "delivered_at", "failing_since", "owner")
    list_select_related = ("owner",)
    search_fields = ("name", "url")
    change_form_template = "desk/webhook_change_form.html"

    def get_urls(self) -> list[URLPattern]:
        own = [
            row_path(self, "test", self.test_view),
            row_path(self, "rotate", self.rotate_view),
            row_path(self, "disable", self.disable_view),
            row_path(self, "enable", self.enable_view),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        return super().get_queryset(request).defer("secret", "old_secret")

    def get_fields(self, request: HttpRequest, obj: Webhook | None = None) -> Any:
        return self.fields if obj else self.fields[:3]

    def get_readonly_fields(self, request: HttpRequest, obj: Webhook | None = None) -> Any:
        return self.fields[3:]

    @admin.display(description="State")
    def stands(self, row: Webhook) -> str | SafeString:
        if row.disabled_at is not None:
            return format_html("disabled {}. {}", moment(row.disabled_at), row.reason)
        if row.failing_since is not None:
            return SafeString('<span class="pill pill-due">failing</span>')
        return "enabled"

    def response_add(
        self, request: HttpRequest, obj: Webhook, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The secret, once."""
        return self._secret_page(request, obj, obj.secret)

    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send something that says nothing, to see whether it arrives."""
        webhook: Webhook = row_for(self, request, pk, CHANGE)
        form = ButtonForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and form.send_test(webhook, staff_of(request), timezone.now()):
            told = "The test goes out within half a minute; the answer is in the log."
            return to_row(request, webhook, told)
        explanation = "A test is sent once and says that nothing happened."
        texts = {"title": "Send a test", "button": "Send a test", "explanation": explanation}
        return form_page(self, request, form, webhook, intro=INTRO, **texts)

    def rotate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Another secret, shown once."""
        webhook: Webhook = row_for(self, request, pk, CHANGE)
        form = RotateForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            secret = form.rotate(webhook, staff_of(request), timezone.now())
            if secret is not None:
                return self._secret_page(request, webhook, secret)
        explanation = "For a day, messages are signed with the old secret as well as with the new."
        texts = {"title": "New secret", "button": "Make a new secret", "explanation": explanation}
        return form_page(self, request, form, webhook, intro=INTRO, **texts)

    def disable_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send nothing more."""
        webhook: Webhook = row_for(self, request, pk, CHANGE)
        form = ButtonForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and form.disable(webhook, staff_of(request), timezone.now()):
            return to_row(request, webhook, "Nothing is sent there any more.")
        explanation = "Nothing is sent there until somebody enables it. What waits is kept."
        texts = {"title": "Disable", "button": "Disable", "explanation": explanation}
        return form_page(self, request, form, webhook, intro=INTRO, **texts)

    def enable_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send again."""
        webhook: Webhook = row_for(self, request, pk, CHANGE)
        form = EnableForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and form.enable(webhook, staff_of(request), timezone.now()):
            return to_row(request, webhook, "It is told again.")
        explanation = "It goes on where it stopped. What had failed by then is sent from the log."
        texts = {"title": "Enable", "button": "Enable", "explanation": explanation}
        return form_page(self, request, form, webhook, intro=INTRO, **texts)

    def _secret_page(self, request: HttpRequest, webhook: Webhook, secret: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "The secret",
            "webhook": webhook,
            "secret": secret,
        }
        return TemplateResponse(request, "desk/webhook_secret.html", context)
