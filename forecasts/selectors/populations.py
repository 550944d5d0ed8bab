"""What a population of experts tells about each: `shrunk`, and the population's figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
from django.db.models import Value
from django.db.models.functions import Coalesce

from forecasts.models import Expert
from forecasts.scoring import EVERYTHING, Options, score_figures, score_tally, score_track_records
from forecasts.scoring.arrays import Floats
from forecasts.scoring.populations import (
    Figures,
    PopulationFigures,
    brier_of,
    populations,
    relative_of,
)
from forecasts.selectors.columns import EPOCH, instant, read_columns
from forecasts.selectors.scores import tally_of, topics_asked, topics_of
from forecasts.selectors.statements import statements_at

# No score and no error is that low.
NOTHING = -9.0
STORED = ("n_clusters", "brier", "brier_se", "n_relative_clusters", "relative", "relative_se")


def stored_populations(
    fresher: Mapping[int, dict[str, Any]],
) -> tuple[dict[bool, PopulationFigures], dict[int, bool], datetime | None]:
    """The populations from the stored figures, who is synthetic, and when the last was computed.

    fresher: scores by expert that replace stored ones.
    """
    nothing = {name: Value(0 if name.startswith("n_") else NOTHING) for name in STORED}
    figures = {
        f"own_{name}": Coalesce(f"scorecard__{name}", value) for name, value in nothing.items()
    }
    rows = read_columns(
        Expert.objects.order_by("pk")
        .annotate(**figures, own_time=Coalesce("scorecard__computed_at", Value(EPOCH)))
        .values_list("pk", "synthetic", "own_time", *figures)
    )
    brier, relative = (
        Figures(_known(rows[f"own_{name}"]), _known(rows[f"own_{name}_se"]), rows[f"own_{n}"])
        for name, n in (("brier", "n_clusters"), ("relative", "n_relative_clusters"))
    )
    for pk, scores in fresher.items():
        place = np.searchsorted(rows["pk"], pk)
        _replace(brier, place, brier_of(scores))
        _replace(relative, place, relative_of(scores))
    kinds = dict(zip(rows["pk"].tolist(), rows["synthetic"].tolist(), strict=True))
    newest = int(rows["own_time"].max(initial=0))
    found = populations(rows["synthetic"], brier, relative)
    return found, kinds, instant(newest) if newest else None


def _known(values: Floats) -> Floats:
    return np.where(values == NOTHING, np.nan, values)


def _replace(figures: Figures, place: Any, figure: tuple[Any, Any, int]) -> None:
    value, error, n_clusters = figure
    figures.value[place] = np.nan if value is None else value
    figures.error[place] = np.nan if error is None else error
    figures.n_clusters[place] = n_clusters


@dataclass(frozen=True, slots=True)
class ScoresAmongAll:
    """One expert's statistics, `shrunk` included, and to which population they belong."""

    scores: dict[str, Any]
    is_synthetic: bool


def scores_among_all(
    expert_ids: Iterable[int],
    *,
    as_of: datetime,
    options: Options = EVERYTHING,
    has_parts: bool = True,
) -> tuple[dict[int, ScoresAmongAll], dict[bool, PopulationFigures]]:
    """Scores by expert with `shrunk`, and the populations, all from the rows recorded by `as_of`.

    Reads what every expert said: of the past nothing is stored. has_parts: whether there are
    breakdowns.
    """
    kinds = dict(Expert.objects.order_by("pk").values_list("pk", "synthetic"))
    everybody = np.array(list(kinds), dtype=np.int64)
    said = statements_at(None, as_of=as_of, first=everybody)
    wanted = topics_of if has_parts else partial(topics_asked, options=options)
    topics = wanted(said.question_ids, as_of=as_of)
    found = tally_of(said, topics, n_experts=everybody.size, as_of=as_of, options=options)
    figures = score_figures(found.records)
    of = populations(
        np.array(list(kinds.values()), dtype=np.bool_),
        Figures.of(map(brier_of, figures)),
        Figures.of(map(relative_of, figures)),
    )
    ids = list(expert_ids)
    own = found.only(np.searchsorted(everybody, ids))
    scores = score_tally(own, topics) if has_parts else score_track_records(own.records, own.counts)
    complete = {
        pk: ScoresAmongAll(of[kinds[pk]].complete(one), kinds[pk])
        for pk, one in zip(ids, scores, strict=True)
    }
    return complete, of
