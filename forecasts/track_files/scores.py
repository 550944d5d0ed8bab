"""The scores of a track record in a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from forecasts.scoring import EVERYTHING, Tally, Topics, score_figures, score_tally, tally
from forecasts.scoring.arrays import Integers
from forecasts.scoring.groups import Groups
from forecasts.scoring.populations import (
    Figures,
    PopulationFigures,
    brier_of,
    populations,
    relative_of,
)
from forecasts.scoring.statements import ABSENT, NEVER, Questions, Statements
from forecasts.track_files.columns import TrackFile

EXPERTS_AT_ONCE = 200
KINDS = {"real": False, "synthetic": True}


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """The statistics of each expert by name, made one after the other, and the populations."""

    experts: Iterator[tuple[str, dict[str, Any]]]
    n_experts: int
    population: dict[str, Any]


def score_track_file(
    track: TrackFile, *, as_of: int | None, seed: int | None, band: bool = True
) -> ScoredFile:
    """What the file says about each expert, in the order of their names.

    as_of: microseconds since 1970; None: every ruled question counts. seed: of the draws; None:
    from the rows themselves. band: whether to draw corp.band and corp.mcb_floor. Memory: the
    columns and some hundred experts' statistics.
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
    of = _populations(track, found)
    return ScoredFile(
        experts=_experts(track, found, topics, of, partial(score_tally, band=band, seed=seed)),
        n_experts=len(track.experts),
        population={name: of[kind].described() for name, kind in KINDS.items()},
    )


def _populations(track: TrackFile, found: Tally) -> dict[bool, PopulationFigures]:
    figures = [
        (brier_of(one), relative_of(one))
        for part in found.in_parts(EXPERTS_AT_ONCE)
        for one in score_figures(part.records)
    ]
    brier, relative = (Figures.of(pair[number] for pair in figures) for number in (0, 1))
    return populations(track.is_synthetic, brier, relative)


def _experts(
    track: TrackFile,
    found: Tally,
    topics: Topics,
    of: dict[bool, PopulationFigures],
    score: Callable[[Tally, Topics], list[dict[str, Any]]],
) -> Iterator[tuple[str, dict[str, Any]]]:
    scores = (one for part in found.in_parts(EXPERTS_AT_ONCE) for one in score(part, topics))
    rows = zip(track.experts, track.is_synthetic.tolist(), scores, strict=True)
    for name, kind, own in rows:
        yield name, of[kind].complete(own)


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
