"""How digests write numbers, dates and words."""

from decimal import Decimal
from urllib.parse import urlsplit

from django import template

from mail import dates, texts

register = template.Library()
register.filter("day", dates.day)
register.filter("instant", dates.instant)
register.filter("deadline_as", dates.deadline)
register.filter("flat", texts.flat)
register.filter("isolated", texts.isolated)


@register.filter
def score(value: float) -> str:
    """Three decimals, as on the pages."""
    return f"{value:.3f}"


@register.filter
def probability(value: float) -> str:
    """As it was recorded, with two decimals at least."""
    recorded = Decimal(str(round(value, 6))).normalize()
    return f"{recorded:.{max(-int(recorded.as_tuple().exponent), 2)}f}"


@register.filter
def clip(text: str, length: int) -> str:
    """As much of it as a mail shows."""
    return texts.clipped(text, length)


@register.filter
def host(link: str) -> str:
    """Whose page it is."""
    return texts.clipped((urlsplit(link).hostname or link).removeprefix("www."), 40)
