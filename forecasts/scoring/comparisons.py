"""Scores against the others who answered the same question at the same time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.exposures import (
    Spells,
    given_to_truth,
    is_timed,
    log_probabilities,
    ratio,
    summed,
)
from forecasts.scoring.probabilities import PPM
from forecasts.scoring.standings import Standings
from forecasts.scoring.statements import Questions, Statements

# Questions are taken together until they have so many spells, which bounds memory.
_MOST_SPELLS = 100_000
# Integrals are sums of whole numbers of this size. Those neither round nor depend on order, so a
# question has the same digits alone and among a million; and running totals over all questions
# may overflow, since their differences are exact modulo 2⁶⁴. None exceeds 6.91 · N/(N - 1) < 16.
_UNIT = 2.0**-58
# The two parts of a logarithm as whole numbers: 16 million of them add up without rounding.
_COARSE = 2.0**-20
_NEGLIGIBLE = 1e-12
# Less of the horizon than this, a third of a second in ten years, is not shared: too few digits.
_BRIEFEST = 2.0**-30
_FINE = 2.0**-60


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Scores against the others: parallel arrays, one row per pair."""

    peer: Floats
    relative: Floats


def comparisons(
    spells: Spells, statements: Statements, questions: Questions, standings: Standings
) -> Comparisons:
    """Return how each comparable pair did against the others who stood on its question.

    Formula: peer = ∫ 100 (ln p̃ - mean of the others' ln p̃) dt / (deadline - opening), p̃ what
    was given to what happened, clipped to [.001, .999]; relative = ∫ (b - mean of the others' b)
    dt / ∫ dt, b = (p - y)². Both integrate over the instants at which the expert and at least one
    other stand, so that an eve-of-event forecast does not beat a year-old one; where times are
    unknown, relative compares the standing forecasts. Shapes: (pairs,). Range: peer -691..691,
    0 where nobody shared a moment, higher is better; relative -1..1, lower is better.

    NaN where the pair is not comparable; peer also without times; relative also where nobody
    shared a moment. Integrals err by at most 2⁻⁵⁹ of the horizon per start or end of a spell.
    Reference: peer equals 100 N/(N - 1) ln(p̃ / geometric mean of all N), as in
    https://www.metaculus.com/help/scores-faq/#peer-score
    """
    n, timed = len(standings), is_timed(questions, standings)
    shared = _shared(spells, questions, standings)
    peer, excess, time = (
        summed(gain, shared.pair, n=n) for gain in _gains(shared, questions, standings)
    )
    relative = ratio(excess, time, where=timed & (time > _BRIEFEST))
    untimed = np.flatnonzero(standings.is_comparable & ~timed)
    relative[untimed] = _without_times(untimed, statements, questions, standings)
    return Comparisons(np.where(timed, 100 * _settled(peer), np.nan), _settled(relative))


def _settled(values: Floats) -> Floats:
    """Return 0 for what is rounding: who said the same as all others is no better than they."""
    return np.where(np.abs(values) < _NEGLIGIBLE, 0.0, values)


def _without_times(
    pairs: Integers, statements: Statements, questions: Questions, standings: Standings
) -> Floats:
    """Return each pair's Brier score less the mean of the others'; sums are of whole numbers."""
    question = standings.question[pairs]
    ppm = statements.ppm[standings.statement[pairs]]
    loss = (PPM - given_to_truth(ppm, question=question, questions=questions)) ** 2
    total = np.zeros(len(questions), dtype=np.int64)
    np.add.at(total, question, loss)
    others = np.bincount(question, minlength=len(questions))[question] - 1
    excess = others * loss - (total[question] - loss)
    return ratio(excess, PPM**2 * others, where=others > 0)


def _shared(spells: Spells, questions: Questions, standings: Standings) -> Spells:
    """Return the spells on questions that several experts answered, question by question."""
    stood = np.unique(spells.pair)
    n_experts = np.bincount(standings.question[stood], minlength=len(questions))
    rows = np.flatnonzero(n_experts[spells.question] > 1)
    return _taken(spells, rows[np.argsort(spells.question[rows], kind="stable")])


def _taken(spells: Spells, rows: Integers | slice) -> Spells:
    return Spells(*(column[rows] for column in spells))


def _gains(spells: Spells, questions: Questions, standings: Standings) -> Floats:
    """Return what each spell adds to ∫ log advantage, ∫ Brier excess and shared time: (3, n)."""
    horizon = questions.deadline - standings.opening
    gains = np.empty((3, spells.pair.size))
    for block in _blocks(spells.question):
        gains[:, block] = _gains_within(_taken(spells, block), horizon)
    return gains


def _blocks(question: Integers) -> Iterator[slice]:
    """Yield runs of whole questions, of about as many spells as are taken together."""
    starts = np.flatnonzero(np.diff(question, prepend=-1))
    cuts = starts[np.diff(starts // _MOST_SPELLS, prepend=-1) > 0]
    return (slice(*ends) for ends in pairwise([*cuts.tolist(), question.size]))


def _gains_within(spells: Spells, horizon: Integers) -> tuple[Floats, Floats, Floats]:
    timeline = Timeline.of(spells, horizon)
    logs = log_probabilities(spells.given)
    loss = (PPM - spells.given) ** 2
    n = timeline.standing(np.ones_like(spells.pair))
    is_shared, others = n > 1, np.maximum(n - 1, 1)
    # Own less the mean of the others' is (own · N - sum of all) / (N - 1).
    weight = timeline.integrals(is_shared * n / others)
    all_logs = timeline.integrals(is_shared * timeline.standing_logs(logs) / others)
    all_losses = timeline.integrals(is_shared * timeline.standing(loss) / PPM**2 / others)
    time = timeline.integrals(is_shared)
    return logs * weight - all_logs, loss / PPM**2 * weight - all_losses, time


class Timeline(NamedTuple):
    """The starts and ends of n spells as 2n events, in order of question and time.

    order: the event at each place; spell k starts with event k and ends with event n + k.
    start, end: the places of each spell's two events. share: the time from each place to the
    next as a share of the question's horizon.
    """

    order: Integers
    start: Integers
    end: Integers
    share: Floats

    @classmethod
    def of(cls, spells: Spells, horizon: Integers) -> Self:
        """Return the timeline of the spells. horizon: microseconds, one per question."""
        time = np.concatenate((spells.start, spells.end))
        question = np.concatenate((spells.question, spells.question))
        order = np.lexsort((time, question))
        place = np.empty_like(order)
        place[order] = np.arange(order.size)
        start, end = np.split(place, 2)
        # Between the last event of a question and the first of the next nobody stands.
        length = np.diff(time[order], append=0)
        return cls(order, start, end, length / horizon[question[order]])

    def standing(self, amount: Integers) -> Integers:
        """Return the sum over the spells that stand from each place on. amount: one per spell."""
        return np.cumsum(np.concatenate((amount, -amount))[self.order])

    def standing_logs(self, logs: Floats) -> Floats:
        """Return the sum of logarithms over the spells that stand from each place on."""
        coarse = np.rint(logs / _COARSE)
        fine = np.rint((logs - coarse * _COARSE) / _FINE)
        whole, rest = (self.standing(part.astype(np.int64)) for part in (coarse, fine))
        return whole * _COARSE + rest * _FINE

    def integrals(self, rate: NDArray[Any]) -> Floats:
        """Return the integral of a rate over each spell, in units of the horizon."""
        steps = np.rint(rate * self.share / _UNIT).astype(np.int64)
        before = np.cumsum(steps) - steps
        return (before[self.end] - before[self.start]) * _UNIT
