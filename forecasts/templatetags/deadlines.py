"""How a deadline is written wherever people read it."""

from datetime import UTC, datetime, time, timedelta

from django import template

register = template.Library()


@register.filter
def deadline(moment: datetime) -> str:
    """A deadline in UTC; one at midnight is the end of the day before, as people say it."""
    moment = moment.astimezone(UTC)
    if moment.time() == time(0):
        return f"end of {moment - timedelta(days=1):%-d %B %Y} (UTC)"
    return f"{moment:%-d %B %Y, %H:%M} UTC"
