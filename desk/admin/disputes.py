"""Disputes: what was said against a record, acknowledged or dismissed, and decided by a lead."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from desk.admin.pages import form_page, row_for, row_path, to_row
from desk.admin.records import ReadOnlyAdmin
from desk.dispute_sight import disputes_shown_to
from desk.forms import ServiceForm
from desk.ids import id_of
from desk.staff import staff_of
from desk.templatetags.desk import moment
from forecasts.models import Dispute, DisputeDecision, Role, User
from forecasts.selectors.disputes import has_another_lead, people_behind
from forecasts.services.disputes import acknowledge_dispute, decide_dispute, dismiss_dispute
from mail.models import DisputeContact

VIEW = "forecasts.view_dispute"
PUBLIC = "Shown in public, and mailed to the writer if they confirmed an address."


class AcknowledgeForm(ServiceForm, forms.Form):
    """Nothing to type: one press makes the dispute public."""

    def acknowledge(self, dispute: Dispute, lead: User) -> Dispute | None:
        """Hand it in; None where it was refused."""
        return self.submit(
            lambda: acknowledge_dispute(dispute=dispute, lead=lead, as_of=timezone.now())
        )


class DismissForm(ServiceForm, forms.Form):
    """Why this is no dispute."""

    aliases = {"dismissal_reason": "reason"}
    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea({"rows": 3, "class": "vLargeTextField"}),
        help_text="Kept here, never shown in public.",
    )

    def dismiss(self, dispute: Dispute, lead: User) -> Dispute | None:
        """Hand it in; None where it was refused."""
        reason = self.cleaned_data["reason"]
        return self.submit(
            lambda: dismiss_dispute(dispute=dispute, lead=lead, reason=reason, as_of=timezone.now())
        )


class DecideForm(ServiceForm, forms.Form):
    """The answer to a dispute."""

    outcome = forms.ChoiceField(choices=DisputeDecision.Outcome.choices, widget=forms.RadioSelect)
    answer = forms.CharField(
        max_length=4000,
        widget=forms.Textarea({"rows": 6, "class": "vLargeTextField"}),
        help_text=f"{PUBLIC} What has to be put right is a correction of its own.",
    )

    def decide(self, dispute: Dispute, lead: User, version: str) -> DisputeDecision | None:
        """Hand it in; None where it was refused. version: the decision that was read."""
        return self.submit(
            lambda: decide_dispute(
                dispute=dispute,
                lead=lead,
                replaces=id_of(version),
                as_of=timezone.now(),
                **self.cleaned_data,
            )
        )


class StandFilter(admin.SimpleListFilter):
    """Where disputes stand; what waits for a lead comes first."""

    title = "where it stands"
    parameter_name = "stand"
    PARTS: ClassVar[dict[str, dict[str, Any]]] = {
        "new": {"acknowledged_at": None, "dismissed_at": None},
        "open": {"acknowledged_at__isnull": False, "decided_at": None},
        "decided": {"decided_at__isnull": False},
        "dismissed": {"dismissed_at__isnull": False},
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(name, name.capitalize()) for name in self.PARTS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dispute]) -> QuerySet[Dispute]:
        return queryset.filter(**self.PARTS.get(self.value() or "", {}))


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin[Dispute]):
    """Disputes."""

    fields = (
        *("record_link", "text", "name", "speaks_as", "link", "received_at"),
        *("acknowledge_by", "acknowledged_at", "acknowledged_by", "decide_by", "decided_at"),
        *("dismissed_at", "dismissed_by", "dismissal_reason", "contact_address"),
    )
    list_display = ("__str__", "about", "stands", "due", "received_at")
    list_filter = (StandFilter,)
    ordering = ("decided_at", "dismissed_at", "received_at", "pk")
    search_fields = ("text", "name")
    change_form_template = "desk/dispute_change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dispute]:
        shown = disputes_shown_to(staff_of(request))
        return shown.select_related("acknowledged_by", "dismissed_by").order_by(*self.ordering)

    def get_urls(self) -> list[URLPattern]:
        own = [
            row_path(self, "acknowledge", self.acknowledge_view),
            row_path(self, "dismiss", self.dismiss_view),
            row_path(self, "decide", self.decide_view),
        ]
        return [*own, *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if staff_of(request).has_role(Role.LEAD):
            return self.fields
        return [name for name in self.fields if name != "contact_address"]

    @admin.display(description="About")
    def about(self, row: Dispute) -> str:
        text = f"{row.target}: {row.record}"
        return text if len(text) <= 100 else f"{text[:99]}…"

    @admin.display(description="About")
    def record_link(self, row: Dispute) -> SafeString:
        model = row.record._meta.model_name
        href = reverse(f"admin:forecasts_{model}_change", args=[row.record.pk])
        return format_html('{}: <a href="{}">{}</a>', row.target.capitalize(), href, row.record)

    @admin.display(description="Stands")
    def stands(self, row: Dispute) -> str:
        if row.dismissed_at is not None:
            return "dismissed"
        if row.decided_at is not None:
            return "decided"
        return "open" if row.is_open else "new"

    @admin.display(description="Due")
    def due(self, row: Dispute) -> str | SafeString:
        if row.dismissed_at is not None or row.decided_at is not None:
            return "–"  # noqa: RUF001  (a dash)
        by = row.decide_by if row.is_open else row.acknowledge_by
        what = "decide" if row.is_open else "acknowledge"
        if by > timezone.now():
            return format_html("{} by {}", what, moment(by))
        overdue = '<span class="pill pill-due">overdue</span> {} by {}'
        return format_html(overdue, what, moment(by))

    @admin.display(description="E-mail, never public")
    def contact_address(self, row: Dispute) -> str:
        contact = DisputeContact.objects.filter(dispute=row, erased_at=None).first()
        if contact is None:
            return "–"  # noqa: RUF001  (a dash)
        return f"{contact.email} ({'' if contact.confirmed_at else 'not '}confirmed)"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The dispute with its decisions, and what the reader may do."""
        dispute = self.get_object(request, object_id)
        context = _possible(dispute, staff_of(request)) if dispute else {}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def acknowledge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make it public."""
        dispute: Dispute = row_for(self, request, pk, VIEW)
        form = AcknowledgeForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and form.acknowledge(dispute, staff_of(request)):
            return to_row(request, dispute, "The dispute is acknowledged, and public.")
        texts = {"title": "Acknowledge", "button": "Acknowledge and publish"}
        return form_page(self, request, form, dispute, intro="desk/dispute_intro.html", **texts)

    def dismiss_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put it away, unpublished."""
        dispute: Dispute = row_for(self, request, pk, VIEW)
        form = DismissForm(request.POST or None)
        if form.is_valid() and form.dismiss(dispute, staff_of(request)):
            return to_row(request, dispute, "The dispute is dismissed; nothing was published.")
        texts = {"title": "Dismiss", "button": "Dismiss"}
        return form_page(self, request, form, dispute, intro="desk/dispute_intro.html", **texts)

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer it in public, for the first time or anew."""
        dispute: Dispute = row_for(self, request, pk, VIEW)
        form = DecideForm(request.POST or None)
        version = request.POST.get("version", "")
        if form.is_valid() and form.decide(dispute, staff_of(request), version):
            return to_row(request, dispute, "The decision is recorded, and public.")
        latest = dispute.decisions.in_force().first()
        texts = {
            "title": "Decide anew" if latest else "Decide",
            "button": "Record decision",
            "intro": "desk/dispute_intro.html",
            "version": str(latest.pk) if latest else "",
        }
        return form_page(self, request, form, dispute, **texts)


def _possible(dispute: Dispute, user: User) -> dict[str, Any]:
    """What the user may do with the dispute, and why not."""
    is_lead = user.has_role(Role.LEAD)
    is_new = dispute.acknowledged_at is None and dispute.dismissed_at is None
    is_own = user.pk in people_behind(dispute) and has_another_lead(dispute, user)
    return {
        "decisions": list(dispute.decisions.all()),
        "is_own_work": is_lead and is_own,
        "can_acknowledge": is_lead and is_new,
        "can_dismiss": is_lead and is_new and not is_own,
        "can_decide": is_lead and dispute.acknowledged_at is not None and not is_own,
    }
