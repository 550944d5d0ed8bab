"""Storing what verdicts and leads' rulings rest on."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from forecasts.exceptions import NothingCollectedError
from forecasts.models import Evidence, Question, Resolution, User, Verdict
from forecasts.services.roles import COLLECTORS, require_role
from forecasts.services.saving import atomic_or_busy, lock_question, save_checked


def attach_evidence(
    *,
    verdict: Verdict | None = None,
    resolution: Resolution | None = None,
    links: Sequence[str] = (),
    files: Sequence[UploadedFile] = (),
) -> None:
    """Store links and files with a verdict or a ruling. Raises ValidationError for bad links."""
    for row in _rows(links, files):
        row.verdict, row.resolution = verdict, resolution
        save_checked(row)


@atomic_or_busy()
def collect_evidence(
    *,
    question: Question,
    by: User,
    links: Sequence[str] = (),
    files: Sequence[UploadedFile] = (),
    as_of: datetime,
) -> list[Evidence]:
    """Store evidence with a question itself, for everybody who will answer it to see.

    What is there already is not stored again. Returns the new rows.

    Raises RoleMissingError, NothingCollectedError, and ValidationError for bad links.
    """
    require_role(by, COLLECTORS)
    if not links and not files:
        raise NothingCollectedError(field="links")
    question = lock_question(question)
    known = {key for row in question.evidence.all() for key in (row.url, row.sha256) if key}
    found = [row for row in _rows(links, files) if not known & {row.url, row.sha256}]
    for row in found:
        row.question, row.collected_by, row.collected_at = question, by, as_of
        save_checked(row)
    return found


def _rows(links: Sequence[str], files: Sequence[UploadedFile]) -> list[Evidence]:
    return [
        *(Evidence(url=link) for link in dict.fromkeys(links)),
        *(
            Evidence(file=file, file_name=file.name or "file", sha256=_digest(file))
            for file in files
        ),
    ]


def _digest(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()
