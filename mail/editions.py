"""An issue as it goes to all who chose the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mail.content.digests import CorrectionNews, DigestContent
from mail.rendering import render_mail

# Take the places of addresses that differ by reader, until the mail is sent.
UNSUBSCRIBE_MARK = "%%UNSUBSCRIBE%%"
PREFERENCES_MARK = "%%PREFERENCES%%"


@dataclass(frozen=True, slots=True)
class SelectionFilter:
    """News on any of these topics or of any of these experts, by slug."""

    topics: frozenset[str] = frozenset()
    experts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RenderedEdition:
    """A mail's subject, its two complete parts, and its pictures as PNG by name."""

    subject: str
    text: str
    html: str
    pictures: dict[str, bytes] = field(default_factory=dict)


def selected(content: DigestContent, selection: SelectionFilter | None) -> DigestContent:
    """The news that somebody chose; None: all."""
    return content


def render_edition(
    content: DigestContent,
    *,
    selection: SelectionFilter | None,
    locale: str,
    corrections: Sequence[CorrectionNews] = (),
) -> RenderedEdition:
    """The issue as those who made these choices get it, with what is put right for them."""
    context = {
        "digest": selected(content, selection),
        "corrections": corrections,
        "unsubscribe_link": UNSUBSCRIBE_MARK,
    }
    mail = render_mail("digest", context)
    return RenderedEdition(mail.subject, mail.text, mail.html)
