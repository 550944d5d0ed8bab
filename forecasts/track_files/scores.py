"""The scores of a track record in a file."""

from typing import Any

from forecasts.track_files.columns import TrackFile


def score_track_file(track: TrackFile, *, as_of: int | None, seed: int | None) -> dict[str, Any]:
    """{"experts": {name: statistics}, "population": {...}}, in a stable order.

    as_of: microseconds since 1970; None: every ruled question counts. seed: of the draws; None:
    from the rows themselves.
    """
    raise NotImplementedError
