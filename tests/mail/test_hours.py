"""The hour of a reviewer's mail, where they live, on the days when clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from forecasts.models import User

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "day", "hour", "expected"),
    [
        # Usual days.
        ("UTC", date(2026, 6, 1), 8, "2026-06-01T08:00"),
        ("Asia/Kolkata", date(2026, 6, 1), 8, "2026-06-01T02:30"),
        # An hour that is left out is the next there is.
        ("Europe/Berlin", date(2026, 3, 29), 2, "2026-03-29T01:00"),
        ("Europe/Berlin", date(2026, 3, 29), 3, "2026-03-29T01:00"),
        ("America/New_York", date(2026, 3, 8), 2, "2026-03-08T07:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), 2, "2026-10-03T15:30"),
        ("Africa/Cairo", date(2026, 4, 24), 0, "2026-04-23T22:00"),
        # Of one that comes twice, the first.
        ("Europe/Berlin", date(2026, 10, 25), 2, "2026-10-25T00:00"),
        ("America/New_York", date(2026, 11, 1), 1, "2026-11-01T05:00"),
        ("Australia/Lord_Howe", date(2026, 4, 5), 1, "2026-04-04T14:00"),
        ("Africa/Cairo", date(2026, 10, 29), 23, "2026-10-29T20:00"),
    ],
)
def test_hour_on_days_when_clocks_change(zone: str, day: date, hour: int, expected: str) -> None:
    user = User(time_zone=zone, prompt_hour=hour)

    assert user.prompted_at(day) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "zone",
    [
        *("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"),
        *("America/Sao_Paulo", "Asia/Beirut", "Pacific/Auckland", "America/Santiago"),
    ],
)
def test_every_date_of_two_years_has_its_hour_once(zone: str) -> None:
    for hour in (0, 1, 2, 3, 22):
        user = User(time_zone=zone, prompt_hour=hour)
        dates = [date(2026, 1, 1) + n * DAY for n in range(2 * 365)]

        instants = [user.prompted_at(day) for day in dates]

        assert [user.local_date(instant) for instant in instants] == dates
        assert instants == sorted(set(instants))
        early = [at for at in instants if at.astimezone(ZoneInfo(zone)).hour < hour]
        assert early == []


def test_hour_left_out_at_the_end_of_a_day_is_midnight() -> None:
    user = User(time_zone="America/Nuuk", prompt_hour=23)

    left_out = user.prompted_at(date(2026, 3, 28))

    assert user.local_date(left_out) == date(2026, 3, 29)
    assert left_out - user.prompted_at(date(2026, 3, 27)) == 24 * HOUR
