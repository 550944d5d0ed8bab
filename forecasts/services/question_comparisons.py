"""Comparisons of whole questions: computed anew by the sweep where something changed."""

from datetime import datetime

import numpy as np

from forecasts.models import QuestionComparison
from forecasts.scoring.kept_comparisons import KeptQuestion
from forecasts.scoring.versions import STATISTICS_VERSION
from forecasts.selectors.question_comparisons import computed_questions
from forecasts.services.isolation import computed_apart

BATCH = 1_000


def recompute_comparisons(*, as_of: datetime, limit: int = BATCH) -> int:
    """Bring the comparisons of at most `limit` questions up to date; returns how many were.

    Safe to run twice or at once, as recompute_scorecards is. Those that are not up to date are
    computed by whoever needs them: this saves doing so for each expert.
    """
    stale = QuestionComparison.objects.stale().touched_by(as_of).order_by("pk")
    touches = dict(stale.values_list("pk", "touches")[:limit])
    results = computed_apart(
        list(touches),
        lambda ids: computed_questions(np.array(ids), as_of=as_of),
        failure="The comparisons on question %s cannot be computed",
    )
    return sum(_store(pk, touches[pk], found) for pk, found in results.items())


def _store(question_id: int, touches: int, found: KeptQuestion) -> int:
    # What was touched meanwhile stays stale.
    untouched = QuestionComparison.objects.filter(pk=question_id, touches=touches)
    return untouched.update(
        opening=found.opening, pairs=found.pairs, statistics_version=STATISTICS_VERSION
    )
