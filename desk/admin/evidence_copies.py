"""Pages beside evidence: the copy of a linked page, to read, to download, to ask for again."""

import hashlib
from typing import Any

from csp.constants import NONE
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone

from desk.admin.pages import row_path
from desk.admin.records import ReadOnlyAdmin
from desk.staff import staff_of
from desk.uploads import extension_of
from forecasts.exceptions import RuleBrokenError
from forecasts.models import Evidence, EvidenceCopy
from forecasts.services.evidence_copies import retry_copy

FILE_POLICY = {"default-src": [NONE], "script-src": [NONE], "sandbox": True}
# Reviewers have no list of evidence, but links to what they may see.
SEES_FILES = ("forecasts.view_evidence", "desk.view_duequestion")
PLAIN = "text/plain; charset=utf-8"
OCTETS = "application/octet-stream"


def evidence_seen_by(admin: ReadOnlyAdmin[Evidence], request: HttpRequest, pk: int) -> Evidence:
    """The evidence, for whoever may see it. Raises PermissionDenied, Http404."""
    if not any(map(staff_of(request).has_perm, SEES_FILES)):
        raise PermissionDenied
    evidence = admin.get_queryset(request).select_related("copy").filter(pk=pk).first()
    if evidence is None:
        raise Http404
    return evidence


def as_download(content: Any, name: str, content_type: str) -> FileResponse:
    """A file that no browser shows or runs inside our own pages."""
    response = FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    vars(response)["_csp_replace"] = FILE_POLICY  # what csp_replace sets, too
    return response


class CopyPages(ReadOnlyAdmin[Evidence]):
    """What the admin of evidence knows of copies."""

    def get_urls(self) -> list[URLPattern]:
        paths = [
            row_path(self, "copy", self.copy_view),
            row_path(self, "received", self.received_view),
        ]
        return [*paths, *super().get_urls()]

    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What was kept of a page, as text; a POST asks for it once more."""
        evidence = evidence_seen_by(self, request, pk)
        if not evidence.url:
            raise Http404
        copy: EvidenceCopy | None = getattr(evidence, "copy", None)
        if request.method == "POST" and copy is not None:
            _retry(request, copy)
            return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,
            "opts": self.opts,
            "title": "Copy of a linked page",
            "evidence": evidence,
            "copy": copy,
            "is_intact": copy is not None and bool(copy.file) and _is_intact(copy),
        }
        return TemplateResponse(request, "desk/copy.html", context)

    def received_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """The bytes as they were received, as a download under a name that runs nowhere."""
        evidence = evidence_seen_by(self, request, pk)
        copy: EvidenceCopy | None = getattr(evidence, "copy", None)
        if copy is None or not copy.file:
            raise Http404
        try:
            content = copy.file.open("rb")
        except FileNotFoundError as error:
            msg = "The file is not where it was stored."
            raise Http404(msg) from error
        kind = extension_of(content.chunks()) or "bin"
        content.seek(0)
        return as_download(content, f"copy-{pk}.{kind}", PLAIN if kind == "txt" else OCTETS)


def _retry(request: HttpRequest, copy: EvidenceCopy) -> None:
    try:
        retry_copy(copy=copy, by=staff_of(request), as_of=timezone.now())
    except RuleBrokenError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "The page will be asked for once more, within a minute or so.")


def _is_intact(copy: EvidenceCopy) -> bool:
    try:
        with copy.file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == copy.sha256
    except OSError:
        return False
