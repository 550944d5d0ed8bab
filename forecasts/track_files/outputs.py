"""Output files: whole or not at all."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES
from pathlib import Path
from typing import Any, TextIO

from forecasts.track_files.scores import ScoredFile


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


def json_parts(scored: ScoredFile) -> Iterator[str]:
    """{"experts": {name: statistics}, "population": {...}} as text, an expert at a time."""
    yield '{\n  "experts": {'
    before = "\n    "
    for name, scores in scored.experts:
        yield f"{before}{json.dumps(name, ensure_ascii=False)}: {_as_json(scores, depth=4)}"
        before = ",\n    "
    end = "}" if before == "\n    " else "\n  }"
    yield f'{end},\n  "population": {_as_json(scored.population, depth=2)}\n}}\n'


def _as_json(value: dict[str, Any], *, depth: int) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    return text.replace("\n", "\n" + " " * depth)
