"""Scores of experts at any instant: the one place every surface takes its numbers from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from forecasts.scoring import EVERYTHING, Options, Tally, Topics, score_tally, tally
from forecasts.scoring.arrays import Booleans, Integers
from forecasts.scoring.groups import Groups
from forecasts.scoring.kept_comparisons import KeptComparisons
from forecasts.scoring.packed_rows import PackedRow, packed_rows
from forecasts.scoring.statements import NEVER
from forecasts.selectors.columns import instant, microseconds
from forecasts.selectors.disputes import disputed_statements
from forecasts.selectors.question_comparisons import comparisons_for
from forecasts.selectors.statements import Said, statements_at
from forecasts.selectors.topics import read_topics

NO_TOPICS = Topics((), np.zeros(0, dtype=np.int64), Groups(np.zeros(1, dtype=np.int64)))


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
    said = statements_at(ids, as_of=as_of, is_alone=is_kept, is_now=is_kept)
    kept = comparisons_for(said, as_of=as_of) if is_kept else None
    topics = topics_of(said.question_ids, as_of=None if is_kept else as_of)
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
    disputed: Booleans | None = None,
) -> Tally:
    """What the first experts of `said` are scored on; see tally.

    disputed: read here where it matters and is not given.
    """
    if disputed is None and options.disputed == "exclude":
        disputed = disputed_statements(said, as_of=as_of)
    return tally(
        said.statements,
        said.questions,
        n_experts=n_experts,
        counted_at=microseconds(as_of),
        options=options,
        topics=topics,
        disputed=disputed,
        is_alone=is_alone,
        kept=kept,
    )


def topics_of(
    question_ids: Integers, *, as_of: datetime | None = None, slug: str | None = None
) -> Topics:
    """The topics that the questions are on, by slug. question_ids: in rising order.

    as_of: as they were then; None: as they are today. slug: of one topic only.
    """
    return read_topics(question_ids, since=as_of, slug=slug).at(question_ids, as_of)


def topics_asked(question_ids: Integers, options: Options, *, as_of: datetime) -> Topics:
    """The topic that an option goes by; else none is read."""
    if options.topic is None:
        return NO_TOPICS
    return topics_of(question_ids, as_of=as_of, slug=options.topic)


def _recheck_at(found: Tally, place: int) -> datetime | None:
    at = int(found.recheck_at[place])
    return None if at == NEVER else instant(at)
