"""How a change of wording is shown wherever people read it."""

from datetime import datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from forecasts.differences import Piece, pieces
from forecasts.models import Amendment
from forecasts.templatetags.deadlines import deadline

register = template.Library()
# Screen readers seldom say which is which, and colors say it to few.
MARKED = '<{0}><span class="visually-hidden">{1}: </span>{2}</{0}>'


@register.filter
def difference(amendment: Amendment) -> SafeString:
    """The amended text with what was struck out and what was put in."""
    before, after = (_shown(amendment, text) for text in (amendment.before, amendment.after))
    return format_html_join("", "{}", ((_marked(piece),) for piece in pieces(before, after)))


def _shown(amendment: Amendment, text: str) -> str:
    if amendment.field != Amendment.Field.DEADLINE:
        return text
    return deadline(datetime.fromisoformat(text))


def _marked(piece: Piece) -> SafeString | str:
    if piece.kept:
        return piece.kept
    parts = (("del", "removed", piece.removed), ("ins", "added", piece.added))
    return format_html_join("", MARKED, (part for part in parts if part[2])) or format_html("")
