"""Calendar files (RFC 5545) that Google's, Apple's and Microsoft's programs subscribe to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event, Timezone, TimezoneStandard, vDuration, vText

from forecasts.models.resolutions import Answer
from forecasts.selectors.calendars import Deadline

PRODUCT = "-//Hindcast//Calendar of deadlines//EN"
REFRESH = timedelta(hours=6)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. The same `name` is the same event, however it moves."""

    name: str
    title: str
    at: datetime
    link: str
    note: str
    version: int
    changed_at: datetime
    is_cancelled: bool = False
    is_end_of_day: bool = False
    """At midnight it belongs to the day that ends then, as deadlines do."""


def deadline_entry(deadline: Deadline, *, link: str) -> Entry:
    """The event of a deadline."""
    question = deadline.question
    ruled = f"resolved: {Answer(deadline.answer).label}" if deadline.answer else "not resolved yet"
    return Entry(
        name=f"deadline-{question.pk}",
        title=str(question),
        at=question.deadline,
        link=link,
        note=f"Deadline of a question. It is {ruled}.",
        version=deadline.n_changes,
        changed_at=deadline.changed_at,
        is_cancelled=deadline.is_annulled,
        is_end_of_day=question.deadline.astimezone(UTC).time() == time(0),
    )


def calendar_file(title: str, entries: Sequence[Entry], *, note: str = "") -> bytes:
    """The whole file. note: what is to be known of it as a whole."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # As text, or else the library takes them for ready-made values and escapes nothing.
    calendar.add("name", vText(title))
    calendar.add("x-wr-calname", vText(title))
    if note:
        calendar.add("description", vText(note))
        calendar.add("x-wr-caldesc", vText(note))
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for entry in entries:
        calendar.add_component(_event(entry))
    if not entries:
        # A calendar has to hold something.
        calendar.add_component(_utc())
    content: bytes = calendar.to_ical()
    return content


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", f"{entry.name}@{urlsplit(settings.SITE_URL).hostname}")
    # Without METHOD the stamp is the time of the last change, as RFC 5545 has it.
    event.add("dtstamp", _second(entry.changed_at))
    event.add("last-modified", _second(entry.changed_at))
    event.add("sequence", entry.version)
    event.add("summary", entry.title)
    event.add("description", f"{entry.note}\n{entry.link}")
    event.add("url", entry.link)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if entry.is_end_of_day:
        event.add("dtstart", entry.at.astimezone(UTC).date() - DAY)
        event.add("dtend", entry.at.astimezone(UTC).date())
    else:
        event.add("dtstart", _second(entry.at))
    return event


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _utc() -> Timezone:
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001, local times are what it defines
    standard.add("tzoffsetfrom", timedelta())
    standard.add("tzoffsetto", timedelta())
    zone = Timezone()
    zone.add("tzid", "Etc/UTC")
    zone.add_component(standard)
    return zone
