"""Uploading a file to see what its import would do, and then importing just that."""

from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO

from forecasts.imports.reports import Report
from forecasts.imports.rows import Format
from forecasts.models import ImportDraft, User
from forecasts.refusals import DraftChangedError, DraftGoneError
from forecasts.services.imports import import_file
from forecasts.services.saving import atomic_or_busy, lock_draft, save_checked

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 5_000
KEPT_FOR = timedelta(days=1)


@atomic_or_busy()
def draft_import(
    *,
    table: str,
    format_: Format,
    encoding: str,
    name: str,
    content: bytes,
    by: User,
    as_of: datetime,
) -> ImportDraft:
    """Keep a file with what its import would do, in place of those that the user left lying.

    Raises RoleMissingError, BusyError, and ValidationError for a name that cannot be stored.
    """
    ImportDraft.objects.filter(user=by).delete()
    draft = ImportDraft(
        user=by,
        table=table,
        format=format_.value,
        encoding=encoding,
        name=name,
        content=content,
        sha256=sha256(content).hexdigest(),
        uploaded_at=as_of,
    )
    _keep_report(draft, _run(draft, as_of, is_rehearsal=True))
    return save_checked(draft)


@atomic_or_busy()
def import_draft(
    *, draft_id: int, sha256_: str, fingerprint: str, by: User, as_of: datetime
) -> Report:
    """Import the file that was looked at, if that does what was shown; forgets the file.

    A report that is not kept says what would happen now: rows have come or changed meanwhile.
    Raises DraftGoneError, DraftChangedError, RoleMissingError, BusyError.
    """
    # Of two who send the same form, the second waits here and finds nothing.
    found = lock_draft(ImportDraft.objects.filter(pk=draft_id, user=by))
    if found is None:
        raise DraftGoneError
    if sha256(bytes(found.content)).hexdigest() != sha256_:
        raise DraftChangedError
    rehearsed = _run(found, as_of, is_rehearsal=True)
    if rehearsed.fingerprint != fingerprint or rehearsed.is_refused:
        _keep_report(found, rehearsed)
        found.save(update_fields=["report", "fingerprint"])
        return rehearsed
    report = _run(found, as_of, is_rehearsal=False)
    found.delete()
    return report


def discard_draft(*, draft_id: int, by: User) -> None:
    """Forget a file that was not imported."""
    ImportDraft.objects.filter(pk=draft_id, user=by).delete()


def forget_drafts(*, as_of: datetime) -> int:
    """Delete files that nobody imported within a day; returns how many there were."""
    return ImportDraft.objects.filter(uploaded_at__lte=as_of - KEPT_FOR).delete()[0]


def _run(draft: ImportDraft, as_of: datetime, *, is_rehearsal: bool) -> Report:
    return import_file(
        table=draft.table,
        stream=BytesIO(bytes(draft.content)),
        format_=Format(draft.format),
        encoding=draft.encoding,
        by=draft.user,
        as_of=as_of,
        is_rehearsal=is_rehearsal,
        most=MOST_ROWS,
    )


def _keep_report(draft: ImportDraft, report: Report) -> None:
    draft.report, draft.fingerprint = report.as_json(), report.fingerprint
