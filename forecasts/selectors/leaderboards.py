"""Leaderboards: experts by accuracy or by calibration, who cannot be told apart on one place."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Self, overload

import numpy as np
from django.db.models import QuerySet

from forecasts.models import Expert, Scorecard
from forecasts.scoring import EVERYTHING, Options
from forecasts.scoring.arrays import Integers
from forecasts.selectors.merges import Everybody, into_at
from forecasts.selectors.names import names_at
from forecasts.selectors.rankings import (
    LEAST_CALIBRATED,
    LEAST_SHARED,
    TOO_FEW,
    Contenders,
    Order,
    Ranking,
)
from forecasts.selectors.scorecards import (
    MOST_COMPUTED,
    Basis,
    CurrentScores,
    computed_now,
    computed_scores,
    stored_cards,
)
from forecasts.selectors.stored_figures import RankedFigures, ranked_figures

# What a place takes: a score, and so many of what it is made of.
NEEDED = {
    "accuracy": ("shrunk.relative", LEAST_SHARED, "n_relative_clusters"),
    "calibration": ("corp.mcb_floor", LEAST_CALIBRATED, "n_clusters"),
}
UNSHOWN = ("links", "description")
Read = Callable[[Sequence[int]], tuple[Mapping[int, Expert], Mapping[int, CurrentScores]]]


@dataclass(frozen=True, slots=True)
class Place:
    """One expert on the leaderboard; without a rank, `reason` says why."""

    expert: Expert
    current: CurrentScores | None
    rank: int | None
    reason: str | None

    @property
    def scores(self) -> dict[str, Any]:
        """The statistics, without the large parts; empty where they were never computed."""
        return self.current.scores if self.current else {}


@dataclass(frozen=True, slots=True, eq=False)
class Leaderboard(Sequence[Place]):
    """The order of all; of whom a slice names, the scores are read then.

    shown: the places that are listed, in rising order. settled_at: see CurrentScores.
    """

    order: Order
    shown: Integers
    settled_at: datetime
    is_stale: bool
    read: Read

    @property
    def n_ranked(self) -> int:
        """How many have a rank; they come first."""
        return self.order.n_ranked

    @property
    def n_scored(self) -> int:
        """How many have a rank or a scored forecast; they come before all others."""
        return self.order.n_scored

    def rank_of(self, expert: Expert) -> int | None:
        """The rank of one expert, of whom nothing is read."""
        place = self.order.place_of(expert.pk)
        return None if place is None else self.order.ranks(np.array([place]))[0]

    def of_at_least(self, n: int) -> Self:
        """The same without those for whom fewer forecasts count; no rank changes."""
        return replace(self, shown=self.shown[self.order.n[self.shown] >= n])

    def __len__(self) -> int:
        """How many there are."""
        return self.shown.size

    def __iter__(self) -> Iterator[Place]:
        """All of them, read at once."""
        return iter(self[:])

    @overload
    def __getitem__(self, wanted: int) -> Place: ...
    @overload
    def __getitem__(self, wanted: slice) -> list[Place]: ...
    def __getitem__(self, wanted: int | slice) -> Place | list[Place]:
        """The places, whose scores are read now."""
        if not isinstance(wanted, slice):
            return self[wanted : wanted + 1 or None][0]
        rows = self.shown[wanted]
        pks = self.order.pk[rows].tolist()
        experts, scores = self.read(pks)
        return [
            self._place(experts[pk], scores.get(pk), rank)
            for pk, rank in zip(pks, self.order.ranks(rows), strict=True)
            if pk in experts
        ]

    def _place(self, expert: Expert, current: CurrentScores | None, rank: int | None) -> Place:
        reason = None if rank else _reason(current, self.order.ranking)
        return Place(expert, current, rank, reason)


def leaderboard(
    *,
    synthetic: bool,
    as_of: datetime,
    ranking: Ranking = "accuracy",
    options: Options = EVERYTHING,
    is_past: bool = False,
) -> Leaderboard:
    """Experts of one population: the ranked in order, then the others by how many count.

    accuracy: by shrunk.relative, of those with ten clusters of shared questions or more; a place
    is 1 + the number of experts whose relative score is significantly lower (difference over
    √(se² + se²), one-sided 5 %). calibration: by mcb - mcb_floor, from a hundred clusters on.
    is_past: whether `as_of` is another instant than now; then only those are listed who had said
    something, under the names that they had.
    """
    if options == EVERYTHING and not is_past:
        return _stored_leaderboard(synthetic=synthetic, as_of=as_of, ranking=ranking)
    rows = list(_experts(as_of).order_by("pk"))
    everybody = Everybody.of((one.pk, one.synthetic, vars(one)["into_then"]) for one in rows)
    # By slug, which never changes, unlike names and the orders of databases.
    own = sorted((one for one in rows if one.synthetic == synthetic), key=attrgetter("slug"))
    for expert in own:
        expert.name = vars(expert)["name_then"]
    by_pk = {one.pk: one for one in own if one.pk not in everybody.merges.into}
    found = computed_scores(
        by_pk,
        as_of=as_of,
        options=options,
        has_parts=False,
        heard_only=is_past,
        everybody=everybody,
    )
    order = Contenders.of({pk: one.scores for pk, one in found.items()}).order(ranking)
    shown = np.arange(order.pk.size)
    return Leaderboard(order, shown, as_of, is_stale=False, read=lambda _: (by_pk, found))


def _experts(as_of: datetime) -> QuerySet[Expert]:
    """All of them, with what they were called then, and into whom they were merged."""
    then = {"name_then": names_at(as_of), "into_then": into_at(as_of)}
    return Expert.objects.defer(*UNSHOWN).annotate(**then)


def _stored_leaderboard(*, synthetic: bool, as_of: datetime, ranking: Ranking) -> Leaderboard:
    """By the figures that scorecards hold; of the population's own, outdated ones are computed."""
    columns = ("expert", "expert__slug", "expert__synthetic")
    stale = Scorecard.objects.stale(as_of).order_by("pk").values_list(*columns)
    outdated = sorted(stale, key=lambda row: (1, "") if row[2] != synthetic else (0, row[1]))
    chosen = [pk for pk, *_ in outdated[:MOST_COMPUTED]]
    computed = computed_now(chosen, as_of=as_of)
    figures = ranked_figures().replace(computed)
    basis = Basis.of(
        figures, computed, as_of=as_of, n_outdated=len(outdated), n_computed=len(chosen)
    )
    if ranking == "calibration":
        _draw_floors(figures, basis)
    population = basis.populations[synthetic]
    order = Contenders.among(figures, population, synthetic=synthetic).order(ranking)

    def read(pks: Sequence[int]) -> tuple[Mapping[int, Expert], Mapping[int, CurrentScores]]:
        return Expert.objects.defer(*UNSHOWN).in_bulk(pks), basis.scores(
            pks, stored_cards(pks, is_brief=True)
        )

    shown = np.flatnonzero(~np.isin(order.pk, figures.pk[figures.is_merged]))
    return Leaderboard(order, shown, basis.settled_at, basis.is_stale, read)


def _draw_floors(figures: RankedFigures, basis: Basis) -> None:
    """Put in the floors of a few who need one and whose bands nobody has drawn yet."""
    pks = figures.without_floor()[:MOST_COMPUTED]
    if pks:
        found = basis.scores(pks, stored_cards(pks, is_brief=True))
        figures.replace({pk: current.scores for pk, current in found.items()})


def _reason(current: CurrentScores | None, ranking: Ranking) -> str:
    """Why there is no rank: too few questions, or what a score of the expert lacks."""
    name, least, size = NEEDED[ranking]
    scores = current.scores if current else None
    if scores is None or (scores["skill"] | scores)[size] < least:
        return TOO_FEW[ranking]
    return str(scores["undefined"].get(name, "not computed yet"))
