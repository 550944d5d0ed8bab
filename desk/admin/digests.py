"""Issues of the digest: what became of them, hold and let go. Leads and administrators."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from desk.admin.pages import form_page, row_for, row_path, to_row
from desk.admin.records import ReadOnlyAdmin
from desk.digest_pages import note_view, preview_frame, preview_view
from desk.forms import ServiceForm
from desk.staff import staff_of
from desk.templatetags.desk import moment
from forecasts.models import User
from mail.issues.counts import IssueCounts, counts_of_issues, reasons_of, uncertain_of
from mail.issues.holds import hold_digest, hold_mark, release_digest
from mail.models import Digest

VIEW = "mail.view_digest"
INTRO = "desk/webhook_intro.html"


class HoldForm(ServiceForm, forms.Form):
    """Nothing to type."""

    def hold(self, digest: Digest, user: User, as_of: datetime) -> bool:
        """Hand it in; False where it was refused."""
        held = self.submit(lambda: hold_digest(digest=digest, by=user, as_of=as_of))
        return held is not None

    def release(self, digest: Digest, user: User, seen: str) -> bool:
        """Hand it in; False where it was refused."""
        return self.submit(lambda: release_digest(digest=digest, seen=seen, by=user)) is not None


class IssueList(ChangeList):
    """The issues of a page with their counts, read together."""

    def get_results(self, request: HttpRequest) -> None:
        """As the admin reads them, and their counts."""
        super().get_results(request)
        rows = list(self.result_list)
        counts = counts_of_issues([row.pk for row in rows])
        for row in rows:
            vars(row)["counts"] = counts[row.pk]


def _count(name: str, description: str) -> Any:
    @admin.display(description=description)
    def shown(_: Any, row: Digest) -> str:
        return f"{getattr(vars(row)['counts'], name):,}"

    return shown


@admin.register(Digest)
class DigestAdmin(ReadOnlyAdmin[Digest]):
    """Weekly issues."""

    fields = ("week", "starts_at", "as_of", "made_at", "queued_at", "stands")
    readonly_fields = ("stands",)
    list_display = (
        *("week", "as_of", "n_readers", "n_sent", "n_waiting", "n_failed"),
        *("n_uncertain", "n_left", "stands"),
    )
    list_select_related = ("held_by",)
    search_fields = ("week",)
    change_list_template = "desk/digest_change_list.html"
    change_form_template = "desk/digest_change_form.html"

    n_readers = _count("n_readers", "Readers")
    n_sent = _count("n_sent", "Sent")
    n_waiting = _count("n_waiting", "Waiting")
    n_failed = _count("n_failed", "Failed")
    n_uncertain = _count("n_uncertain", "Uncertain")
    n_left = _count("n_left", "Unsubscribed")

    def get_urls(self) -> list[URLPattern]:
        pages = {"preview": preview_view, "preview_html": preview_frame, "note": note_view}
        own = [
            path(
                f"{name.replace('_', '-')}/",
                self.admin_site.admin_view(view),
                name=f"mail_digest_{name}",
            )
            for name, view in pages.items()
        ]
        rows = [
            row_path(self, "hold", self.hold_view),
            row_path(self, "release", self.release_view),
        ]
        return [*own, *rows, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Digest]:
        return super().get_queryset(request).select_related("held_by").defer("content")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return IssueList

    @admin.display(description="State")
    def stands(self, row: Digest) -> str | SafeString:
        if row.held_at is not None:
            return format_html("held by {} since {}", row.held_by, moment(row.held_at))
        return "queued" if row.queued_at else "being queued"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The issue with what became of it; readers by name for administrators only."""
        row = self.get_object(request, unquote(object_id))
        more = {}
        if row is not None and self.has_view_permission(request, row):
            is_shown = staff_of(request).has_perm("mail.view_delivery")
            more = {
                "counts": counts_of_issues([row.pk]).get(row.pk, IssueCounts()),
                "reasons": reasons_of(row),
                "uncertain": uncertain_of(row) if is_shown else None,
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def hold_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send nothing more of it."""
        digest: Digest = row_for(self, request, pk, VIEW)
        form = HoldForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and form.hold(digest, staff_of(request), timezone.now()):
            self.log_change(request, digest, "Held.")
            return to_row(request, digest, "Nothing more of it is sent until somebody lets it go.")
        explanation = (
            "Nothing more of this issue is sent, and the archive does not show it, until a lead or "
            "an administrator lets it go. What has been sent cannot be called back."
        )
        texts = {"title": "Hold", "button": "Hold this issue", "explanation": explanation}
        return form_page(self, request, form, digest, intro=INTRO, **texts)

    def release_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send what waits of it."""
        digest: Digest = row_for(self, request, pk, VIEW)
        form = HoldForm(request.POST if request.method == "POST" else None)
        seen = request.POST.get("version", "")
        if form.is_valid() and form.release(digest, staff_of(request), seen):
            self.log_change(request, digest, "Let go.")
            return to_row(request, digest, "What waits of it is sent from now on.")
        n_waiting = counts_of_issues([digest.pk])[digest.pk].n_waiting
        waiting = f"{n_waiting:,}"
        explanation = format_html("It is {}. Waiting mails: {}.", self.stands(digest), waiting)
        texts = {"title": "Let go", "button": "Let it go", "explanation": explanation}
        mark = hold_mark(digest)
        return form_page(self, request, form, digest, intro=INTRO, version=mark, **texts)
