"""How far ahead forecasts look: from the statement to the deadline, as scheduled."""

import numpy as np

from forecasts.scoring.arrays import Integers
from forecasts.scoring.statements import NEVER, UNKNOWN

HORIZONS = ("under_1_month", "1_to_3_months", "3_to_12_months", "over_12_months")
# A month is a twelfth of 365.25 days, in microseconds.
MONTH = 2_629_800_000_000
_BOUNDS = np.array([1, 3, 12]) * MONTH


def horizon_numbers(stated_at: Integers, deadline: Integers) -> Integers:
    """Return the place in HORIZONS of each forecast; -1 where a time is unknown.

    A bound belongs above. stated_at, deadline: (n,) microseconds. The realized horizon is not
    used: the outcome selects it.
    """
    is_known = (stated_at != UNKNOWN) & (deadline != NEVER)
    length = np.where(is_known, deadline, 0) - np.where(is_known, stated_at, 0)
    return np.where(is_known, np.searchsorted(_BOUNDS, length, side="right"), -1)
