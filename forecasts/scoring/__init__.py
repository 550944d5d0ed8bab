"""Scores and calibration: pure functions over arrays, numpy and scipy only."""

from forecasts.scoring.breakdowns import score_tally
from forecasts.scoring.probabilities import to_ppm
from forecasts.scoring.summaries import (
    draw_bands,
    score_figures,
    score_parts,
    score_track_records,
    with_bands,
)
from forecasts.scoring.tallies import EVERYTHING, Options, Tally, tally
from forecasts.scoring.tiers import tier
from forecasts.scoring.topics import Topics
from forecasts.scoring.track_records import Counts, TrackRecords

__all__ = [
    "EVERYTHING",
    "Counts",
    "Options",
    "Tally",
    "Topics",
    "TrackRecords",
    "draw_bands",
    "score_figures",
    "score_parts",
    "score_tally",
    "score_track_records",
    "tally",
    "tier",
    "to_ppm",
    "with_bands",
]
