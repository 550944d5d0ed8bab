"""Experts' scores as they are now: as stored while they hold, computed anew where they do not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Func, JSONField

from forecasts.models import Scorecard
from forecasts.scoring import EVERYTHING, Options, draw_bands, with_bands
from forecasts.scoring.packed_rows import PackedRow, unpacked
from forecasts.selectors.populations import scores_among_all, stored_populations
from forecasts.selectors.scores import expert_scores

MOST_COMPUTED = 20


@dataclass(frozen=True, slots=True)
class CurrentScores:
    """One expert's scores, when they were computed, and whether something has changed since.

    population: the figures that `shrunk` draws on. settled_at: of this instant the rows give the
    same numbers, whatever has come since; later than the last change of any score behind them.
    """

    scores: dict[str, Any]
    computed_at: datetime | None
    """None where nothing was ever said, so that nothing had to be computed."""
    is_stale: bool
    population: dict[str, Any]
    settled_at: datetime


def current_scores(
    expert_ids: Iterable[int],
    *,
    as_of: datetime,
    most_computed: int = MOST_COMPUTED,
    is_brief: bool = False,
) -> dict[int, CurrentScores]:
    """Scores by expert; at most `most_computed` outdated ones are computed now.

    Those of others count, too, since they stand behind `shrunk`: where more are outdated, every
    score is marked as stale. One that was never computed is missing then. is_brief: where nobody
    reads `breakdowns` and `corp.band`, which may be missing then.
    """
    ids = dict.fromkeys(expert_ids)
    # The cards after the list: what a sweep stores in between is new in the one or in the other.
    outdated = dict.fromkeys(
        Scorecard.objects.stale(as_of).order_by("pk").values_list("expert", flat=True)
    )
    cards = {card.expert_id: card for card in _cards(list(ids), is_brief=is_brief)}
    first = [pk for pk in ids if pk in outdated or (pk in cards and not cards[pk].is_readable)]
    chosen = [*first, *(pk for pk in outdated if pk not in ids)][:most_computed]
    without_card = [pk for pk in ids if pk not in cards]
    found = expert_scores([*chosen, *without_card], as_of=as_of, is_kept=True)
    computed = {pk: one.scores for pk, one in found.items()}
    populations, kinds, newest = stored_populations(computed)
    stored = _stored([card for pk, card in cards.items() if pk not in computed], most_computed)
    is_stale = len(outdated) > len(chosen)
    settled_at = as_of if is_stale or chosen or newest is None else newest
    return {
        pk: CurrentScores(
            populations[kinds[pk]].complete(scores),
            _computed_at(cards.get(pk), as_of, is_new=pk in computed),
            is_stale,
            populations[kinds[pk]].described(),
            settled_at,
        )
        for pk, scores in (stored | computed).items()
        if pk in ids
    }


def chosen_scores(
    expert_ids: Iterable[int],
    *,
    as_of: datetime,
    options: Options = EVERYTHING,
    is_past: bool = False,
    is_brief: bool = False,
) -> dict[int, CurrentScores]:
    """Scores by expert: as stored where those answer it, else from the rows recorded by `as_of`.

    is_past: whether `as_of` is another instant than now, of which nothing is stored. is_brief: as
    for current_scores.
    """
    ids = list(expert_ids)
    if options == EVERYTHING and not is_past:
        return current_scores(ids, as_of=as_of, is_brief=is_brief)
    found, populations = scores_among_all(ids, as_of=as_of, options=options, has_parts=not is_brief)
    return {
        pk: CurrentScores(
            one.scores, as_of, False, populations[one.is_synthetic].described(), as_of
        )
        for pk, one in found.items()
    }


class Without(Func):
    """A JSON object without one of its parts, which is then neither sent nor parsed."""

    def __init__(self, name: str, *path: str) -> None:
        """Of a column's name, and the names that lead to the part."""
        super().__init__(F(name), output_field=JSONField())
        self.path = path

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Of jsonb."""
        column, params = compiler.compile(self.source_expressions[0])
        return f"({column} #- %s::text[])", (*params, f"{{{','.join(self.path)}}}")

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Of text."""
        column, params = compiler.compile(self.source_expressions[0])
        return f"JSON_REMOVE({column}, %s)", (*params, ".".join(("$", *self.path)))


def _cards(expert_ids: list[int], *, is_brief: bool) -> list[Scorecard]:
    rows = Scorecard.objects.filter(expert__in=expert_ids)
    if not is_brief:
        return list(rows)
    briefly = {"brief": Without("scores", "breakdowns"), "floor": Without("drawn", "corp", "band")}
    cards = list(rows.defer("scores", "drawn").annotate(**briefly))
    for card in cards:
        card.scores, card.drawn = vars(card)["brief"], vars(card)["floor"]
    return cards


def _computed_at(card: Scorecard | None, as_of: datetime, *, is_new: bool) -> datetime | None:
    if card is None:
        return None
    return as_of if is_new else card.computed_at


def _stored(cards: list[Scorecard], most_drawn: int) -> dict[int, dict[str, Any]]:
    """Scores as stored; a few bands that nobody has drawn yet are drawn now, others left out."""
    ready = [card for card in cards if card.is_readable]
    undrawn = [card for card in ready if card.drawn is None][:most_drawn]
    pairs = unpacked(PackedRow(bytes(card.keys), bytes(card.clusters)) for card in undrawn)
    drawn = dict(zip((card.pk for card in undrawn), draw_bands(*pairs), strict=True))
    bands = {card.pk: card.drawn or drawn.get(card.pk) for card in ready}
    return {
        card.expert_id: with_bands(card.scores, found) if (found := bands[card.pk]) else card.scores
        for card in ready
    }
