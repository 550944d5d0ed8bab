"""Storing what verdicts and leads' rulings rest on."""

import hashlib
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile

from forecasts.models import Evidence, Resolution, Verdict
from forecasts.services.saving import save_checked


def attach_evidence(
    *,
    verdict: Verdict | None = None,
    resolution: Resolution | None = None,
    links: Sequence[str] = (),
    files: Sequence[UploadedFile] = (),
) -> None:
    """Store links and files with a verdict or a ruling. Raises ValidationError for bad links."""
    for link in dict.fromkeys(links):
        save_checked(Evidence(verdict=verdict, resolution=resolution, url=link))
    for file in files:
        save_checked(
            Evidence(
                verdict=verdict,
                resolution=resolution,
                file=file,
                file_name=file.name or "file",
                sha256=_digest(file),
            )
        )


def _digest(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()
