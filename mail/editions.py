"""An issue as those get it who chose the same: subject, both bodies and the pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import Any

import mrml
from django.conf import settings
from django.template.loader import render_to_string

from mail.content.digests import CorrectionNews, DigestContent, SelectionFilter
from mail.content.selections import news_for
from mail.cuts import STEPS, Limits, ShownNews, picture_name, shown_news
from mail.headlines import preview_of, subject_of
from mail.links import site_link
from mail.pictures import reliability_picture
from mail.texts import wrapped

# The reader's own addresses take their place when a mail is sent.
UNSUBSCRIBE, PREFERENCES = "%%UNSUBSCRIBE%%", "%%PREFERENCES%%"
# What the templates write for them, so that nobody's words are taken for a mark.
_LINKS = {mark: f"https://{token_hex(16)}.invalid/" for mark in (UNSUBSCRIBE, PREFERENCES)}
WORD_JOINER = "\u2060"
# Gmail cuts mails off at 102 KB; the rest is for the addresses that take the place of the marks.
MOST_BYTES = 100_000
NOTHING = (
    "No news this week: nothing was resolved or recorded, no score changed, and nothing was "
    "corrected or disputed."
)
NOTHING_CHOSEN = NOTHING.replace("No news this week", "No news this week on what you chose")


@dataclass(frozen=True, slots=True)
class RenderedEdition:
    """A mail but for the reader's own addresses, whose marks it holds."""

    subject: str
    text: str
    html: str
    pictures: dict[str, bytes]
    """PNG by Content-ID, without its brackets."""


def render_edition(
    content: DigestContent,
    *,
    selection: SelectionFilter | None,
    locale: str,
    corrections: Sequence[CorrectionNews] = (),
) -> RenderedEdition:
    """What the selection gets of an issue, with dates as the locale writes them.

    corrections: what is to be put right of what these readers were sent. Lists are cut until the
    HTML fits; the text has the same.
    """
    chosen = news_for(content, selection)
    subject = subject_of(chosen, corrections)
    context = {
        "digest": chosen,
        "headline": subject,
        "preview": preview_of(chosen, locale),
        "is_empty": chosen.is_empty,
        "nothing": NOTHING if selection is None else NOTHING_CHOSEN,
        "locale": locale,
        "archive_link": site_link("web:digest", content.week),
        "unsubscribe_link": _LINKS[UNSUBSCRIBE],
        "preferences_link": _LINKS[PREFERENCES],
        "SITE_URL": settings.SITE_URL,
        "DEMO": settings.DEMO,
    }
    shown, html = _fitting(chosen, corrections, context)
    return RenderedEdition(
        subject=subject,
        text=_text(context | shown),
        html=html,
        pictures=_pictures(shown["news"]),
    )


def pictures_of(content: DigestContent) -> dict[str, bytes]:
    """Every picture that an edition of the issue may show, by its name."""
    return {
        picture_name(content, mover): reliability_picture(mover.reliability)
        for mover in content.movers
        if mover.reliability is not None
    }


def _fitting(
    content: DigestContent, errata: Sequence[CorrectionNews], context: dict[str, Any]
) -> tuple[dict[str, Any], str]:
    """As much as fits, and the HTML of it."""
    see = partial(_seen, content, errata)
    for limits in STEPS[:-1]:
        shown = see(limits)
        html = _html(context | shown)
        if len(html.encode()) <= MOST_BYTES:
            return shown, html
    shown = see(STEPS[-1])
    return shown, _html(context | shown)


def _seen(
    content: DigestContent, errata: Sequence[CorrectionNews], limits: Limits
) -> dict[str, Any]:
    news = shown_news(content, errata, limits)
    return {"news": news, "limits": limits, "counts": _counts(news)}


def _html(context: dict[str, Any]) -> str:
    mjml = render_to_string("mail/digest/body.mjml", context)
    # It would link to fonts elsewhere otherwise.
    html = mrml.to_html(mjml, render_options=mrml.RenderOptions(fonts={})).content
    return _marked(html, percent="&#37;")


def _text(context: dict[str, Any]) -> str:
    text = wrapped(render_to_string("mail/digest/body.txt", context))
    return _marked(text, percent=f"%{WORD_JOINER}")


def _marked(body: str, *, percent: str) -> str:
    """With the marks in their places, and nowhere else."""
    for mark, link in _LINKS.items():
        body = body.replace(mark, mark.replace("%", percent)).replace(link, mark)
    return body


def _counts(news: ShownNews) -> list[dict[str, Any]]:
    """The figures on top: what there is of each, without what there is none of."""
    counts = (
        (news.resolved.n, "resolved"),
        (news.movers.n, "scores changed"),
        (news.errata.n + news.corrections.n, "corrected"),
        (news.disputes.n, "disputed"),
        (news.coming_due.n, "coming due"),
        (news.new_forecasts.n, "new forecasts"),
    )
    return [{"n": n, "label": label} for n, label in counts if n]


def _pictures(news: ShownNews) -> dict[str, bytes]:
    return {
        one.picture: reliability_picture(one.mover.reliability)
        for one in news.movers.items
        if one.picture and one.mover.reliability is not None
    }
