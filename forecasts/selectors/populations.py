"""What a population of experts tells about each: `shrunk`, from the rows of any instant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from forecasts.models import Expert
from forecasts.scoring import EVERYTHING, Options, score_figures, score_tally, score_track_records
from forecasts.scoring.populations import (
    Figures,
    PopulationFigures,
    brier_of,
    populations,
    relative_of,
)
from forecasts.selectors.scores import tally_of, topics_asked, topics_of
from forecasts.selectors.statements import statements_at


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
    kinds: dict[int, bool] | None = None,
) -> tuple[dict[int, ScoresAmongAll], dict[bool, PopulationFigures]]:
    """Scores by expert with `shrunk`, and the populations, all from the rows recorded by `as_of`.

    Reads what every expert said: of the past nothing is stored. has_parts: whether there are
    breakdowns. kinds: whether each expert there is is synthetic, in the order of their ids; read
    here if not given.
    """
    if kinds is None:
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
