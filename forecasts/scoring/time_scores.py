"""Scores over the time that forecasts stood."""

import numpy as np

from forecasts.scoring.columns import Column, Fields, statistic
from forecasts.scoring.reasons import NO_FORECASTS
from forecasts.scoring.track_records import TrackRecords

PARTS = {
    "brier": "time_brier",
    "coverage": "coverage",
    "log_score": "time_log_score",
    "baseline": "baseline",
    "peer": "peer",
}


@statistic
def time_scores(records: TrackRecords) -> Fields:
    """Return the means over questions of what exposures.py and comparisons.py say of each.

    Range: brier 0..1 and log_score 0.001..6.9078 nats, lower is better, over the time a forecast
    stood; coverage 0..1, the share of the time the question was open; baseline -896.6..99.9 and
    peer, higher is better, 0 is no better than one half, than the others.

    Undefined where no question has times.
    """
    timed = records.where(~np.isnan(records.coverage))
    unless = (
        (records.groups.is_empty, NO_FORECASTS),
        (timed.groups.is_empty, "no times are known"),
    )
    return {
        name: Column(timed.groups.mean(getattr(timed, column)), unless)
        for name, column in PARTS.items()
    }
