"""Making the export of a day, once, whole or not at all, and deleting old ones.

Files are made where nobody looks, then moved to their place by one renaming; the rows that make
them public come last. Whoever is killed before that leaves a folder without rows, which the next
one clears.
"""

import fcntl
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.core.files.storage import default_storage
from django.db import transaction

from forecasts.exports.files import Progress, Written, sync_folder
from forecasts.exports.packages import write_package
from forecasts.models import Export
from forecasts.selectors.snapshots import snapshot

logger = logging.getLogger(__name__)

FOLDER = "exports"
KEPT_DAYS = 30
OURS = re.compile(r"\d{4}-\d\d-\d\d|\..*\.part")


def make_daily_export(*, as_of: datetime, told: Progress | None = None) -> int:
    """Make the export of the day unless it is made, or being made; returns how many files.

    Old ones are deleted. Raises OSError where there is no room.
    """
    root = exports_folder()
    day = as_of.astimezone(UTC).date()
    with _alone(root) as is_alone:
        if not is_alone:
            return 0
        forget_old_exports(today=day)
        _clear_leftovers(root)
        if Export.objects.filter(day=day).exists():
            return 0
        files = _make(root, day, as_of, told or Progress())
    logger.info("export of %s: %d files", day, len(files))
    return len(files)


def write_now(folder: Path, *, as_of: datetime, told: Progress | None = None) -> list[Written]:
    """Write what is public now into a new folder, whole or not at all. Raises OSError."""
    part = folder.with_name(f".{folder.name}.{uuid4().hex}.part")
    try:
        with snapshot():
            files = write_package(part, as_of=as_of, told=told or Progress())
        part.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return files


def forget_old_exports(*, today: date) -> None:
    """Delete what is older than 30 days, but for the first export of each month."""
    old = today - timedelta(days=KEPT_DAYS)
    days = _days()
    months = {(day.year, day.month): day for day in reversed(days)}
    gone = [day for day in days if day <= old and months[day.year, day.month] != day]
    Export.objects.filter(day__in=gone).delete()


def exports_folder() -> Path:
    """Where they are."""
    return Path(default_storage.path(FOLDER))


def _days() -> list[date]:
    rows = Export.objects.order_by("day").values_list("day", flat=True)
    return list(rows.distinct())


def _make(root: Path, day: date, as_of: datetime, told: Progress) -> list[Written]:
    place = root / day.isoformat()
    files = write_now(place, as_of=as_of, told=told)
    rows = [
        Export(
            day=day,
            name=file.name,
            file=f"{FOLDER}/{day}/{file.name}",
            media_type=file.media_type,
            n_rows=file.n_rows,
            size=file.size,
            sha256=file.sha256,
            made_at=as_of,
        )
        for file in files
    ]
    with transaction.atomic():
        Export.objects.bulk_create(rows)
    return files


@contextmanager
def _alone(root: Path) -> Iterator[bool]:
    """Whether nobody else is at it. The system frees the lock of whoever is killed."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _clear_leftovers(root: Path) -> None:
    """Remove folders without rows: half of an export, or one that was forgotten."""
    kept = {day.isoformat() for day in _days()}
    for path in root.iterdir():
        if OURS.fullmatch(path.name) and path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)
