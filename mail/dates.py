"""How mails write dates: as the reader chose, in whatever language the process speaks."""

from datetime import UTC, datetime, time, timedelta

from django.utils.formats import date_format
from django.utils.translation import override

# Where Django's own format is another than the one that readers choose by.
FORMATS = {"en-gb": "j F Y", "en-us": "F j, Y", "iso": "Y-m-d", "it": "j F Y"}
LANGUAGES = {"iso": "en-gb"}
# Whose months Django writes large, as nobody does within a sentence.
SMALL = {"it", "pt"}


def day(moment: datetime, locale: str) -> str:
    """The day in UTC."""
    with override(LANGUAGES.get(locale, locale)):
        written = date_format(moment.astimezone(UTC), FORMATS.get(locale, "DATE_FORMAT"))
    return written.lower() if locale in SMALL else written


def instant(moment: datetime, locale: str) -> str:
    """The day and the time in UTC."""
    return f"{day(moment, locale)}, {moment.astimezone(UTC):%H:%M} UTC"


def deadline(moment: datetime, locale: str) -> str:
    """One at midnight is the end of the day before, as people say it."""
    moment = moment.astimezone(UTC)
    if moment.time() == time(0):
        return f"end of {day(moment - timedelta(days=1), locale)} (UTC)"
    return instant(moment, locale)
