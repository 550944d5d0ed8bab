"""Experts' scores as they are now: as stored while they hold, computed anew where they do not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db.models import F, Func, JSONField

from forecasts.models import Scorecard
from forecasts.scoring import EVERYTHING, Options, draw_bands, with_bands
from forecasts.scoring.packed_rows import PackedRow, unpacked
from forecasts.scoring.populations import PopulationFigures
from forecasts.selectors.merges import Everybody
from forecasts.selectors.populations import scores_among_all
from forecasts.selectors.scores import expert_scores
from forecasts.selectors.stored_figures import StoredFigures, stored_figures

MOST_COMPUTED = 20
# What is large in scores, and nobody reads who asks for them briefly.
UNREAD = (
    *("breakdowns", "bins", "values", "time", "murphy", "ece", "recalibration"),
    *("sequential", "spiegelhalter", "log_score"),
)


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
) -> dict[int, CurrentScores]:
    """Scores by expert; at most `most_computed` outdated ones are computed now.

    Those of others count, too, since they stand behind `shrunk`: where more are outdated, every
    score is marked as stale. One that was never computed is missing then.
    """
    ids = dict.fromkeys(expert_ids)
    # The cards after the list: what a sweep stores in between is new in the one or in the other.
    outdated = dict.fromkeys(
        Scorecard.objects.stale(as_of).order_by("pk").values_list("expert", flat=True)
    )
    cards = stored_cards(ids)
    first = [pk for pk in ids if pk in outdated or (pk in cards and not cards[pk].is_readable)]
    chosen = [*first, *(pk for pk in outdated if pk not in ids)][:most_computed]
    computed = computed_now(chosen, as_of=as_of)
    figures = stored_figures().replace(computed)
    basis = Basis.of(
        figures, computed, as_of=as_of, n_outdated=len(outdated), n_computed=len(chosen)
    )
    return basis.scores(ids, cards, most_drawn=most_computed)


def computed_now(expert_ids: Iterable[int], *, as_of: datetime) -> dict[int, dict[str, Any]]:
    """Statistics without `shrunk` by expert, in the place of what is stored."""
    found = expert_scores(expert_ids, as_of=as_of, is_kept=True)
    return {pk: one.scores for pk, one in found.items()}


@dataclass(frozen=True, slots=True)
class Basis:
    """What current scores are put together from beside the scorecards.

    computed: statistics by expert in the place of outdated ones. The rest: see CurrentScores.
    """

    as_of: datetime
    computed: dict[int, dict[str, Any]]
    populations: dict[bool, PopulationFigures]
    kinds: dict[int, bool]
    is_stale: bool
    settled_at: datetime

    @classmethod
    def of(
        cls,
        figures: StoredFigures,
        computed: dict[int, dict[str, Any]],
        *,
        as_of: datetime,
        n_outdated: int,
        n_computed: int,
    ) -> Self:
        """The basis that these figures are. n_computed: how many outdated ones were replaced."""
        newest, is_stale = figures.newest(), n_outdated > n_computed
        settled_at = as_of if is_stale or n_computed or newest is None else newest
        found = figures.populations()
        return cls(as_of, computed, found, figures.kinds(), is_stale, settled_at)

    def scores(
        self,
        expert_ids: Iterable[int],
        cards: Mapping[int, Scorecard],
        *,
        most_drawn: int = MOST_COMPUTED,
    ) -> dict[int, CurrentScores]:
        """Scores by expert, of those who have any; `cards` are theirs."""
        ids = list(expert_ids)
        stored = _stored(
            [card for pk, card in cards.items() if pk not in self.computed], most_drawn
        )
        unknown = [pk for pk in ids if pk not in cards and pk not in self.computed]
        computed = self.computed | computed_now(unknown, as_of=self.as_of)
        described = {kind: of.described() for kind, of in self.populations.items()}
        return {
            pk: CurrentScores(
                self.populations[kind := self.kinds[pk]].complete(scores),
                _computed_at(cards.get(pk), self.as_of, is_new=pk in computed),
                self.is_stale,
                described[kind],
                self.settled_at,
            )
            for pk in ids
            if (scores := computed.get(pk, stored.get(pk))) is not None
        }


def chosen_scores(
    expert_ids: Iterable[int],
    *,
    as_of: datetime,
    options: Options = EVERYTHING,
    is_past: bool = False,
) -> dict[int, CurrentScores]:
    """Scores by expert: as stored where those answer it, else from the rows recorded by `as_of`.

    is_past: whether `as_of` is another instant than now, of which nothing is stored.
    """
    ids = list(expert_ids)
    if options == EVERYTHING and not is_past:
        return current_scores(ids, as_of=as_of)
    return computed_scores(ids, as_of=as_of, options=options)


def computed_scores(
    expert_ids: Iterable[int],
    *,
    as_of: datetime,
    options: Options,
    has_parts: bool = True,
    heard_only: bool = False,
    everybody: Everybody | None = None,
) -> dict[int, CurrentScores]:
    """Scores by expert, of which nothing is stored. The rest: as for scores_among_all.

    heard_only: without those who had said nothing.
    """
    found, populations = scores_among_all(
        expert_ids, as_of=as_of, options=options, has_parts=has_parts, everybody=everybody
    )
    return {
        pk: CurrentScores(
            one.scores, as_of, False, populations[one.is_synthetic].described(), as_of
        )
        for pk, one in found.items()
        if one.has_said or not heard_only
    }


class Without(Func):
    """A JSON object without some of its parts, which are then neither sent nor parsed."""

    def __init__(self, name: str, *parts: str) -> None:
        """Of a column's name, and the dotted names of the parts."""
        super().__init__(F(name), output_field=JSONField())
        self.parts = parts

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Of jsonb."""
        column, params = compiler.compile(self.source_expressions[0])
        paths = [f"{{{part.replace('.', ',')}}}" for part in self.parts]
        return f"({column}{' #- %s::text[]' * len(paths)})", (*params, *paths)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Of text."""
        column, params = compiler.compile(self.source_expressions[0])
        paths = [f"$.{part}" for part in self.parts]
        return f"JSON_REMOVE({column}{', %s' * len(paths)})", (*params, *paths)


def stored_cards(expert_ids: Iterable[int], *, is_brief: bool = False) -> dict[int, Scorecard]:
    """The scorecards by expert. is_brief: without UNREAD and the band."""
    rows = Scorecard.objects.filter(expert__in=list(expert_ids))
    if is_brief:
        briefly = {"brief": Without("scores", *UNREAD), "floor": Without("drawn", "corp.band")}
        rows = rows.defer("scores", "drawn").annotate(**briefly)
    cards = {card.expert_id: card for card in rows}
    for card in cards.values() if is_brief else ():
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
