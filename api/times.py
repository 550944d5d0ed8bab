"""Times as the API writes them."""

from datetime import UTC, datetime


def zulu(moment: datetime | None) -> str | None:
    """The moment in UTC, as ISO 8601 with a Z; None stays None."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
