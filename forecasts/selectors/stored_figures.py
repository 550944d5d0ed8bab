"""Figures of every expert side by side, as their scorecards hold them: what orders and shrinks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import numpy as np
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce, Length

from forecasts.models import Expert
from forecasts.scoring.arrays import Booleans, Floats, Integers
from forecasts.scoring.packed_rows import WIRE
from forecasts.scoring.populations import (
    Figures,
    PopulationFigures,
    brier_of,
    populations,
    relative_of,
)
from forecasts.scoring.versions import STATISTICS_VERSION
from forecasts.selectors.columns import EPOCH, Columns, InBytes, instant, read_columns

# No score and no error is that low.
NOTHING = -9.0
STORED = ("n_clusters", "brier", "brier_se", "n_relative_clusters", "relative", "relative_se")
RANKED = ("mcb", "mcb_floor", "statistics_version")
COUNTS = ("n_clusters", "n_relative_clusters", "statistics_version")


@dataclass(frozen=True, slots=True, eq=False)
class StoredFigures:
    """A place in all arrays for each expert there is, in rising order of ids.

    computed_at: microseconds since 1970, 0 where never.
    """

    pk: Integers
    is_synthetic: Booleans
    computed_at: Integers
    brier: Figures
    relative: Figures

    def populations(self) -> dict[bool, PopulationFigures]:
        """What the experts tell of all: the invented ones, and the others."""
        return populations(self.is_synthetic, self.brier, self.relative)

    def kinds(self) -> dict[int, bool]:
        """Whether each is invented."""
        return dict(zip(self.pk.tolist(), self.is_synthetic.tolist(), strict=True))

    def newest(self) -> datetime | None:
        """When the last was computed; None where none was."""
        newest = int(self.computed_at.max(initial=0))
        return instant(newest) if newest else None

    def replace(self, fresher: Mapping[int, dict[str, Any]]) -> Self:
        """Put in scores by expert that are newer than the stored ones."""
        for pk, scores in fresher.items():
            place = np.searchsorted(self.pk, pk)
            _replace(self.brier, place, brier_of(scores))
            _replace(self.relative, place, relative_of(scores))
        return self


@dataclass(frozen=True, slots=True, eq=False)
class RankedFigures(StoredFigures):
    """The same with what leaderboards go by. by_slug: the places in rising order of slugs."""

    by_slug: Integers
    is_merged: Booleans
    is_readable: Booleans
    n: Integers
    mcb: Floats
    mcb_floor: Floats

    def without_floor(self) -> list[int]:
        """Ids of those whose miscalibration is known, and not what chance makes of it."""
        lacks = self.is_readable & ~np.isnan(self.mcb) & np.isnan(self.mcb_floor)
        found: list[int] = self.pk[lacks].tolist()
        return found

    def replace(self, fresher: Mapping[int, dict[str, Any]]) -> Self:
        """Put in scores by expert that are newer than the stored ones."""
        StoredFigures.replace(self, fresher)
        for pk, scores in fresher.items():
            place = np.searchsorted(self.pk, pk)
            self.is_readable[place], self.n[place] = True, scores["n"]
            for name in ("mcb", "mcb_floor"):
                value = scores["corp"][name]
                getattr(self, name)[place] = np.nan if value is None else value
        return self


def stored_figures() -> StoredFigures:
    """What `shrunk` needs."""
    return StoredFigures(**_shared(read_columns(_columns(STORED).order_by("pk"))))


def ranked_figures() -> RankedFigures:
    """What leaderboards need."""
    more = {
        "own_length": Coalesce(Length("scorecard__keys"), Value(0)),
        "survivor": Coalesce("merged_into", Value(0)),
    }
    rows = _columns((*STORED, *RANKED), **more).order_by(InBytes("slug"))
    found = read_columns(rows)
    by_pk = np.argsort(found["pk"])
    found = {name: column[by_pk] for name, column in found.items()}
    return RankedFigures(
        **_shared(found),
        by_slug=np.argsort(by_pk),
        is_merged=found["survivor"] > 0,
        is_readable=(found["own_statistics_version"] == STATISTICS_VERSION)
        & (found["own_time"] > 0),
        n=found["own_length"] // WIRE.itemsize,
        mcb=_known(found["own_mcb"]),
        mcb_floor=_known(found["own_mcb_floor"]),
    )


def _columns(names: tuple[str, ...], **more: Any) -> QuerySet[Any, Any]:
    figures = {
        f"own_{name}": Coalesce(f"scorecard__{name}", Value(0 if name in COUNTS else NOTHING))
        for name in names
    }
    time = Coalesce("scorecard__computed_at", Value(EPOCH))
    return Expert.objects.annotate(own_time=time, **figures, **more).values_list(
        "pk", "synthetic", "own_time", *figures, *more
    )


def _shared(rows: Columns) -> dict[str, Any]:
    brier, relative = (
        Figures(_known(rows[f"own_{name}"]), _known(rows[f"own_{name}_se"]), rows[f"own_{n}"])
        for name, n in (("brier", "n_clusters"), ("relative", "n_relative_clusters"))
    )
    return {
        "pk": rows["pk"],
        "is_synthetic": rows["synthetic"],
        "computed_at": rows["own_time"],
        "brier": brier,
        "relative": relative,
    }


def _known(values: Floats) -> Floats:
    return np.where(values == NOTHING, np.nan, values)


def _replace(figures: Figures, place: Any, figure: tuple[Any, Any, int]) -> None:
    value, error, n_clusters = figure
    figures.value[place] = np.nan if value is None else value
    figures.error[place] = np.nan if error is None else error
    figures.n_clusters[place] = n_clusters
