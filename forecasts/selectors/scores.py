"""Scores of experts at any instant: the one place every surface takes its numbers from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

import numpy as np

from forecasts.models import Question, Topic
from forecasts.scoring import EVERYTHING, Options, Tally, Topics, score_tally, tally
from forecasts.scoring.arrays import Integers
from forecasts.scoring.groups import Groups
from forecasts.scoring.kept_comparisons import KeptComparisons
from forecasts.scoring.packed_rows import PackedRow, packed_rows
from forecasts.scoring.statements import NEVER
from forecasts.selectors.columns import instant, microseconds
from forecasts.selectors.disputes import disputed_statements
from forecasts.selectors.histories import read_about
from forecasts.selectors.question_comparisons import comparisons_for
from forecasts.selectors.statements import Said, statements_at


@dataclass(frozen=True, slots=True)
class ExpertScores:
    """One expert's statistics, and when they change by themselves.

    That is the next deadline that lets an early ruling count; None where nothing waits.
    """

    scores: dict[str, Any]
    recheck_at: datetime | None
    packed: PackedRow


def expert_scores(
    expert_ids: Iterable[int],
    *,
    as_of: datetime,
    options: Options = EVERYTHING,
    band: bool = True,
    is_kept: bool = False,
) -> dict[int, ExpertScores]:
    """Scores by expert from the rows recorded by `as_of`, without `shrunk`, which needs all.

    band: whether to draw corp.band and corp.mcb_floor. is_kept: whether to take comparisons with
    others from where they are kept, as far as they hold; for EVERYTHING.
    """
    ids = list(expert_ids)
    if not ids:
        return {}
    said = statements_at(ids, as_of=as_of, is_alone=is_kept)
    kept = comparisons_for(said, as_of=as_of) if is_kept else None
    topics = topics_of(said.question_ids)
    found = tally_of(said, topics, n_experts=len(ids), as_of=as_of, options=options, kept=kept)
    scores, packed = score_tally(found, topics, band=band), packed_rows(found.records)
    return {
        pk: ExpertScores(scores[place], _recheck_at(found, place), packed[place])
        for place, pk in enumerate(ids)
    }


def tally_of(
    said: Said,
    topics: Topics,
    *,
    n_experts: int,
    as_of: datetime,
    options: Options,
    is_alone: bool = False,
    kept: KeptComparisons | None = None,
) -> Tally:
    """What the first experts of `said` are scored on; see tally."""
    is_asked = options.disputed == "exclude"
    return tally(
        said.statements,
        said.questions,
        n_experts=n_experts,
        counted_at=microseconds(as_of),
        options=options,
        topics=topics,
        disputed=disputed_statements(said, as_of=as_of) if is_asked else None,
        is_alone=is_alone,
        kept=kept,
    )


def topics_of(question_ids: Integers) -> Topics:
    """The topics that the questions are on today, by slug. question_ids: in rising order."""
    # Sorted here, since databases put hyphens in different places.
    names = dict(sorted(Topic.objects.values_list("pk", "slug"), key=itemgetter(1)))
    links = Question.topics.through.objects.order_by("question", "topic")
    rows = read_about(question_ids, links.values_list("question", "topic"))
    codes = {pk: number for number, pk in enumerate(names)}
    question = np.searchsorted(question_ids, rows["question"])
    # A topic that came up between the two reads is left out.
    code = np.array([codes.get(pk, -1) for pk in rows["topic"].tolist()], dtype=np.int64)
    question, code = question[code >= 0], code[code >= 0]
    order = np.lexsort((code, question))
    groups = Groups.of_sorted(question[order], question_ids.size)
    return Topics(tuple(names.values()), code[order], groups)


def _recheck_at(found: Tally, place: int) -> datetime | None:
    at = int(found.recheck_at[place])
    return None if at == NEVER else instant(at)
