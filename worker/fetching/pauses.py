"""How long a server asks us to stay away."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def wanted_moment(retry_after: str, as_of: datetime) -> datetime | None:
    """When the server wants to be asked again, given in seconds or as a date."""
    value = retry_after.strip()
    try:
        if value.isdecimal():
            return as_of + timedelta(seconds=int(value[:6]))
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
