"""The order of experts by figures of all of them side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np

from forecasts.scoring.arrays import Booleans, Floats, Integers
from forecasts.scoring.columns import plain
from forecasts.scoring.places import places
from forecasts.scoring.populations import PopulationFigures
from forecasts.scoring.reasons import Undefined
from forecasts.selectors.stored_figures import RankedFigures

Ranking = Literal["accuracy", "calibration"]
LEAST_SHARED = 10
LEAST_CALIBRATED = 100
TOO_FEW = {
    "accuracy": f"fewer than {LEAST_SHARED} clusters of questions that others answered, too",
    "calibration": f"fewer than {LEAST_CALIBRATED} clusters of questions",
}
# Where published scores hold what experts are ordered by.
PUBLISHED = {
    "n": ("n",),
    "n_clusters": ("n_clusters",),
    "n_shared": ("skill", "n_relative_clusters"),
    "relative": ("skill", "relative"),
    "relative_se": ("skill", "relative_se"),
    "shrunk": ("shrunk", "relative"),
    "mcb": ("corp", "mcb"),
    "mcb_floor": ("corp", "mcb_floor"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Ids in the order of a ranking. value, error: what the ranks of the first n_ranked go by.

    n: how many forecasts count for each.
    """

    ranking: Ranking
    pk: Integers
    n: Integers
    n_ranked: int
    n_scored: int
    value: Floats
    error: Floats

    def ranks(self, rows: Integers) -> list[int | None]:
        """The ranks of places, in rising order; None for who has none."""
        ranked = rows[rows < self.n_ranked]
        found: list[int | None] = self._ranks(ranked).tolist() if ranked.size else []
        return found + [None] * (rows.size - len(found))

    def place_of(self, pk: int) -> int | None:
        """The place of an expert who has a rank."""
        found = np.flatnonzero(self.pk[: self.n_ranked] == pk)
        return int(found[0]) if found.size else None

    def _ranks(self, ranked: Integers) -> Integers:
        if self.ranking == "accuracy":
            return places(self.value, self.error, of=ranked)
        before: Integers = np.searchsorted(self.value, self.value[ranked])
        return 1 + before


@dataclass(frozen=True, slots=True, eq=False)
class Contenders:
    """What experts are ordered by, in rising order of slugs; NaN where one has no such score."""

    pk: Integers
    n: Integers
    n_clusters: Integers
    n_shared: Integers
    relative: Floats
    relative_se: Floats
    shrunk: Floats
    mcb: Floats
    mcb_floor: Floats

    @classmethod
    def of(cls, scores: Mapping[int, dict[str, Any]]) -> Self:
        """Return them from published scores, by expert."""
        found = {
            name: [_at(one, path) for one in scores.values()] for name, path in PUBLISHED.items()
        }
        columns: dict[str, Any] = {
            name: np.array(values, dtype=np.int64 if name.startswith("n") else np.float64)
            for name, values in found.items()
        }
        return cls(pk=np.array(list(scores), dtype=np.int64), **columns)

    @classmethod
    def among(
        cls, figures: RankedFigures, population: PopulationFigures, *, synthetic: bool
    ) -> Self:
        """Return one population of them, from what is stored."""
        own = figures.by_slug[(figures.is_synthetic == synthetic)[figures.by_slug]]
        relative, is_readable = figures.relative, figures.is_readable[own]
        return cls(
            pk=figures.pk[own],
            n=np.where(is_readable, figures.n[own], 0),
            n_clusters=figures.brier.n_clusters[own],
            n_shared=relative.n_clusters[own],
            relative=relative.value[own],
            relative_se=relative.error[own],
            shrunk=_shrunk(relative.value[own], relative.n_clusters[own], is_readable, population),
            mcb=np.where(is_readable, figures.mcb[own], np.nan),
            mcb_floor=figures.mcb_floor[own],
        )

    def order(self, ranking: Ranking) -> Order:
        """Return the ranked, the best first, then the others by how many forecasts count."""
        value = self._value(ranking)
        is_ranked = ~np.isnan(value)
        ranked, others = np.flatnonzero(is_ranked), np.flatnonzero(~is_ranked)
        ranked = ranked[np.argsort(value[ranked], kind="stable")]
        others = others[np.argsort(-self.n[others], kind="stable")]
        rows = np.concatenate([ranked, others])
        compared = self.relative if ranking == "accuracy" else value
        return Order(
            ranking,
            self.pk[rows],
            self.n[rows],
            n_ranked=ranked.size,
            n_scored=ranked.size + int(np.count_nonzero(self.n[others])),
            value=compared[ranked],
            error=self.relative_se[ranked],
        )

    def _value(self, ranking: Ranking) -> Floats:
        """What a ranking goes by, lower is better; NaN for who has no place in it."""
        if ranking == "accuracy":
            return np.where(self.n_shared >= LEAST_SHARED, self.shrunk, np.nan)
        return np.where(self.n_clusters >= LEAST_CALIBRATED, self.mcb - self.mcb_floor, np.nan)


def _at(scores: dict[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = scores
    for name in path:
        found = found[name]
    return found


def _shrunk(
    value: Floats, n_clusters: Integers, is_readable: Booleans, population: PopulationFigures
) -> Floats:
    """The shrunk scores as they are published: rounding makes some equal."""
    found = np.full(value.shape, np.nan)
    has_one = is_readable & ~np.isnan(value)
    if not isinstance(population.relative, Undefined):
        means, _ = population.relative.shrunk(value[has_one], n_clusters[has_one])
        found[has_one] = [plain(mean) for mean in means.tolist()]
    return found
