"""How experts did against the others, question by question: as kept, or from the rows."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import QuerySet

from forecasts.models import QuestionComparison
from forecasts.scoring.arrays import Integers
from forecasts.scoring.kept_comparisons import (
    NOBODY,
    KeptComparisons,
    KeptQuestion,
    kept_questions,
)
from forecasts.scoring.statements import Answer
from forecasts.selectors.columns import Among
from forecasts.selectors.compiled_queries import fetch_compiled
from forecasts.selectors.statements import Said, statements_at

# So many questions are asked for at once, which bounds the length of a statement and memory.
TOGETHER = 20_000


def comparisons_for(said: Said, *, as_of: datetime) -> KeptComparisons:
    """What scoring the experts of `said` needs of the others, from the rows recorded by `as_of`.

    Read where it is kept and holds; nothing is stored here. Of questions without a yes or no
    nothing is needed.
    """
    is_decided = np.isin(said.questions.answer, (Answer.YES, Answer.NO))
    decided = said.question_ids[is_decided]
    found = _held(decided, as_of)
    missing = decided[[pk not in found for pk in decided.tolist()]]
    found |= computed_questions(missing, as_of=as_of)
    return KeptComparisons.of(
        [found[pk] for pk in decided.tolist()],
        question=np.flatnonzero(is_decided),
        n_questions=len(said.questions),
        expert_ids=said.expert_ids,
    )


def computed_questions(question_ids: Integers, *, as_of: datetime) -> dict[int, KeptQuestion]:
    """What to keep of each question, from the rows recorded by `as_of`."""
    found = dict.fromkeys(question_ids.tolist(), NOBODY)
    for chunk in _chunks(question_ids):
        said = statements_at(
            None, as_of=as_of, question_ids=chunk.tolist(), has_clusters=False, is_now=True
        )
        kept = kept_questions(said.statements, said.questions, expert_ids=said.expert_ids)
        found |= zip(said.question_ids.tolist(), kept, strict=True)
    return found


def _held(question_ids: Integers, as_of: datetime) -> dict[int, KeptQuestion]:
    return {
        pk: KeptQuestion(opening, bytes(pairs))
        for chunk in _chunks(question_ids)
        for pk, opening, pairs in fetch_compiled(_holding, question_ids=chunk.tolist(), as_of=as_of)
    }


def _holding(*, question_ids: Sequence[int], as_of: datetime) -> QuerySet[Any, Any]:
    held = QuestionComparison.objects.holding(as_of).filter(Among("pk", question_ids))
    return held.values_list("pk", "opening", "pairs")


def _chunks(ids: Integers) -> Iterator[Integers]:
    return (ids[start : start + TOGETHER] for start in range(0, ids.size, TOGETHER))
