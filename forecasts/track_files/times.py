"""Times as whole microseconds since 1970, read and written."""

from datetime import UTC, date, datetime, time, timedelta

from forecasts.track_files.problems import shown

DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant(text: str) -> int:
    """The moment that a date (its first) or a time with its zone names. Raises ValueError."""
    day = _date(text)
    return _microseconds(_moment(text) if day is None else _midnight(day))


def deadline(text: str) -> int:
    """As an instant, but a bare date means 24:00 of that day."""
    return instant(text) + (0 if _date(text) is None else DAY)


def iso(microseconds: int) -> str:
    """The moment as ISO 8601 with a Z."""
    moment = _EPOCH + microseconds * _MICROSECOND
    return moment.isoformat().replace("+00:00", "Z")


def _date(text: str) -> date | None:
    if len(text) > len("2026-03-01"):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        wanted = "write 2026-03-01, or 2026-03-01T12:00:00Z"
        raise ValueError(f"{shown(text)} is not a time; {wanted}") from None
    if moment.tzinfo is None:
        raise ValueError(f"{shown(text)} has no zone; add Z or an offset such as +01:00")
    return moment


def _microseconds(moment: datetime) -> int:
    if not _EARLIEST <= moment <= _LATEST:
        raise ValueError("times lie between the years 1990 and 2200")
    return (moment - _EPOCH) // _MICROSECOND
