"""Scores and calibration: pure functions over arrays, numpy and scipy only."""

from forecasts.scoring.probabilities import to_ppm
from forecasts.scoring.summaries import score_track_record
from forecasts.scoring.tiers import tier
from forecasts.scoring.track_records import Counts, TrackRecord

__all__ = ["Counts", "TrackRecord", "score_track_record", "tier", "to_ppm"]
