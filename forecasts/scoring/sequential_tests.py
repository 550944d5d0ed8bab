"""A test of calibration that stays honest however often one looks."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.probabilities import log_odds
from forecasts.scoring.reasons import NO_FORECASTS, undefined

INTERCEPTS = (-1.0, -0.5, 0.0, 0.5, 1.0)
SLOPES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
ALARM = 20.0
# A hundred certain misses exceed any float; what is published ends here.
LARGEST = 1e300

_INTERCEPT, _SLOPE = np.array(list(product(INTERCEPTS, SLOPES))).T
# Every row is weighed against 35 rivals, so that a million rows at once would cost a gigabyte.
_MOST_ROWS = 5_000


def sequential_test(
    ppm: Integers, outcome: Integers, *, deadline: Integers | None = None
) -> dict[str, Any]:
    """Return the evidence against calibration, and whether it ever sufficed for an alarm.

    Formula: E = mean over a in {-1, -.5, 0, .5, 1}, b in {.25, .5, .75, 1, 1.5, 2, 3} of
    Π (q/p)^y ((1 - q)/(1 - p))^(1 - y), q = expit(a + b·x), p clipped, x its log-odds. e_value is
    E after the last row, at most 1e300; alarm: whether E was 20 or more after any deadline: rows
    of one deadline come together. ppm: (n,) parts per million; outcome: (n,) 0 or 1; deadline:
    (n,) rising, without it each row has its own; one row per cluster, in the order of their
    deadlines. Range: 1/35..1e300, lower is better, expected to be 1 of a calibrated expert.

    By Ville's inequality a calibrated expert is ever alarmed about with a chance of at most 5 %,
    if the clusters are independent given the forecasts and the rows only ever grow at their end:
    where a look leaves out what is due and not yet ruled, and yes is ruled sooner than no, looking
    often alarms more often. It is the clipped forecasts that are tested: several thousand
    certainties, all of them right, are evidence against .999.

    Undefined without forecasts.
    Reference: Henzi and Ziegel 2022, https://doi.org/10.1093/biomet/asab047; Ville 1939, Étude
    critique de la notion de collectif.
    """
    if not ppm.size:
        return undefined(("e_value", "alarm"), NO_FORECASTS)
    path = np.concatenate(list(_log_evidence(ppm, outcome)))
    is_last = np.ones(ppm.size, dtype=np.bool_)
    if deadline is not None:
        is_last[:-1] = deadline[1:] != deadline[:-1]
    last, highest = float(path[-1]), float(path[is_last].max())
    # The exponent is bounded first: exp(700) is above the cap and still a float.
    e_value = min(float(np.exp(min(last, 700.0))), LARGEST)
    return {"e_value": e_value, "alarm": bool(highest >= np.log(ALARM))}


def _log_evidence(ppm: Integers, outcome: Integers) -> Iterator[Floats]:
    """Yield ln E after each row, in chunks."""
    gain = np.zeros(_INTERCEPT.size)
    for start in range(0, ppm.size, _MOST_ROWS):
        rows = slice(start, start + _MOST_ROWS)
        # The sum runs on from the chunk before, so that the chunks leave no trace in its digits.
        gains = np.cumsum(np.vstack([gain, _gains(ppm[rows], outcome[rows])]), axis=0)[1:]
        gain = gains[-1]
        yield _log_mean_exp(gains)


def _gains(ppm: Integers, outcome: Integers) -> Floats:
    """Return what each rival (column) wins on each forecast (row), in nats."""
    x, sign = log_odds(ppm)[:, None], np.where(outcome == 1, 1.0, -1.0)[:, None]
    return _log_likelihood(sign * (_INTERCEPT + _SLOPE * x)) - _log_likelihood(sign * x)


def _log_likelihood(log_odds_of_what_came: Floats) -> Floats:
    # Clipped forecasts keep the log-odds within 22 of 0, where nothing overflows.
    return -np.log1p(np.exp(-log_odds_of_what_came))


def _log_mean_exp(gains: Floats) -> Floats:
    best = gains.max(axis=1)
    evidence: Floats = best + np.log(np.exp(gains - best[:, None]).mean(axis=1))
    return evidence
