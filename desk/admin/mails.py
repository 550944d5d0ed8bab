"""Mail: the outbox with what was sent, prompts, digests, subscribers. Administrators only."""

from typing import Any
from zoneinfo import available_timezones

from csp.decorators import csp_replace, csp_update
from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_sameorigin

from desk.admin.pages import row_for, row_path
from desk.admin.records import ReadOnlyAdmin, RecordAdmin
from desk.frames import MAIL_POLICY, SELF, framed
from mail.issues.previews import with_pictures
from mail.models import Delivery, Heartbeat, Prompt, Subscriber
from mail.outbox import decide_uncertain
from mail.sending import body_of, message_id

ZONES = [(zone, zone) for zone in sorted(available_timezones())]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin[Delivery]):
    """The outbox."""

    fields = ("key", "kind", "state", "not_before", "sent_at", "attempts", "error")
    list_display = ("subject", "kind", "recipient", "state", "created_at", "sent_at")
    list_select_related = ("user", "subscriber")
    list_filter = ("state", "kind")
    search_fields = ("subject", "key", "user__email", "subscriber__email")
    change_form_template = "desk/delivery_change_form.html"
    actions = ("send_again", "mark_sent")

    @admin.action(description="Uncertain or failed: send again (who got it gets it twice)")
    def send_again(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        """For mails of which it turned out that they did not arrive."""
        self._decide(request, rows, resend=True)

    @admin.action(description="Uncertain: it arrived")
    def mark_sent(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        """For mails that the mail server's log shows as taken."""
        self._decide(request, rows, resend=False)

    def _decide(self, request: HttpRequest, rows: QuerySet[Delivery], *, resend: bool) -> None:
        n = decide_uncertain(deliveries=rows, resend=resend, as_of=timezone.now())
        what = "put back to be sent" if resend else "marked as sent"
        self.message_user(request, f"{n} mail{'' if n == 1 else 's'} {what}.")

    def get_urls(self) -> list[URLPattern]:
        return [row_path(self, "html", self.html_view), *super().get_urls()]

    @admin.display(description="To")
    def recipient(self, row: Delivery) -> str:
        reader = row.user or row.subscriber
        return reader.email if reader else "not shown"

    @method_decorator(csp_update({"frame-src": SELF}))
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The mail as it was frozen, with what is put in when it is sent."""
        row = self.get_object(request, unquote(object_id))
        more: dict[str, Any] = {}
        if row is not None and self.has_view_permission(request, row):
            more = {"body": body_of(row, {}), "message_id": message_id(row.key)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    @method_decorator(csp_replace(MAIL_POLICY))
    @method_decorator(xframe_options_sameorigin)
    def html_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The HTML part alone, for the frame."""
        delivery: Delivery = row_for(self, request, pk, "mail.view_delivery")
        if delivery.kind == Delivery.Kind.CODE:
            return HttpResponse("<!DOCTYPE html><title>Code</title>A code is not shown.")
        body = body_of(delivery)
        if not body.html:
            return HttpResponse("<!DOCTYPE html><title>Text</title>This mail is text only.")
        return HttpResponse(framed(with_pictures(body.html, body.pictures)))


@admin.register(Prompt)
class PromptAdmin(ReadOnlyAdmin[Prompt]):
    """Checks of due questions."""

    list_display = ("question", "kind", "day", "due_at", "answered_at", "cancelled_at")
    list_select_related = ("question",)
    list_filter = ("kind",)
    search_fields = ("question__title", "question__slug", "askings__reviewer__username")
    date_hierarchy = "due_at"


class SubscriberForm(forms.ModelForm[Subscriber]):
    """A subscriber, with the zone chosen from a list."""

    time_zone = forms.ChoiceField(choices=ZONES, initial="UTC")


@admin.register(Subscriber)
class SubscriberAdmin(RecordAdmin[Subscriber]):
    """Who gets the digest."""

    form = SubscriberForm
    fields = ("email", "time_zone", "confirmed_at", "unsubscribed_at", "suppressed_at")
    list_display = ("email", "time_zone", "confirmed_at", "unsubscribed_at", "suppressed_at")
    search_fields = ("email",)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin[Heartbeat]):
    """Signs of life of the scheduled jobs."""

    list_display = ("job", "beaten_at")
