"""Rows of one expert on one question: which are updates, and which say the same twice."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.arrays import Integers
from forecasts.track_files.columns import UNKNOWN
from forecasts.track_files.problems import Problems
from forecasts.track_files.sheets import Sheet

Mask: TypeAlias = NDArray[np.bool_]
Refuse: TypeAlias = Callable[[Integers, Integers, str, str], None]

# What one row can say differently from another of the same instant.
_SAYING = ("probability", "low", "high", "coding", "adopted_at", "date_basis")
_TWICE = "line {} has the same expert and question; without forecast_at one row is allowed"
_SAME = "line {} has the same expert, question, times and probability"
_MIXED = "is given here or on line {}, but not on both; an expert's rows on a question are alike"


def check_repetitions(sheet: Sheet, problems: Problems) -> None:
    """Add rows that repeat an earlier one, and those that have times where others have none."""
    if not len(sheet):
        return
    pair = sheet["expert"] * np.int64(len(sheet.questions)) + sheet["question"]
    is_timed = sheet.said_at != UNKNOWN

    def refuse(later: Integers, earlier: Integers, column: str, reason: str) -> None:
        ascending = np.argsort(later)
        there = sheet.lines[earlier[ascending]]
        lines = sheet.lines[later[ascending]]
        problems.add_rows(lines, column, lambda place: reason.format(there[place]))

    if is_timed.any():
        _check_mixtures(pair, is_timed, refuse)
    later, earlier = _repeats(sheet, pair, is_timed)
    for is_meant, reason in ((~is_timed[later], _TWICE), (is_timed[later], _SAME)):
        refuse(later[is_meant], earlier[is_meant], "question", reason)


def _check_mixtures(pair: Integers, is_timed: Mask, refuse: Refuse) -> None:
    order = np.argsort(pair, kind="stable")
    begins = _begins([pair[order]])
    first = order[np.flatnonzero(begins)][np.cumsum(begins) - 1]
    is_mixed = is_timed[order] != is_timed[first]
    refuse(order[is_mixed], first[is_mixed], "forecast_at", _MIXED)


def _repeats(sheet: Sheet, pair: Integers, is_timed: Mask) -> tuple[Integers, Integers]:
    """Rows that say nothing new, and for each the one that said it before."""
    keys = [pair]
    if is_timed.any():
        # Without times nothing else can make a row an update.
        times = (sheet.said_at, sheet.recorded_at, sheet.is_withdrawal)
        rest = (*times, *(sheet[name] for name in _SAYING if sheet.is_given(name)))
        keys += [np.where(is_timed, key, 0) for key in rest]
    # Stable, so that rows alike stay in the order of lines.
    order = np.lexsort(keys[::-1])
    repeats = np.flatnonzero(~_begins([key[order] for key in keys]))
    return order[repeats], order[repeats - 1]


def _begins(keys: list[Integers]) -> Mask:
    """Where sorted rows differ from the one before."""
    begins = np.ones(keys[0].size, bool)
    begins[1:] = False
    for key in keys:
        begins[1:] |= key[1:] != key[:-1]
    return begins
