"""What an issue says, or is about to say, to somebody; nothing is stored."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mail.content.digests import CorrectionNews, DigestContent, SelectionFilter
from mail.content.freezing import thawed
from mail.content.selections import news_for
from mail.correcting import corrections_for, errata_at
from mail.digesting import week_content
from mail.editions import PREFERENCES, UNSUBSCRIBE, RenderedEdition, render_edition
from mail.fanouts import filter_of
from mail.headlines import preview_of
from mail.links import site_link
from mail.models import Digest, Subscriber
from mail.weeks import Week


@dataclass(frozen=True, slots=True)
class Preview:
    """An issue as those get it who chose the same."""

    week: Week
    as_of: datetime
    is_made: bool
    """Whether it is frozen as it stands; otherwise it goes on changing until it is made."""
    subject: str
    preview_text: str
    text: str
    html: str
    pictures: dict[str, bytes]

    @property
    def html_alone(self) -> str:
        """The HTML with its pictures in it."""
        return with_pictures(self.html, self.pictures)


def preview_issue(
    week: Week, *, selection: SelectionFilter | None = None, locale: str, as_of: datetime
) -> Preview:
    """The issue of a week for whoever chose this; of one that is not made, what is known by then.

    Its links for leaving and for choosing lead nowhere in particular.
    """
    content, is_made = _content_of(week, as_of)
    return _preview(content, selection, locale, is_made=is_made)


def preview_for(week: Week, subscriber: Subscriber, *, as_of: datetime) -> Preview:
    """The issue of a week for one subscriber, with what is put right of what they were sent."""
    content, is_made = _content_of(week, as_of)
    wrong = corrections_for([subscriber], errata_at(content.as_of), as_of=content.as_of)
    selection = filter_of(subscriber.selection)
    found = wrong.get(subscriber.pk, ())
    return _preview(content, selection, subscriber.locale, found, is_made=is_made)


def with_pictures(html: str, pictures: Mapping[str, bytes]) -> str:
    """With each picture in the place that names it."""
    for name, png in pictures.items():
        data = base64.b64encode(png).decode()
        html = html.replace(f"cid:{name}", f"data:image/png;base64,{data}")
    return html


def _content_of(week: Week, as_of: datetime) -> tuple[DigestContent, bool]:
    made = Digest.objects.filter(week=str(week), as_of__lte=as_of).first()
    return (thawed(made.content), True) if made else (week_content(week, as_of=as_of), False)


def _preview(
    content: DigestContent,
    selection: SelectionFilter | None,
    locale: str,
    corrections: Sequence[CorrectionNews] = (),
    *,
    is_made: bool,
) -> Preview:
    mail: RenderedEdition = render_edition(
        content, selection=selection, locale=locale, corrections=corrections
    )
    return Preview(
        week=Week.parse(content.week),
        as_of=content.as_of,
        is_made=is_made,
        subject=mail.subject,
        preview_text=preview_of(news_for(content, selection), locale),
        text=_without_marks(mail.text),
        html=_without_marks(mail.html),
        pictures=mail.pictures,
    )


def _without_marks(body: str) -> str:
    """Nobody's own addresses: they would let whoever sees the preview act for a reader."""
    for mark in (UNSUBSCRIBE, PREFERENCES):
        body = body.replace(mark, site_link("web:subscribe"))
    return body
