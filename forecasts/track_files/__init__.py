"""Track records in files: what is read, checked and scored without a database."""

from forecasts.track_files.columns import ABSENT, NEVER, UNKNOWN, Questions, Statements, TrackFile
from forecasts.track_files.problems import BadRowsError, Problem
from forecasts.track_files.readings import read_track_file
from forecasts.track_files.streams import text_lines

__all__ = [
    "ABSENT",
    "NEVER",
    "UNKNOWN",
    "BadRowsError",
    "Problem",
    "Questions",
    "Statements",
    "TrackFile",
    "read_track_file",
    "text_lines",
]
