"""The archive of issues: what every reader of everything was told, as it was frozen."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mail.content.digests import DigestContent, Mover
from mail.content.freezing import thawed
from mail.headlines import preview_of, subject_of
from mail.issues.archives import archived_digests
from mail.pictures import ReliabilityPlot

PER_PAGE = 20
LOCALE = "en-gb"


@dataclass(frozen=True, slots=True)
class ListedIssue:
    """An issue in the list."""

    content: DigestContent
    subject: str
    preview: str


@dataclass(frozen=True, slots=True)
class DrawnMover:
    """A mover with its picture, where it has one."""

    mover: Mover
    plot: ReliabilityPlot | None


@require_safe
def digests_page(request: HttpRequest) -> HttpResponse:
    """All issues, the newest first."""
    page = Paginator(archived_digests(), PER_PAGE).get_page(request.GET.get("page"))
    issues = [_listed(thawed(row.content)) for row in page]
    return render(request, "web/digests.html", {"page": page, "issues": issues})


@require_safe
def digest_page(request: HttpRequest, week: str) -> HttpResponse:
    """One issue, whole: nothing is cut, and nothing in it is for one reader only."""
    row = archived_digests().filter(week=week).first()
    if row is None:
        raise Http404
    content = thawed(row.content)
    neighbours = archived_digests().order_by().only("week")
    context = {
        "digest": content,
        "subject": subject_of(content),
        "movers": [_drawn(mover) for mover in content.movers],
        "locale": LOCALE,
        "before": neighbours.filter(as_of__lt=row.as_of).order_by("-as_of").first(),
        "after": neighbours.filter(as_of__gt=row.as_of).order_by("as_of").first(),
    }
    return render(request, "web/digest.html", context)


def _listed(content: DigestContent) -> ListedIssue:
    return ListedIssue(content, subject_of(content), preview_of(content, LOCALE))


def _drawn(mover: Mover) -> DrawnMover:
    plot = None if mover.reliability is None else ReliabilityPlot.of(mover.reliability)
    return DrawnMover(mover, plot)
