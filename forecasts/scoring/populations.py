"""What a population of experts tells about each of them: shrunk scores."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from forecasts.scoring.arrays import Booleans, Floats, Integers
from forecasts.scoring.columns import plain
from forecasts.scoring.reasons import Undefined
from forecasts.scoring.shrinkages import Population, population

NO_RAW_SCORE = "there is no raw score to draw in"
NO_FIGURES = {"n_experts": None, "mean": None, "variance": None, "within": None}
Figure = tuple[float | None, float | None, int]


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """One score of several experts: value, clustered standard error and number of clusters.

    NaN where an expert has none.
    """

    value: Floats
    error: Floats
    n_clusters: Integers

    @classmethod
    def of(cls, figures: Iterable[Figure]) -> Self:
        """Return the figures as they were published, null where there is none."""
        table = np.array(list(figures), dtype=np.float64).reshape(-1, 3)
        return cls(table[:, 0], table[:, 1], table[:, 2].astype(np.int64))

    def population(self, members: Booleans) -> Population | Undefined:
        """Return what those members who have the score tell of all; see shrinkages.population."""
        chosen = members & ~np.isnan(self.value)
        n, error = self.n_clusters[chosen], np.nan_to_num(self.error[chosen])
        return population(self.value[chosen], n, (n - 1) * n * error**2)


def brier_of(scores: dict[str, Any]) -> Figure:
    """Return value, standard error and clusters of an expert's Brier score."""
    return scores["brier"]["value"], scores["brier"]["se"], scores["n_clusters"]


def relative_of(scores: dict[str, Any]) -> Figure:
    """Return value, standard error and clusters of an expert's score relative to others."""
    skill = scores["skill"]
    return skill["relative"], skill["relative_se"], skill["n_relative_clusters"]


@dataclass(frozen=True, slots=True)
class PopulationFigures:
    """One population, real or synthetic: how its experts' scores are spread."""

    brier: Population | Undefined
    relative: Population | Undefined

    def described(self) -> dict[str, Any]:
        """Return mean μ, variance τ² between experts, variance s² within, and n_experts."""
        return {"brier": _described(self.brier), "relative": _described(self.relative)}

    def complete(self, scores: dict[str, Any]) -> dict[str, Any]:
        """Return an expert's scores with `shrunk`, and why what is null in it is so.

        Formula: see shrinkages.Population. reliability: B of the Brier score,
        relative_reliability that of the relative one; 0..1, the share of the raw score that is
        the expert's own.
        """
        brier, reliability = _shrunk(brier_of(scores), self.brier)
        relative, relative_reliability = _shrunk(relative_of(scores), self.relative)
        values = {
            "brier": brier,
            "relative": relative,
            "reliability": reliability,
            "relative_reliability": relative_reliability,
        }
        voids = {k: value.reason for k, value in values.items() if isinstance(value, Undefined)}
        reasons = {f"shrunk.{name}": reason for name, reason in voids.items()}
        return scores | {
            "shrunk": {name: None if name in voids else plain(values[name]) for name in values},
            "undefined": scores["undefined"] | (reasons if scores["n"] else {}),
        }


def populations(
    is_synthetic: Booleans, brier: Figures, relative: Figures
) -> dict[bool, PopulationFigures]:
    """Return the population of the synthetic experts and that of the real ones, never mixed."""
    return {
        kind: PopulationFigures(
            brier.population(is_synthetic == kind), relative.population(is_synthetic == kind)
        )
        for kind in (False, True)
    }


def _described(of: Population | Undefined) -> dict[str, Any]:
    if isinstance(of, Undefined):
        return dict(NO_FIGURES)
    return {
        "n_experts": of.n_experts,
        "mean": plain(of.mean),
        "variance": plain(of.variance),
        "within": plain(of.within),
    }


def _shrunk(own: Figure, of: Population | Undefined) -> tuple[float | Undefined, float | Undefined]:
    value, _, n_clusters = own
    if isinstance(of, Undefined):
        return of, of
    if value is None:
        return Undefined(NO_RAW_SCORE), Undefined(NO_RAW_SCORE)
    mean, reliability = of.shrunk(np.array([value]), np.array([n_clusters]))
    return float(mean[0]), float(reliability[0])
