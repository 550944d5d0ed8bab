"""Dates that a text names: days, months and years, each as its first and its last day."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = tuple(name.lower() for name in calendar.month_name)[1:]
MONTH = rf"(?P<month>{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in MONTHS)}|sept)\.?"
YEAR = r"(?P<year>(?:19|20|21)\d\d)"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
FORMS = tuple(
    re.compile(rf"(?<![\w-]){form}(?![\w-])", re.IGNORECASE)
    for form in (
        rf"{YEAR}-(?P<number>\d\d)-(?P<day>\d\d)",
        rf"{DAY}\s+(?:of\s+)?{MONTH},?\s+{YEAR}",
        rf"{MONTH}\s+{DAY},?\s+{YEAR}",
        rf"{MONTH},?\s+(?:of\s+)?{YEAR}",
        YEAR,
    )
)
# “May” is a verb more often than a month where no year follows, so only after these words.
MONTH_ALONE = re.compile(
    rf"\b(?:by|before|until|till|in|through|end of)\s+(?:{DAY}\s+(?:of\s+)?)?{MONTH}(?![\w-])",
    re.IGNORECASE,
)
LIMIT = re.compile(
    r"\b(by|before|until|till|through|no later than|in|during|end of)\s+"
    r"(the\s+)?((end|start|beginning|middle|close)\s+of\s+)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """A date in a text. is_limit: whether it says by when, or within what time."""

    start: int
    end: int
    text: str
    first: date
    last: date
    is_limit: bool

    def holds(self, day: date) -> bool:
        """Whether the day may be meant; the day before and after, too: zones differ."""
        return self.first - timedelta(days=1) <= day <= self.last + timedelta(days=1)


def dates(text: str) -> list[Named]:
    """The dates of a text in their order; impossible ones are none."""
    return _parsed(text)[0]


def without_year(text: str) -> list[re.Match[str]]:
    """Months that could be those of any year."""
    return list(MONTH_ALONE.finditer(_parsed(text)[1]))


def _parsed(text: str) -> tuple[list[Named], str]:
    """The dates, and the text with blanks in their place."""
    found: list[Named] = []
    rest = text
    for form in FORMS:
        for match in form.finditer(rest):
            found += _named(match, text)
        rest = form.sub(lambda match: " " * len(match.group()), rest)
    return sorted(found, key=lambda one: one.start), rest


def _named(match: re.Match[str], text: str) -> Iterator[Named]:
    parts = match.groupdict()
    year, month, day = int(parts["year"]), _month(parts), parts.get("day")
    try:
        first = date(year, month or 1, int(day or 1))
    except ValueError:
        return
    end_month = month or 12
    last = first if day else date(year, end_month, calendar.monthrange(year, end_month)[1])
    is_limit = LIMIT.search(text[max(0, match.start() - 60) : match.start()]) is not None
    yield Named(*match.span(), match.group(), first, last, is_limit)


def _month(parts: dict[str, str | None]) -> int | None:
    if number := parts.get("number"):
        return int(number)
    name = parts.get("month")
    return next((n for n, m in enumerate(MONTHS, 1) if name and m[:3] == name.lower()[:3]), None)
