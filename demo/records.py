"""The demo's data files, read as they are."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parent / "data"


def records(name: str) -> list[dict[str, Any]]:
    """The tables [[name]] of name.toml, or of questions.toml for what belongs to questions."""
    file = DIRECTORY / f"{name}.toml"
    path = file if file.exists() else DIRECTORY / "questions.toml"
    tables: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))[name]
    return tables


def end_of(day: date) -> datetime:
    """What a bare date means as a deadline: 24:00 UTC of that day."""
    return datetime.combine(day + timedelta(days=1), time.min, UTC)
