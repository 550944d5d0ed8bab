"""Working days, in tables."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from forecasts.working_days import working_days_after

# 2026-03-02 is a Monday.
DAYS = {"mon": 2, "tue": 3, "wed": 4, "thu": 5, "fri": 6, "sat": 7, "sun": 8}


def at(day: str, hour: int = 15, weeks: int = 0) -> datetime:
    return datetime(2026, 3, DAYS[day], hour, tzinfo=UTC) + timedelta(weeks=weeks)


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        (at("mon"), 2, at("wed")),
        (at("thu"), 2, at("mon", weeks=1)),
        (at("fri"), 2, at("tue", weeks=1)),
        (at("sat"), 2, at("wed", 0, weeks=1)),
        (at("sun", 23), 2, at("wed", 0, weeks=1)),
        (at("mon", 0), 2, at("wed", 0)),
        (at("mon"), 10, at("mon", weeks=2)),
        (at("fri"), 10, at("fri", weeks=2)),
        (at("sat"), 10, at("mon", 0, weeks=3)),
        (at("sat"), 0, at("mon", 0, weeks=1)),
    ],
)
def test_working_days_are_monday_to_friday(received: datetime, days: int, due: datetime) -> None:
    assert working_days_after(received, days) == due


def test_the_day_is_that_of_utc() -> None:
    monday_in_tokyo = datetime(2026, 3, 2, 3, tzinfo=timezone(timedelta(hours=9)))

    assert working_days_after(monday_in_tokyo, 1) == at("tue", 0)
