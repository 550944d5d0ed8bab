"""Rules that more than one cell takes part in."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.arrays import Integers
from forecasts.track_files.cells import INFERRED
from forecasts.track_files.columns import ABSENT, OPEN, UNKNOWN
from forecasts.track_files.facts import check_facts
from forecasts.track_files.problems import Problems
from forecasts.track_files.repetitions import check_repetitions
from forecasts.track_files.sheets import Sheet
from forecasts.track_files.wordings import RowWords

Mask: TypeAlias = NDArray[np.bool_]
Refuse: TypeAlias = Callable[[Mask, str, str], None]


def check_rows(sheet: Sheet, problems: Problems) -> None:
    """Add what is wrong with rows by themselves, with questions, and with rows together."""

    def refuse(is_wrong: Mask, column: str, reason: str) -> None:
        rows = np.flatnonzero(is_wrong)
        problems.add_rows(
            sheet.lines[rows],
            column,
            lambda place: reason.format_map(RowWords(sheet, int(rows[place]))),
        )

    _check_numbers(sheet, refuse)
    _check_times(sheet, refuse)
    _check_adoptions(sheet, refuse)
    _check_questions(sheet, refuse)
    check_facts(sheet, problems)
    check_repetitions(sheet, problems)


def _check_numbers(sheet: Sheet, refuse: Refuse) -> None:
    low, middle, high = (sheet[name] for name in ("low", "probability", "high"))
    is_given = middle != ABSENT
    may_be_empty = sheet.is_withdrawal | (sheet["coding"] == INFERRED)
    refuse(~is_given & ~may_be_empty, "probability", "is empty")
    for name, bound in (("low", low), ("high", high)):
        refuse((bound != ABSENT) & ~is_given, name, "there is no probability that it belongs to")
    refuse(is_given & (low > middle), "low", "{low} is above the probability, {probability}")
    is_below = is_given & (high != ABSENT) & (high < middle)
    refuse(is_below, "high", "{high} is below the probability, {probability}")


def _check_times(sheet: Sheet, refuse: Refuse) -> None:
    said, withdrawn, recorded = (
        sheet[name] for name in ("forecast_at", "withdrawn_at", "recorded_at")
    )
    is_forecast = ~sheet.is_withdrawal
    is_withdrawn = is_forecast & (withdrawn != UNKNOWN)
    refuse(is_withdrawn & (said == UNKNOWN), "withdrawn_at", "wants forecast_at beside it")
    is_before = is_withdrawn & (withdrawn < said)
    refuse(is_before, "withdrawn_at", "{withdrawn_at} is before forecast_at, {forecast_at}")
    is_before = is_forecast & (recorded != UNKNOWN) & (recorded < said)
    refuse(is_before, "recorded_at", "{recorded_at} is before forecast_at, {forecast_at}")
    is_before = ~is_forecast & (recorded != UNKNOWN) & (recorded < withdrawn)
    refuse(is_before, "recorded_at", "{recorded_at} is before withdrawn_at, {withdrawn_at}")


def _check_adoptions(sheet: Sheet, refuse: Refuse) -> None:
    adopted = sheet["adopted_at"]
    is_given = adopted != UNKNOWN
    can_be_adopted = (sheet["coding"] == INFERRED) & (sheet["probability"] != ABSENT)
    refuse(is_given & ~can_be_adopted, "adopted_at", "only an inferred probability is adopted")
    is_before = is_given & can_be_adopted & (adopted < sheet.recorded_at)
    refuse(is_before, "adopted_at", "{adopted_at} is before it was recorded")


def _check_questions(sheet: Sheet, refuse: Refuse) -> None:
    opens, deadline, known = (sheet[name] for name in ("open_at", "deadline", "known_at"))
    is_first = _is_first(sheet)
    is_closed = (opens != UNKNOWN) & (deadline != UNKNOWN) & (opens >= deadline)
    refuse(is_first & is_closed, "open_at", "{open_at} is not before the deadline, {deadline}")
    is_open = (known != UNKNOWN) & (sheet["outcome"] == OPEN)
    refuse(is_first & is_open, "known_at", "is given, but the outcome is empty")


def _is_first(sheet: Sheet) -> Mask:
    """Where a question comes up for the first time: it is told once what is wrong with it."""
    rows: Integers = np.arange(len(sheet))
    first: Mask = sheet.first_rows("question")[sheet["question"]] == rows
    return first
