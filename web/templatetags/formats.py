"""How pages write numbers and times."""

from datetime import UTC, datetime
from decimal import Decimal

from django import template

register = template.Library()
NO_VALUE = "–"  # noqa: RUF001  (a dash, as in print)


@register.filter
def score(value: float | None) -> str:
    """Three decimals, or a dash."""
    return NO_VALUE if value is None else f"{value:.3f}"


@register.filter
def signed(value: float | None) -> str:
    """Two decimals with a sign, or a dash."""
    return NO_VALUE if value is None else _with_sign(value, 2)


@register.filter
def change(value: float | None) -> str:
    """Three decimals with a sign, or a dash; what rounds to nothing has no sign."""
    return NO_VALUE if value is None else _with_sign(value, 3)


@register.filter
def points(value: float | None) -> str:
    """One decimal with a sign, or a dash."""
    return NO_VALUE if value is None else _with_sign(value, 1)


def _with_sign(value: float, places: int) -> str:
    rounded = round(value, places)
    written = f"{rounded:+.{places}f}" if rounded else f"{0:.{places}f}"
    return written.replace("-", "\N{MINUS SIGN}")


@register.filter
def percent(value: float | Decimal | None) -> str:
    """A probability as per cent, with a decimal only where there is one."""
    return NO_VALUE if value is None else f"{round(float(value) * 100, 1):g}%"


@register.filter
def p_value(value: float | None) -> str:
    """A p-value, never as zero."""
    if value is None:
        return NO_VALUE
    return "< 0.001" if value < 0.001 else f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


@register.filter
def equation(p: float | None) -> str:
    """A p-value as what comes after "p"."""
    shown = p_value(p)
    return shown if shown.startswith("<") else f"= {shown}"


@register.filter
def day(moment: datetime | None) -> str:
    """The date in UTC."""
    return f"{moment.astimezone(UTC):%b %-d, %Y}" if moment else NO_VALUE


@register.filter
def moment(value: datetime) -> str:
    """The date and the time in UTC."""
    return f"{value.astimezone(UTC):%b %-d, %Y, %H:%M} UTC"


@register.filter
def there(value: datetime) -> str:
    """The day and the time in the zone that the value is in."""
    return f"{value:%A %-d %B %Y, %H:%M}"


@register.filter
def iso(moment: datetime) -> str:
    """For the datetime attribute of a time element."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
