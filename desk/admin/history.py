"""What has been decided, for leads and administrators to read."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from desk.admin.evidence_copies import OCTETS, CopyPages, as_download, evidence_seen_by
from desk.admin.pages import row_path
from desk.admin.records import ReadOnlyAdmin
from desk.coding_sight import adopted_shown_to, codings_shown_to
from desk.reviews import verdicts_shown_to
from desk.staff import staff_of
from desk.uploads import extension_of
from forecasts.models import (
    AdoptedRange,
    Amendment,
    Assignment,
    BlindnessLift,
    Coding,
    Evidence,
    EvidenceCopy,
    Resolution,
    Verdict,
)
from forecasts.templatetags.differences import difference

TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "txt": "text/plain; charset=utf-8",
}
COLLECTED = ("collected_by", "collected_at")
QUESTION = ("question__title", "question__slug")


@admin.register(Resolution)
class ResolutionAdmin(ReadOnlyAdmin[Resolution]):
    """Rulings."""

    list_display = ("question", "answer", "basis", "known_at", "resolved_at", "in_force")
    list_select_related = ("question", "resolved_by")
    list_filter = ("answer", "basis", "question__synthetic")
    search_fields = QUESTION
    date_hierarchy = "resolved_at"

    @admin.display(boolean=True)
    def in_force(self, row: Resolution) -> bool:
        return row.superseded_at is None


@admin.register(Amendment)
class AmendmentAdmin(ReadOnlyAdmin[Amendment]):
    """Amendments."""

    fields = ("question", "field", "change", "reason", "amended_at", "amended_by")
    list_display = ("question", "field", "amended_at", "amended_by")
    list_select_related = ("question", "amended_by")
    list_filter = ("field",)
    search_fields = QUESTION

    @admin.display(description="Change")
    def change(self, row: Amendment) -> SafeString:
        return difference(row)


@admin.register(BlindnessLift)
class BlindnessLiftAdmin(ReadOnlyAdmin[BlindnessLift]):
    """Questions whose reviewers may read the forecasts first."""

    list_display = ("question", "lead", "lifted_at")
    list_select_related = ("question", "lead")
    search_fields = QUESTION
    date_hierarchy = "lifted_at"


@admin.register(Verdict)
class VerdictAdmin(ReadOnlyAdmin[Verdict]):
    """Verdicts that cannot sway somebody who has not answered yet."""

    list_display = ("question", "reviewer", "answer", "known_at", "given_at", "withdrawn_at")
    list_select_related = ("question", "reviewer")
    list_filter = ("answer", "question__synthetic")
    search_fields = QUESTION

    def get_queryset(self, request: HttpRequest) -> QuerySet[Verdict]:
        return verdicts_shown_to(staff_of(request)).order_by("-given_at", "-pk")


@admin.register(Evidence)
class EvidenceAdmin(CopyPages):
    """Evidence, with its files to download and the copies of its links."""

    fields = (
        *("verdict", "resolution", "question", "url", "copy_state", "download", "sha256"),
        *COLLECTED,
    )
    list_display = ("__str__", "verdict", "resolution", "question", "copy_state", "sha256")
    list_select_related = ("verdict__question", "resolution__question", "question", "copy")
    list_filter = ("copy__state",)
    search_fields = (
        *("url", "file_name", "question__title"),
        *("verdict__question__title", "resolution__question__title"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        shown = verdicts_shown_to(staff_of(request))
        # What a lead's ruling rests on is public, and what was collected is for all to see.
        open_ones = Q(resolution__isnull=False) | Q(question__isnull=False)
        return Evidence.objects.filter(open_ones | Q(verdict__in=shown)).order_by("-pk")

    def get_urls(self) -> list[URLPattern]:
        return [row_path(self, "file", self.file_view), *super().get_urls()]

    @admin.display(description="File")
    def download(self, row: Evidence) -> SafeString | str:
        if not row.file:
            return ""
        url = reverse("admin:forecasts_evidence_file", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, row.file_name)

    @admin.display(description="Copy")
    def copy_state(self, row: Evidence) -> SafeString | str:
        copy: EvidenceCopy | None = getattr(row, "copy", None)
        if not row.url:
            return ""
        url = reverse("admin:forecasts_evidence_copy", args=[row.pk])
        state = copy.get_state_display().lower() if copy else "waiting"
        return format_html('<a href="{}">{}</a>', url, state)

    def file_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """The file, never shown inside our own pages."""
        evidence = evidence_seen_by(self, request, pk)
        if not evidence.file:
            raise Http404
        try:
            content = evidence.file.open("rb")
        except FileNotFoundError as error:
            msg = "The file is not where it was stored."
            raise Http404(msg) from error
        kind = extension_of([content.read(64)])
        content.seek(0)
        return as_download(content, evidence.file_name, TYPES.get(kind or "", OCTETS))


@admin.register(Coding)
class CodingAdmin(ReadOnlyAdmin[Coding]):
    """Codings, blind as coders are."""

    list_display = ("forecast", "coder", "low", "mid", "high", "coded_at")
    list_select_related = ("forecast__expert", "forecast__question", "coder")
    search_fields = ("forecast__expert__name", "forecast__question__title")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Coding]:
        return codings_shown_to(staff_of(request)).order_by("-coded_at", "-pk")


@admin.register(AdoptedRange)
class AdoptedRangeAdmin(ReadOnlyAdmin[AdoptedRange]):
    """Ranges that forecasts in words are scored with."""

    list_display = ("forecast", "low", "probability", "high", "n_codings", "adopted_at")
    list_select_related = ("forecast__expert", "forecast__question")
    search_fields = ("forecast__expert__name", "forecast__question__title")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AdoptedRange]:
        return adopted_shown_to(staff_of(request))


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin[Assignment]):
    """Who was asked to answer what."""

    list_display = ("question", "reviewer", "assigned_at", "closed_at")
    list_select_related = ("question", "reviewer")
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    search_fields = (*QUESTION, "reviewer__username")
