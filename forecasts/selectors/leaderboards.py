"""The leaderboard: experts by Brier score, who cannot be told apart on one place."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forecasts.models import Expert
from forecasts.selectors.scorecards import CurrentScores, current_scores

RANKED_TIERS = ("provisional", "full", "ranked")
TOO_FEW = "too few"
# One-sided 5 % of the standard normal distribution.
SIGNIFICANT = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Place:
    """One expert on the leaderboard; without a rank, `reason` says why."""

    expert: Expert
    current: CurrentScores | None
    rank: int | None
    reason: str | None

    @property
    def scores(self) -> dict[str, Any]:
        """The statistics; empty where they were never computed."""
        return self.current.scores if self.current else {}


def leaderboard(*, synthetic: bool, as_of: datetime) -> list[Place]:
    """Experts of one population: the ranked by Brier score, then the others by how many count.

    A place is 1 + the number of experts whose Brier score is significantly lower (difference
    over √(se² + se²), one-sided 5 %). Below ten clusters of questions nobody is ranked.
    """
    experts = list(Expert.objects.filter(synthetic=synthetic).order_by("name", "pk"))
    current = current_scores((expert.pk for expert in experts), as_of=as_of)
    briers = {
        pk: found.scores["brier"]
        for pk, found in current.items()
        if found.scores.get("tier") in RANKED_TIERS
    }
    ranked = sorted(
        (expert for expert in experts if expert.pk in briers),
        key=lambda expert: briers[expert.pk]["value"],
    )
    others = sorted(
        (expert for expert in experts if expert.pk not in briers),
        key=lambda expert: -_number_scored(current.get(expert.pk)),
    )
    places = {pk: 1 + _number_better(own, briers.values()) for pk, own in briers.items()}
    return [
        *(Place(expert, current[expert.pk], places[expert.pk], None) for expert in ranked),
        *(Place(expert, current.get(expert.pk), None, TOO_FEW) for expert in others),
    ]


def _number_scored(current: CurrentScores | None) -> int:
    return int(current.scores["n"]) if current else 0


def _number_better(own: dict[str, Any], briers: Iterable[dict[str, Any]]) -> int:
    return sum(_is_better(other, own) for other in briers)


def _is_better(one: dict[str, Any], other: dict[str, Any]) -> bool:
    gap = other["value"] - one["value"]
    error = math.hypot(one["se"] or 0.0, other["se"] or 0.0)
    return bool(gap > SIGNIFICANT * error)
