"""Experts' scores as they are now: as stored while they hold, computed anew where they do not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forecasts.models import Scorecard
from forecasts.selectors.scores import expert_scores

MOST_COMPUTED = 20


@dataclass(frozen=True, slots=True)
class CurrentScores:
    """One expert's scores, when they were computed, and whether something has changed since."""

    scores: dict[str, Any]
    computed_at: datetime | None
    """None where nothing was ever said, so that nothing had to be computed."""
    is_stale: bool = False


def current_scores(
    expert_ids: Iterable[int], *, as_of: datetime, most_computed: int = MOST_COMPUTED
) -> dict[int, CurrentScores]:
    """Scores by expert; at most `most_computed` outdated ones are computed now.

    The others are marked as stale, and missing where they were never computed.
    """
    ids = list(expert_ids)
    cards = {card.expert_id: card for card in Scorecard.objects.filter(expert__in=ids)}
    found = {
        pk: CurrentScores(card.scores, card.computed_at, is_stale=card.is_stale(as_of))
        for pk, card in cards.items()
        if card.computed_at is not None
    }
    outdated = [pk for pk in ids if pk in cards and (pk not in found or found[pk].is_stale)]
    without_card = [pk for pk in ids if pk not in cards]
    computed = expert_scores([*outdated[:most_computed], *without_card], as_of=as_of)
    fresh = {
        pk: CurrentScores(scores, as_of if pk in cards else None)
        for pk, (scores, _) in computed.items()
    }
    return found | fresh
