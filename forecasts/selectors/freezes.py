"""When the week's news is frozen, which nothing recorded later can change."""

from datetime import UTC, date, datetime, time, timedelta

# Sunday 10:00 UTC: no zone's Monday has begun before it.
FREEZE = time(10, tzinfo=UTC)
SUNDAY = 7


def latest_freeze(as_of: datetime) -> datetime:
    """The newest freeze that has come by `as_of`."""
    day = as_of.astimezone(UTC).date()
    freeze = _freeze_of(day - timedelta(days=day.isoweekday() % SUNDAY))
    return freeze if freeze <= as_of else freeze - timedelta(days=7)


def _freeze_of(sunday: date) -> datetime:
    return datetime.combine(sunday, FREEZE)
