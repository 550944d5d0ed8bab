"""Importing a file: a look at what it would do, row by row, and then just that."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from desk.forms import ServiceForm
from desk.ids import id_of
from desk.staff import staff_of
from desk.uploads import harmless
from forecasts.imports.files import ENCODINGS, UTF_8
from forecasts.imports.reports import KINDS, MOST_SHOWN
from forecasts.imports.rows import Format
from forecasts.imports.shapes import SHAPES
from forecasts.models import ImportDraft, User
from forecasts.refusals import DraftChangedError, DraftGoneError
from forecasts.services.import_drafts import (
    MOST_BYTES,
    MOST_ROWS,
    discard_draft,
    draft_import,
    import_draft,
)
from forecasts.services.roles import CODERS

BY_ENDING = "as its name ends"
AROUND_THE_FILE = 64 * 1024
TABLES = [(name, shape.title) for name, shape in SHAPES.items()]
FORMATS = [("", BY_ENDING), ("csv", "CSV"), ("json", "JSON"), ("jsonl", "JSON Lines")]
HEADINGS = {
    "new": "to record",
    "changed": "to change",
    "unchanged": "recorded already",
    "refused": "refused",
}


class UploadForm(ServiceForm, forms.Form):
    """A file, and what it is."""

    table = forms.ChoiceField(label="What it holds", choices=TABLES)
    file = forms.FileField(
        label="File",
        help_text=f"CSV, JSON or JSON Lines; at most {MOST_BYTES // 2**20} MB and "
        f"{MOST_ROWS:,} rows. For more there is manage.py import_records.",
        widget=forms.ClearableFileInput({"accept": ".csv,.json,.jsonl,.ndjson"}),
    )
    format = forms.ChoiceField(label="Written as", choices=FORMATS, required=False)
    encoding = forms.ChoiceField(choices=list(ENCODINGS.items()), initial=UTF_8)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        file: UploadedFile | None = typed.get("file")
        if file is None:
            return typed
        if (file.size or 0) > MOST_BYTES:
            self.add_error("file", f"This file has more than {MOST_BYTES // 2**20} MB.")
        ending = (file.name or "").rpartition(".")[2].lower()
        written = typed.get("format") or {"ndjson": "jsonl"}.get(ending, ending)
        if written not in set(Format):
            self.add_error("format", "Its name does not say how it is written: choose.")
        return typed | {"format": written}

    def draft(self, user: User) -> ImportDraft | None:
        """Keep the file; None where it was refused."""
        typed = self.cleaned_data
        return self.submit(
            lambda: draft_import(
                table=typed["table"],
                format_=Format(typed["format"]),
                encoding=typed["encoding"],
                name=harmless(typed["file"].name),
                content=typed["file"].read(),
                by=user,
                as_of=timezone.now(),
            )
        )


class ConfirmForm(ServiceForm, forms.Form):
    """Which file was looked at, and what it would have done."""

    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, draft: ImportDraft | None, data: Any = None) -> None:
        shown = {"sha256": draft.sha256, "fingerprint": draft.fingerprint} if draft else {}
        super().__init__(data, initial=shown)

    def import_(self, draft_id: int, user: User) -> Any:
        """Hand it in; the report, or None where it was refused."""
        typed = self.cleaned_data
        return self.submit(
            lambda: import_draft(
                draft_id=draft_id,
                sha256_=typed["sha256"],
                fingerprint=typed["fingerprint"],
                by=user,
                as_of=timezone.now(),
            )
        )


def import_page(request: HttpRequest) -> HttpResponse:
    """Upload a file; or, with a draft, see what its import would do, and do it."""
    user = staff_of(request)
    if not user.has_role(*CODERS):
        raise PermissionDenied
    draft_id = id_of(request.GET.get("draft", ""))
    if draft_id is None:
        return _upload(request, user)
    if request.POST.get("action") == "discard":
        discard_draft(draft_id=draft_id, by=user)
        messages.success(request, "The file is discarded; nothing was imported.")
        return HttpResponseRedirect(reverse("admin:import"))
    if request.method == "POST":
        return _import(request, user, draft_id)
    draft = ImportDraft.objects.filter(pk=draft_id, user=user).first()
    return _draft_page(request, draft) if draft else _gone(request, str(DraftGoneError()))


# An attribute for desk.sites: more than this is never read.
import_page.most_bytes = MOST_BYTES + AROUND_THE_FILE  # type: ignore[attr-defined]


def _upload(request: HttpRequest, user: User) -> HttpResponse:
    is_sent = request.method == "POST"
    form = UploadForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, label_suffix=""
    )
    if is_sent and form.is_valid() and (draft := form.draft(user)):
        return HttpResponseRedirect(f"{reverse('admin:import')}?draft={draft.pk}")
    context = {
        **admin.site.each_context(request),
        "title": "Import records from a file",
        "form": form,
        "shapes": SHAPES.values(),
    }
    return TemplateResponse(request, "desk/import.html", context)


def _import(request: HttpRequest, user: User, draft_id: int) -> HttpResponse:
    form = ConfirmForm(None, request.POST)
    report = form.import_(draft_id, user) if form.is_valid() else None
    if report is not None and report.is_kept:
        said = ", ".join(f"{count:,} {kind}" for kind, count in report.numbers().items() if count)
        messages.success(request, f"Imported: {said}.")
        return HttpResponseRedirect(reverse("admin:index"))
    draft = ImportDraft.objects.filter(pk=draft_id, user=user).first()
    if draft is None:
        return _gone(request, str(DraftGoneError()))
    if report is None:
        why = " ".join(map(str, form.non_field_errors())) or str(DraftChangedError())
    else:
        why = "Nothing was imported: what it would do has changed since you looked. See below."
    return _draft_page(request, draft, why=why, status=409)


def _gone(request: HttpRequest, why: str) -> HttpResponse:
    messages.warning(request, why)
    return HttpResponseRedirect(reverse("admin:import"))


def _draft_page(
    request: HttpRequest, draft: ImportDraft, *, why: str = "", status: int = 200
) -> HttpResponse:
    counts, shown = draft.report["counts"], draft.report["shown"]
    kinds = [(kind, counts[kind], HEADINGS[kind], shown[kind]) for kind in reversed(KINDS)]
    context = {
        **admin.site.each_context(request),
        "title": f"Import {draft.name}",
        "draft": draft,
        "form": ConfirmForm(draft),
        "kinds": kinds,
        "unit": Format(draft.format).unit,
        "most": MOST_SHOWN,
        "why": why,
        "n_to_do": counts["new"] + counts["changed"],
    }
    return TemplateResponse(request, "desk/import_draft.html", context, status=status)
