"""What a population of experts tells about each: `shrunk`, from the rows of any instant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from forecasts.scoring import EVERYTHING, Options, score_figures, score_tally, score_track_records
from forecasts.scoring.populations import (
    Figures,
    PopulationFigures,
    brier_of,
    populations,
    relative_of,
)
from forecasts.selectors.merges import Everybody, everybody_at
from forecasts.selectors.scores import tally_of, topics_asked, topics_of
from forecasts.selectors.statements import statements_at


@dataclass(frozen=True, slots=True)
class ScoresAmongAll:
    """One expert's statistics, `shrunk` included, and to which population they belong."""

    scores: dict[str, Any]
    is_synthetic: bool
    has_said: bool
    """Whether any statement of theirs was in force."""


def scores_among_all(
    expert_ids: Iterable[int],
    *,
    as_of: datetime,
    options: Options = EVERYTHING,
    has_parts: bool = True,
    everybody: Everybody | None = None,
) -> tuple[dict[int, ScoresAmongAll], dict[bool, PopulationFigures]]:
    """Scores by expert with `shrunk`, and the populations, all from the rows recorded by `as_of`.

    Reads what every expert said: of the past nothing is stored. has_parts: whether there are
    breakdowns. everybody: all experts, merged as they were then; read here if not given.
    """
    everybody = everybody or everybody_at(as_of)
    kinds, people = everybody.kinds, np.array(list(everybody.kinds), dtype=np.int64)
    said = statements_at(None, as_of=as_of, merges=everybody.merges, first=people)
    wanted = topics_of if has_parts else partial(topics_asked, options=options)
    topics = wanted(said.question_ids, as_of=as_of)
    found = tally_of(said, topics, n_experts=people.size, as_of=as_of, options=options)
    figures = score_figures(found.records)
    of = populations(
        np.array(list(kinds.values()), dtype=np.bool_),
        Figures.of(map(brier_of, figures)),
        Figures.of(map(relative_of, figures)),
    )
    ids = list(expert_ids)
    own = found.only(np.searchsorted(people, ids))
    scores = score_tally(own, topics) if has_parts else score_track_records(own.records, own.counts)
    heard = set(said.expert_ids[np.unique(said.statements.expert)].tolist())
    complete = {
        pk: ScoresAmongAll(of[kinds[pk]].complete(one), kinds[pk], pk in heard)
        for pk, one in zip(ids, scores, strict=True)
    }
    return complete, of
