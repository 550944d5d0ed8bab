"""Proper scores: the expert does best by saying what they believe."""

from typing import Any

import numpy as np

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.clusters import numbered
from forecasts.scoring.intervals import clustered_standard_error, logit_interval
from forecasts.scoring.probabilities import CLIP, PPM, clip_ppm
from forecasts.scoring.reasons import NO_FORECASTS, Undefined, undefined


def brier_losses(ppm: Integers, outcome: Integers) -> Floats:
    """Return each forecast's Brier score.

    Formula: b = (p - y)². ppm: (n,) parts per million; outcome: (n,) 0 or 1. Shape: (n,).
    Range: 0..1, lower is better.

    Reference: Brier 1950, https://doi.org/10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2
    """
    return ((ppm - PPM * outcome) / PPM) ** 2


def brier_score(
    ppm: Integers, outcome: Integers, *, low: Integers, high: Integers, cluster: Integers
) -> dict[str, Any]:
    """Return the mean Brier score, its uncertainty and the bounds that the wording allows.

    Formula: value = mean (p - y)²; best and worst take the point of each [low, high] nearest to
    and farthest from the outcome. All arrays (n,); ppm, low, high in parts per million.
    Range: 0..1, lower is better.

    Fields are undefined without forecasts; se and ci95 also with fewer than 2 clusters.
    Reference: Brier 1950, https://doi.org/10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2
    """
    if not ppm.size:
        return undefined(("value", "se", "ci95", "best", "worst"), NO_FORECASTS)
    losses = brier_losses(ppm, outcome)
    error = clustered_standard_error(losses, cluster)
    is_yes = outcome == 1
    return {
        "value": losses.mean(),
        "se": error,
        "ci95": _interval(losses.mean(), error, n_clusters=numbered(cluster).total),
        "best": brier_losses(np.where(is_yes, high, low), outcome).mean(),
        "worst": brier_losses(np.where(is_yes, low, high), outcome).mean(),
    }


def _interval(mean: float, error: float | Undefined, *, n_clusters: int) -> list[float] | Undefined:
    if isinstance(error, Undefined):
        return error
    return logit_interval(mean, error, n_clusters=n_clusters)


def log_score(ppm: Integers, outcome: Integers) -> dict[str, Any]:
    """Return the mean logarithmic score, clipped and raw.

    Formula: nats = -mean ln p(what happened), p clipped to [.001, .999]; bits = nats / ln 2; raw
    is unclipped. ppm: (n,) parts per million; outcome: (n,) 0 or 1.
    Range: 0.001..6.9078 nats, lower is better.

    Undefined without forecasts; raw also when a forecast of 0 or 1 was wrong.
    Reference: Good 1952, https://doi.org/10.1111/j.2517-6161.1952.tb00104.x
    """
    given = np.where(outcome == 1, ppm, PPM - ppm)
    return {
        **_log_losses(given),
        "n_clipped": int(np.count_nonzero((given < CLIP) | (given > PPM - CLIP))),
        "n_certain_wrong": int(np.count_nonzero(given == 0)),
    }


def _log_losses(given: Integers) -> dict[str, Any]:
    if not given.size:
        return undefined(("nats", "bits", "raw"), NO_FORECASTS)
    nats = -np.log(clip_ppm(given) / PPM).mean()
    raw = Undefined("infinite: a forecast of 0 or 1 was wrong")
    if given.all():
        return {"nats": nats, "bits": nats / np.log(2), "raw": -np.log(given / PPM).mean()}
    return {"nats": nats, "bits": nats / np.log(2), "raw": raw}
