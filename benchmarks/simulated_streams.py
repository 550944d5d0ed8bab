"""Simulated forecasts on their way to a track record: clusters, deadlines, early rulings."""

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from benchmarks.simulated_experts import Forecasts
from forecasts.scoring import Options, Tally, Topics, TrackRecords, tally
from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.groups import Groups
from forecasts.scoring.statements import NEVER, Answer, Questions, Statements

Early: TypeAlias = Literal["exclude", "include"]

# Between one claim's last deadline and the next one's, in microseconds.
_STEP = 1_000_000


def whole_records(forecasts: Forecasts, cluster: Integers) -> TrackRecords:
    """Return the records of experts all of whose deadlines have passed."""
    row = np.arange(forecasts.ppm.size)
    return TrackRecords.of(
        forecasts.expert,
        int(forecasts.expert[-1]) + 1,
        **dict.fromkeys(("ppm", "low", "high"), forecasts.ppm),
        outcome=forecasts.outcome,
        cluster=cluster,
        n_conditions=np.zeros_like(row),
        deadline=row,
        question=row,
    )


class Times(NamedTuple):
    """When each question opens, falls due and is ruled, in microseconds; midway, half are due."""

    opens: Integers
    deadline: Integers
    ruled: Integers
    midway: int


def draw_times(forecasts: Forecasts, *, n_families: int, rng: np.random.Generator) -> Times:
    """Return times at which the claims of each expert fall due one after the other.

    A claim is made, on all its horizons, a quarter to a whole stream before its last
    deadline. Yes comes,
    and is ruled, at a random time within the first horizon it came in; no is ruled at the deadline.
    """
    total = int(forecasts.family[-1]) + 1
    length = rng.uniform(0.25, 1.0, total)[forecasts.family] * n_families * _STEP
    due = (forecasts.family % n_families + 1) * _STEP
    comes = _share_when_it_comes(forecasts, rng.random(total))
    ends = np.where(forecasts.outcome == 1, comes, forecasts.place / forecasts.size)
    opens, deadline, ruled = (
        np.floor(due - length * (1.0 - share)).astype(np.int64)
        for share in (np.zeros_like(ends), forecasts.place / forecasts.size, ends)
    )
    return Times(opens, deadline, ruled, midway=n_families // 2 * _STEP)


def tally_midway(forecasts: Forecasts, times: Times, *, early: Early) -> Tally:
    """Return what each expert is scored on midway. early: whether a yes counts at its ruling."""
    is_ruled = times.ruled <= times.midway
    answer = np.where(forecasts.outcome == 1, Answer.YES, Answer.NO)
    row = np.arange(forecasts.ppm.size)
    questions = Questions(
        order=row,
        opens_at=times.opens,
        deadline=times.deadline,
        known_at=np.where(is_ruled, times.ruled, NEVER),
        answer=np.where(is_ruled, answer, Answer.OPEN),
        cluster=forecasts.family,
        n_conditions=np.zeros_like(row),
    )
    return tally(
        _statements(forecasts, times.opens).where(times.opens <= times.midway),
        questions,
        n_experts=int(forecasts.expert[-1]) + 1,
        counted_at=times.midway,
        options=Options(early=early),
        topics=Topics((), np.zeros(0, dtype=np.int64), Groups.of_sizes(np.zeros_like(row))),
    )


def _share_when_it_comes(forecasts: Forecasts, uniform: Floats) -> Floats:
    """Return after which share of its claim's time yes comes: at random before the first yes."""
    n_no = np.bincount(forecasts.family, weights=1 - forecasts.outcome)
    share: Floats = (n_no + uniform)[forecasts.family] / forecasts.size
    return share


def _statements(forecasts: Forecasts, opens: Integers) -> Statements:
    row, ppm = np.arange(forecasts.ppm.size), forecasts.ppm
    nowhere = np.zeros(row.size, dtype=np.bool_)
    return Statements(
        expert=forecasts.expert,
        question=row,
        order=row,
        stated_at=opens,
        recorded_at=opens,
        adopted_at=opens,
        is_withdrawal=nowhere,
        is_inferred=nowhere,
        proves_its_date=~nowhere,
        low=ppm,
        ppm=ppm,
        high=ppm,
    )
