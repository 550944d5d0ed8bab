"""Output files: whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES
from pathlib import Path
from typing import TextIO


@contextmanager
def replaced_file(path: Path) -> Iterator[TextIO]:
    """A file to write that takes the place of `path` once all is written.

    What is there stays as it is until then, and for good if something fails. Raises OSError at
    once where nothing can be written.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        # Renaming over a device would replace it; over a folder it fails too late.
        with target.open("w", encoding="utf-8") as stream:
            yield stream
        return
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES), str(target))
    part = target.with_name(f".{target.name[:40]}.{os.getpid()}.part")
    try:
        with part.open("x", encoding="utf-8") as stream:
            yield stream
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
