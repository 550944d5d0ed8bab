"""ISO weeks: when an issue is frozen, and when each subscriber gets it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from forecasts.selectors.freezes import FREEZE, SUNDAY

HOUR_OF_DELIVERY = time(8)


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

    def delivery_time(self, zone: str) -> datetime:
        """08:00 in the zone on the Monday after the freeze, in UTC."""
        monday = self.freeze.date() + timedelta(days=1)
        return datetime.combine(monday, HOUR_OF_DELIVERY, ZoneInfo(zone)).astimezone(UTC)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"
