"""Proper scores: the expert does best by saying what they believe."""

import numpy as np
from scipy.special import xlogy

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.columns import Column, Fields, statistic
from forecasts.scoring.groups import Groups
from forecasts.scoring.intervals import clustered_standard_error, logit_interval
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.pools import Pool
from forecasts.scoring.probabilities import CLIP, PPM, clip_ppm
from forecasts.scoring.reasons import NO_FORECASTS
from forecasts.scoring.track_records import TrackRecords


def brier_losses(ppm: Integers, outcome: Integers) -> Floats:
    """Return each forecast's Brier score.

    Formula: b = (p - y)². ppm: (n,) parts per million; outcome: (n,) 0 or 1. Shape: (n,).
    Range: 0..1, lower is better.

    Reference: Brier 1950, https://doi.org/10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2
    """
    return ((ppm - PPM * outcome) / PPM) ** 2


@statistic
def brier_score(records: TrackRecords) -> Fields:
    """Return the mean Brier score, its uncertainty and the bounds that the wording allows.

    Formula: value = mean (p - y)²; best and worst take the point of each [low, high] nearest to
    and farthest from the outcome. Range: 0..1, lower is better.

    Fields are undefined without forecasts; se and ci95 also with fewer than 2 clusters.
    Reference: Brier 1950, https://doi.org/10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2
    """
    groups, outcome, is_yes = records.groups, records.outcome, records.outcome == 1
    losses, clusters = brier_losses(records.ppm, outcome), records.clusters
    unless = ((groups.is_empty, NO_FORECASTS),)
    error = clustered_standard_error(losses, groups, clusters)
    error = Column(error.values, unless + error.unless)
    return {
        "value": Column(records.pairs.brier, unless),
        "se": error,
        "ci95": logit_interval(records.pairs.brier, error, n_clusters=clusters.groups.n),
        "best": Column(_mean(np.where(is_yes, records.high, records.low), outcome, groups), unless),
        "worst": Column(
            _mean(np.where(is_yes, records.low, records.high), outcome, groups), unless
        ),
    }


def _mean(ppm: Integers, outcome: Integers, groups: Groups) -> Floats:
    # Whole numbers, as in Pairs.brier, so that equal sums are equal to the last bit.
    return groups.mean((ppm - PPM * outcome) ** 2) / PPM**2


@statistic
def log_score(pairs: Pairs) -> Fields:
    """Return the mean logarithmic score, clipped and raw.

    Formula: nats = -mean ln p(what happened), p clipped to [.001, .999]; bits = nats / ln 2; raw
    is unclipped. Range: 0.001..6.9078 nats, lower is better.

    Undefined without forecasts; raw also when a forecast of 0 or 1 was wrong.
    Reference: Good 1952, https://doi.org/10.1111/j.2517-6161.1952.tb00104.x
    """
    pool, n = pairs.pool, pairs.groups.n
    is_extreme = (pool.ppm < CLIP) | (pool.ppm > PPM - CLIP)
    losses = _log_losses(clip_ppm(pool.ppm), pool)
    unclipped = losses.copy()
    unclipped[is_extreme] = _log_losses(pool.ppm[is_extreme], pool.where(is_extreme))
    nats, raw = pool.groups.sum(losses) / n, pool.groups.sum(unclipped) / n
    n_wrong = pool.groups.sum(np.where(pool.ppm == 0, pool.n_yes, 0))
    n_wrong += pool.groups.sum(np.where(pool.ppm == PPM, pool.n - pool.n_yes, 0))
    unless = ((pairs.groups.is_empty, NO_FORECASTS),)
    is_infinite = (n_wrong > 0, "infinite: a forecast of 0 or 1 was wrong")
    return {
        "nats": Column(nats, unless),
        "bits": Column(nats / np.log(2), unless),
        "raw": Column(raw, (*unless, is_infinite)),
        "n_clipped": Column(pool.groups.sum(np.where(is_extreme, pool.n, 0))),
        "n_certain_wrong": Column(n_wrong),
    }


def _log_losses(ppm: Integers, pool: Pool) -> Floats:
    """Return what the forecasts of each probability lose together; none came is none lost."""
    losses: Floats = -xlogy(pool.n_yes, ppm / PPM) - xlogy(pool.n - pool.n_yes, 1 - ppm / PPM)
    return losses
