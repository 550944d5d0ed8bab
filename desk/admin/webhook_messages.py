"""The log of webhooks: each message with its tries, to be sent again."""

import json

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from desk.admin.pages import form_page, row_for, row_path, to_row
from desk.admin.records import ReadOnlyAdmin
from desk.forms import ServiceForm
from desk.staff import staff_of
from forecasts.exceptions import RuleBrokenError
from forecasts.models import User
from mail.models import WebhookMessage
from mail.webhooks.messages import redeliver_messages

VIEW = "mail.view_webhookmessage"
MAX_ROWS = 500
REPEATED = "It keeps its id, so a receiver that drops repeats drops it, unless it never got it."


class ResendForm(ServiceForm, forms.Form):
    """Nothing to type."""

    def resend(self, message: WebhookMessage, user: User) -> int | None:
        """Hand it in; None where it was refused."""
        rows = WebhookMessage.objects.filter(pk=message.pk)
        return self.submit(lambda: redeliver_messages(messages=rows, by=user, as_of=timezone.now()))


@admin.register(WebhookMessage)
class WebhookMessageAdmin(ReadOnlyAdmin[WebhookMessage]):
    """What was sent, what waits, and what failed."""

    fields = (
        *("webhook", "kind", "number", "uid", "state", "n_attempts", "made_at", "not_before"),
        *("delivered_at", "content"),
    )
    readonly_fields = ("content",)
    list_display = ("__str__", "webhook", "state", "n_attempts", "made_at", "delivered_at")
    list_select_related = ("webhook",)
    list_filter = ("state", "webhook", "kind")
    search_fields = ("uid",)
    change_form_template = "desk/webhook_message_change_form.html"
    actions = ("send_again",)

    def get_urls(self) -> list[URLPattern]:
        return [row_path(self, "resend", self.resend_view), *super().get_urls()]

    @admin.display(description="Body")
    def content(self, row: WebhookMessage) -> SafeString:
        text = json.dumps(json.loads(row.body), ensure_ascii=False, indent=2)
        return format_html('<pre class="mail-text">{}</pre>', text)

    def resend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One message once more."""
        message: WebhookMessage = row_for(self, request, pk, VIEW)
        form = ResendForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and form.resend(message, staff_of(request)):
            return to_row(request, message, "The message goes out within half a minute.")
        texts = {"title": "Send again", "button": "Send again", "explanation": REPEATED}
        return form_page(self, request, form, message, intro="desk/webhook_intro.html", **texts)

    @admin.action(description="Send again…")
    def send_again(
        self, request: HttpRequest, rows: QuerySet[WebhookMessage]
    ) -> HttpResponse | None:
        """Many at once, after a look at how many."""
        if "confirmed" not in request.POST:
            return self._confirm_page(request, rows)
        try:
            n = redeliver_messages(messages=rows, by=staff_of(request), as_of=timezone.now())
        except RuleBrokenError as error:
            messages.warning(request, str(error))
        else:
            told = f"{n} message{'' if n == 1 else 's'} will be sent again, the oldest first."
            messages.success(request, told)
        return None

    def _confirm_page(self, request: HttpRequest, rows: QuerySet[WebhookMessage]) -> HttpResponse:
        oldest = rows.order_by("pk").values_list("pk", flat=True)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Send again",
            "ids": list(oldest[:MAX_ROWS]),
            "n_chosen": rows.count(),
            "name": ACTION_CHECKBOX_NAME,
            "explanation": REPEATED,
        }
        return TemplateResponse(request, "desk/webhook_resend.html", context)
