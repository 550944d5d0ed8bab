"""ISO weeks: when an issue is frozen, and when each subscriber gets it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from forecasts.selectors.freezes import FREEZE, SUNDAY

WEEK = timedelta(days=7)
MONDAY = 1
HOUR = 8


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """One ISO week; its issue is frozen on its Sunday at 10:00 UTC."""

    year: int
    number: int

    @classmethod
    def parse(cls, name: str) -> Self:
        """Read "2026-W47". Raises ValueError for anything that is not a week of the calendar."""
        match = re.fullmatch(r"(\d{4})-W(\d{2})", name)
        if match is None:
            raise ValueError(f'"{name}" is not an ISO week; write it as 2026-W47.')
        week = cls(int(match[1]), int(match[2]))
        date.fromisocalendar(week.year, week.number, SUNDAY)
        return week

    @classmethod
    def containing(cls, day: date) -> Self:
        """The week of a day."""
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @classmethod
    def latest_frozen(cls, as_of: datetime) -> Self:
        """The newest week whose freeze has passed."""
        week = cls.containing(as_of.astimezone(UTC).date())
        return week if week.freeze <= as_of else week.previous

    @property
    def freeze(self) -> datetime:
        """The Sunday's freeze."""
        return datetime.combine(date.fromisocalendar(self.year, self.number, SUNDAY), FREEZE)

    @property
    def previous(self) -> Self:
        """The week before."""
        return self.containing(self.freeze.date() - timedelta(days=7))

    @property
    def next(self) -> Self:
        """The week after."""
        return self.containing(self.freeze.date() + timedelta(days=7))

    def delivery_time(self, zone: str, *, weekday: int = MONDAY, hour: int = HOUR) -> datetime:
        """The first such hour of such a day in the zone at or after the freeze, in UTC.

        weekday: as ISO counts. An hour that the clock leaves out is the next there is; of one
        that comes twice, the first.
        """
        there = ZoneInfo(zone)
        frozen = self.freeze.astimezone(there)
        day = frozen.date() + timedelta(days=(weekday - frozen.isoweekday()) % 7)
        at = datetime.combine(day, time(hour), there).astimezone(UTC)
        if at < self.freeze:
            at = datetime.combine(day + WEEK, time(hour), there).astimezone(UTC)
        return at

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"
