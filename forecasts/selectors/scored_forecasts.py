"""An expert's scored forecasts one by one, as the statistics take them."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from forecasts.models import Question
from forecasts.scoring import EVERYTHING, Options
from forecasts.scoring.probabilities import PPM
from forecasts.selectors.columns import Among
from forecasts.selectors.scores import tally_of, topics_asked
from forecasts.selectors.statements import statements_at


@dataclass(frozen=True, slots=True)
class ScoredForecast:
    """What was said about one question, what came, and what it counts together with.

    cluster: the slug of the question that names it. speaks: whether it is the one of its cluster
    that tests and intervals of shares go by.
    """

    question: str
    probability: float
    low: float
    high: float
    outcome: int
    cluster: str
    speaks: bool


def scored_forecasts(
    expert_id: int, *, as_of: datetime, options: Options = EVERYTHING
) -> list[ScoredForecast]:
    """In rising order of probability, outcome and slug, from the rows recorded by `as_of`."""
    said = statements_at([expert_id], as_of=as_of, is_alone=True)
    topics = topics_asked(said.question_ids, options, as_of=as_of)
    found = tally_of(said, topics, n_experts=1, as_of=as_of, options=options, is_alone=True)
    records = found.records
    speaks = np.isin(np.arange(records.ppm.size), records.clusters.first)
    ids = np.union1d(records.question, records.cluster).tolist()
    slugs = dict(Question.objects.filter(Among("pk", ids)).values_list("pk", "slug"))
    columns = [(records.low / PPM).tolist(), (records.high / PPM).tolist()]
    rows = [
        ScoredForecast(slugs[question], ppm / PPM, low, high, outcome, slugs[cluster], first)
        for question, ppm, low, high, outcome, cluster, first in zip(
            records.question.tolist(),
            records.ppm.tolist(),
            *columns,
            records.outcome.tolist(),
            records.cluster.tolist(),
            speaks.tolist(),
            strict=True,
        )
    ]
    return sorted(rows, key=lambda row: (row.probability, row.outcome, row.question))
