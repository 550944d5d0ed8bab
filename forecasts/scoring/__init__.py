"""Scores and calibration: pure functions over arrays, numpy and scipy only."""

from forecasts.scoring.probabilities import to_ppm
from forecasts.scoring.summaries import draw_bands, score_parts, score_track_records
from forecasts.scoring.tiers import tier
from forecasts.scoring.track_records import Counts, TrackRecords

__all__ = [
    "Counts",
    "TrackRecords",
    "draw_bands",
    "score_parts",
    "score_track_records",
    "tier",
    "to_ppm",
]
