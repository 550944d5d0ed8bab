"""The scores of a track record in a file."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from forecasts.scoring import EVERYTHING, Tally, Topics, score_tally, tally
from forecasts.scoring.arrays import Integers
from forecasts.scoring.groups import Groups
from forecasts.scoring.populations import Figures, brier_of, populations, relative_of
from forecasts.scoring.statements import ABSENT, NEVER, Questions, Statements
from forecasts.track_files.columns import TrackFile

EXPERTS_AT_ONCE = 200
KINDS = {"real": False, "synthetic": True}


def score_track_file(
    track: TrackFile,
    *,
    as_of: int | None,
    seed: int | None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """{"experts": {name: statistics}, "population": {...}}, in a stable order.

    as_of: microseconds since 1970; None: every ruled question counts. seed: of the draws; None:
    from the rows themselves. progress: told how many experts are done.
    """
    topics = _topics(track.topics)
    found = tally(
        _statements_at(track.statements, as_of),
        _questions_at(track.facts, as_of),
        n_experts=len(track.experts),
        counted_at=NEVER if as_of is None else as_of,
        options=EVERYTHING,
        topics=topics,
    )
    scores: list[dict[str, Any]] = []
    for part in _parts(found):
        scores += score_tally(part, topics, seed=seed)
        if progress:
            progress(len(scores))
    of = populations(
        track.is_synthetic,
        Figures.of(map(brier_of, scores)),
        Figures.of(map(relative_of, scores)),
    )
    rows = zip(track.experts, track.is_synthetic.tolist(), scores, strict=True)
    return {
        "experts": {name: of[kind].complete(own) for name, kind, own in rows},
        "population": {name: of[kind].described() for name, kind in KINDS.items()},
    }


def _parts(found: Tally) -> Iterator[Tally]:
    for first in range(0, found.n_experts, EXPERTS_AT_ONCE):
        yield found.only(np.arange(first, min(first + EXPERTS_AT_ONCE, found.n_experts)))


def _statements_at(statements: Statements, as_of: int | None) -> Statements:
    """What was recorded by then; numbers adopted later are not there yet."""
    if as_of is None:
        return statements
    said = statements.where(statements.recorded_at <= as_of)
    is_adopted = said.adopted_at <= as_of

    def number(values: Integers) -> Integers:
        return np.where(is_adopted, values, ABSENT)

    return replace(
        said,
        adopted_at=np.where(is_adopted, said.adopted_at, NEVER),
        low=number(said.low),
        ppm=number(said.ppm),
        high=number(said.high),
    )


def _questions_at(questions: Questions, as_of: int | None) -> Questions:
    if as_of is None:
        return questions
    return questions.opened((questions.known_at > as_of) & (questions.known_at != NEVER))


def _topics(by_question: list[tuple[str, ...]]) -> Topics:
    names = tuple(sorted({name for topics in by_question for name in topics}))
    place = {name: number for number, name in enumerate(names)}
    code = [place[name] for topics in by_question for name in topics]
    groups = Groups.of_sizes([len(topics) for topics in by_question])
    return Topics(names, np.array(code, dtype=np.int64), groups)
