"""The editors' notes as an issue takes them, and the lock that lets none of them come too late."""

from datetime import UTC, datetime

from django.db import connection
from django.db.models import Q

from mail.models import EditorsNote
from mail.weeks import Week

# Names the lock of the notes among PostgreSQL's advisory locks.
NOTES_LOCK = 0x6E6F7465


def notes_on(week: str, *, starts_at: datetime) -> str:
    """What the editors say on top of an issue: of every week that is in it, the first one first."""
    last = str(Week.containing(starts_at.astimezone(UTC).date()))
    rows = EditorsNote.objects.filter(Q(week__gt=last) | Q(week=week), week__lte=week)
    return "\n\n".join(rows.order_by("week").values_list("text", flat=True))


def lock_notes() -> None:
    """Wait for whoever writes a note or freezes an issue; on SQLite only one does anyway.

    A lock of its own, for a first note has no row that could be locked.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NOTES_LOCK])
