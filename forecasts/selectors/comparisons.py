"""Two experts side by side, on the questions that both are scored on."""

from datetime import datetime
from typing import Any

import numpy as np

from forecasts.scoring import EVERYTHING, Options, Tally, tier
from forecasts.scoring.arrays import Integers
from forecasts.scoring.columns import plain
from forecasts.scoring.paired_comparisons import paired_difference
from forecasts.scoring.proper_scores import brier_losses
from forecasts.scoring.reasons import Undefined
from forecasts.selectors.scores import tally_of, topics_asked
from forecasts.selectors.statements import statements_at


def brier_comparison(
    one: int, other: int, *, as_of: datetime, options: Options = EVERYTHING
) -> dict[str, Any]:
    """Brier score of one expert minus that of the other, from the rows recorded by `as_of`.

    n, n_clusters, difference, se, ci95 and p_value of paired_difference, over the questions that
    both are scored on with these options, and the tier; `undefined` says why one is null.
    """
    said = statements_at([one, other], as_of=as_of)
    topics = topics_asked(said.question_ids, options, as_of=as_of)
    found = tally_of(said, topics, n_experts=2, as_of=as_of, options=options)
    first, second = _shared(found)
    losses = brier_losses(found.columns["ppm"], found.columns["outcome"])
    cluster = found.columns["cluster"][first]
    return _published(paired_difference(losses[first], losses[second], cluster))


def _shared(found: Tally) -> tuple[Integers, Integers]:
    """The rows of experts 0 and 1 on the questions that both have, in one order."""
    one, other = (np.flatnonzero(found.expert == expert) for expert in (0, 1))
    _, first, second = np.intersect1d(
        found.question[one], found.question[other], assume_unique=True, return_indices=True
    )
    return one[first], other[second]


def _published(found: dict[str, Any]) -> dict[str, Any]:
    reasons = {name: part.reason for name, part in found.items() if isinstance(part, Undefined)}
    values = {name: None if name in reasons else plain(part) for name, part in found.items()}
    return values | {"tier": tier(found["n_clusters"]), "undefined": reasons}
