"""Weeks, their freeze, and when each zone's Monday morning is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from mail.weeks import Week

W47 = Week(2026, 47)


def test_week_is_frozen_on_its_sunday_at_ten() -> None:
    assert Week.parse("2026-W47") == W47
    assert W47.freeze == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert str(W47) == "2026-W47"


@pytest.mark.parametrize("name", ["2026-47", "2026-W54", "2026-W00", "W47", "2025-W53", "", "x"])
def test_name_that_is_no_week_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Week.parse(name)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (datetime(2026, 11, 22, 9, 59, tzinfo=UTC), "2026-W46"),
        (datetime(2026, 11, 22, 10, 0, tzinfo=UTC), "2026-W47"),
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), "2026-W47"),
        (datetime(2027, 1, 1, 0, 0, tzinfo=UTC), "2026-W52"),
        (datetime(2027, 1, 3, 10, 0, tzinfo=UTC), "2026-W53"),
    ],
)
def test_newest_frozen_week(as_of: datetime, expected: str) -> None:
    assert str(Week.latest_frozen(as_of)) == expected


def test_week_before_crosses_the_year() -> None:
    assert Week(2027, 1).previous == Week(2026, 53)


def test_no_zone_gets_its_issue_before_the_freeze_or_twice_a_week() -> None:
    for zone in sorted(available_timezones()):
        first, second = (Week(2026, n).delivery_time(zone) for n in (47, 48))

        assert first > W47.freeze
        assert abs((second - first) - timedelta(days=7)) <= timedelta(hours=1)


@pytest.mark.parametrize("year", range(2024, 2037))
def test_issue_comes_on_monday_at_eight_where_the_reader_lives(year: int) -> None:
    for name in ("Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"):
        week = Week.containing(date(year, 3, 1))
        for _ in range(40):
            local = week.delivery_time(name).astimezone(ZoneInfo(name))
            assert (local.isoweekday(), local.hour, local.minute) == (1, 8, 0)
            week = Week.containing(week.freeze.date() + timedelta(days=7))
