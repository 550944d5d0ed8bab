"""For how long each forecast stood, and scores over that time."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.arrays import Booleans, Floats, Integers
from forecasts.scoring.probabilities import PPM, clip_ppm
from forecasts.scoring.standings import Fate, Standings
from forecasts.scoring.statements import UNKNOWN, Answer, Questions, Statements

STOOD = (Fate.SCORED, Fate.EARLY, Fate.WITHDRAWN, Fate.NOT_ADOPTED)


class Spells(NamedTuple):
    """Times in which one number stood, in order of pair and time: parallel arrays.

    pair: the row in the standings. start, end: microseconds, start < end. given: what the number
    gave to what then happened, in parts per million.
    """

    pair: Integers
    question: Integers
    start: Integers
    end: Integers
    given: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Exposures:
    """Scores over the time a forecast stood: parallel arrays, one row per pair."""

    brier: Floats
    log_score: Floats
    coverage: Floats
    baseline: Floats


def is_timed(questions: Questions, standings: Standings) -> Booleans:
    """Return whether each pair is comparable and its question's times are known."""
    has_times: Booleans = standings.opening[standings.question] != UNKNOWN
    return has_times & standings.is_comparable


def has_stood(questions: Questions, standings: Standings) -> Booleans:
    """Return whether each pair may have stood for a time on a decided question of known times.

    Whoever withdrew, or spoke in words that nobody coded, stood until then and is compared with.
    """
    has_times: Booleans = standings.opening[standings.question] != UNKNOWN
    is_decided = np.isin(questions.answer[standings.question], (Answer.YES, Answer.NO))
    return has_times & is_decided & np.isin(standings.fate, STOOD)


def given_to_truth(ppm: Integers, *, question: Integers, questions: Questions) -> Integers:
    """Return what each P(yes) gave to what happened, in ppm. question: a decided one per row."""
    is_yes = questions.answer[question] == Answer.YES
    return np.where(is_yes, ppm, PPM - ppm).astype(np.int64)


def log_probabilities(given: Integers) -> Floats:
    """Return ln of the clipped probabilities. Shape: as given. Range: -6.9078..-0.0010."""
    return np.log(clip_ppm(given) / PPM)


def standing_spells(statements: Statements, questions: Questions, standings: Standings) -> Spells:
    """Return when each number stood: from its statement until the next one or the end.

    A statement before the opening stands from the opening. Withdrawals and words without a
    number end the spell before and start none. Only pairs that has_stood finds have spells.
    """
    chosen = has_stood(questions, standings)[standings.said_pair]
    row, pair = standings.said[chosen], standings.said_pair[chosen]
    question = standings.question[pair]
    start = np.maximum(statements.stated_at[row], standings.opening[question])
    end = questions.end[question]
    goes_on = pair[1:] == pair[:-1]
    end[:-1][goes_on] = start[1:][goes_on]
    stood = np.flatnonzero(statements.has_number[row] & (start < end))
    row, question = row[stood], question[stood]
    given = given_to_truth(statements.ppm[row], question=question, questions=questions)
    return Spells(pair[stood], question, start[stood], end[stood], given)


def exposures(spells: Spells, questions: Questions, standings: Standings) -> Exposures:
    """Return the scores of each pair over the time its forecasts stood.

    Formula: brier = Σ b_k Δt_k / Σ Δt_k, b = (p - y)²; log_score = Σ -ln p̃_y Δt / Σ Δt;
    coverage = Σ Δt / (end - opening); baseline = Σ 100 (1 + log₂ p̃_y) Δt / (deadline - opening),
    so that time after an early end counts 0. p̃ = clip(p, .001, .999). Shapes: (pairs,).
    Range: brier 0..1 and log_score 0.001..6.9078 nats, lower is better; coverage 0..1; baseline
    -896.6..99.9, higher is better, 0 for a coin.

    NaN where the pair is not comparable or the question's times are unknown.
    Reference: Good 1952, https://doi.org/10.1111/j.2517-6161.1952.tb00104.x
    """
    opening, n = standings.opening[standings.question], len(standings)
    length = spells.end - spells.start
    stood = np.where(is_timed(questions, standings), summed(length, spells.pair, n=n), 0.0)
    logs = log_probabilities(spells.given)
    losses = ((PPM - spells.given) / PPM) ** 2
    points = 100 * (1 + logs / np.log(2))
    return Exposures(
        brier=ratio(summed(losses * length, spells.pair, n=n), stood, where=stood > 0),
        log_score=ratio(summed(-logs * length, spells.pair, n=n), stood, where=stood > 0),
        coverage=ratio(stood, questions.end[standings.question] - opening, where=stood > 0),
        baseline=ratio(
            summed(points * length, spells.pair, n=n),
            questions.deadline[standings.question] - opening,
            where=stood > 0,
        ),
    )


def summed(values: NDArray[Any], pair: Integers, *, n: int) -> Floats:
    """Return the sum of each of n pairs, added row by row, whatever the other pairs hold."""
    return np.bincount(pair, weights=values, minlength=n).astype(np.float64)


def ratio(numerator: NDArray[Any], denominator: NDArray[Any], *, where: Booleans) -> Floats:
    """Return the ratios, NaN elsewhere."""
    ratios: Floats = np.full(where.size, np.nan)
    np.divide(numerator, denominator, out=ratios, where=where)
    return ratios
