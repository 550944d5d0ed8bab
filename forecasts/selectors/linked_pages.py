"""Linked pages: what evidence in public links to, and the copies kept of it."""

from dataclasses import dataclass
from datetime import datetime

from forecasts.models import Evidence, EvidenceCopy, Question
from forecasts.selectors.grounds import evidence_in_force

WAITING, KEPT, FAILED = "waiting", "kept", "failed"
STATES = (WAITING, KEPT, FAILED)
"""As the public sees a copy; one that is being fetched is one that waits."""


@dataclass(frozen=True, slots=True)
class LinkedPage:
    """A link, and what is known of its copy."""

    url: str
    state: str
    """One of STATES; a link without a row yet is waiting for one."""
    reason: str = ""
    """Why it could not be kept; empty unless it failed."""
    sha256: str = ""
    kept_at: datetime | None = None
    media_type: str = ""


def linked_pages(question: Question) -> tuple[LinkedPage, ...]:
    """Each link of the ruling in force, once for each content that was kept of it.

    Links that several people gave are fetched for each of them; the earliest of equal copies
    counts. A link of which something is kept is not listed as failed, too.
    """
    found: dict[str, list[LinkedPage]] = {}
    for item in evidence_in_force(question):
        if item.url:
            found.setdefault(item.url, []).append(_page(item))
    return tuple(page for pages in found.values() for page in _distinct(pages))


def _page(item: Evidence) -> LinkedPage:
    copy: EvidenceCopy | None = getattr(item, "copy", None)
    if copy is not None and copy.state == EvidenceCopy.State.FAILED:
        return LinkedPage(item.url, FAILED, reason=copy.reason)
    if copy is None or copy.state != EvidenceCopy.State.KEPT:
        return LinkedPage(item.url, WAITING)
    return LinkedPage(
        item.url, KEPT, sha256=copy.sha256, kept_at=copy.kept_at, media_type=copy.media_type
    )


def _distinct(pages: list[LinkedPage]) -> list[LinkedPage]:
    kept = sorted((page for page in pages if page.kept_at), key=_kept_at)
    if kept:
        by_content = {page.sha256: page for page in reversed(kept)}
        return sorted(by_content.values(), key=_kept_at)
    waiting = [page for page in pages if page.state == WAITING]
    return [*waiting, *pages][:1]


def _kept_at(page: LinkedPage) -> str:
    return page.kept_at.isoformat() if page.kept_at else ""
