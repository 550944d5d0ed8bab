"""Working days: Monday to Friday in UTC, for the times within which disputes are to be answered."""

from datetime import UTC, datetime, time, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5


def working_days_after(moment: datetime, days: int) -> datetime:
    """The moment so many working days later, at the same time of day in UTC.

    What comes on a weekend counts from the beginning of Monday. Holidays are working days, so
    that everybody can check the time without a calendar of ours.
    """
    found = _working(moment.astimezone(UTC))
    for _ in range(days):
        found += ONE_DAY
        while found.weekday() >= SATURDAY:
            found += ONE_DAY
    return found


def _working(moment: datetime) -> datetime:
    """The moment itself, or the beginning of the Monday after its weekend."""
    if moment.weekday() < SATURDAY:
        return moment
    monday = moment.date() + timedelta(days=7 - moment.weekday())
    return datetime.combine(monday, time.min, UTC)
