"""Why a statistic has no value."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

NO_FORECASTS = "no scored forecasts"
ONE_CLASS = "every outcome is the same"
FEW_CLUSTERS = "fewer than 2 clusters of questions"


@dataclass(frozen=True, slots=True)
class Undefined:
    """Stands where a number would, and says why there is none."""

    reason: str


def undefined(names: Iterable[str], reason: str) -> dict[str, Any]:
    """Return every named field of one expert, undefined for one reason."""
    return dict.fromkeys(names, Undefined(reason))
