"""Track record files for tests."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO

import pytest

from forecasts.track_files import BadRowsError, TrackFile, read_track_file, text_lines

PLAIN = {"expert": "Ann", "question": "Rain?", "probability": "0.7", "outcome": "yes"}


def micro(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """The moment in UTC as microseconds since 1970."""
    since = datetime(year, month, day, hour, minute, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(microseconds=1)


def written(*rows: Mapping[str, str]) -> str:
    """The rows as a file; what a row leaves out is as in PLAIN, or empty."""
    filled = [PLAIN | dict(row) for row in rows]
    header = list(dict.fromkeys(name for row in filled for name in row))
    lines = [",".join(row.get(name, "") for name in header) for row in filled]
    return "\n".join([",".join(header), *lines]) + "\n"


def read(text: str) -> TrackFile:
    return read_track_file(StringIO(text, newline=""))


def read_bytes(content: bytes) -> TrackFile:
    return read_track_file(text_lines(BytesIO(content)))


def read_rows(*rows: Mapping[str, str]) -> TrackFile:
    return read(written(*rows))


def problems_of(text: str | bytes) -> list[str]:
    """What is wrong with a file, each as it is printed."""
    with pytest.raises(BadRowsError) as refused:
        read_bytes(text) if isinstance(text, bytes) else read(text)
    return [str(problem) for problem in refused.value.problems]


def problems_of_rows(*rows: Mapping[str, str]) -> list[str]:
    return problems_of(written(*rows))
