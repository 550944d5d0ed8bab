"""Standing forecasts and their scores the slow way: one statement, one instant at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, log
from statistics import fmean

from forecasts.scoring.standings import Fate
from forecasts.scoring.statements import Answer
from tests.scoring.worlds import Asked, Said, World

Pair = tuple[int, int]


@dataclass(frozen=True)
class Chosen:
    """The statement that stands for a pair."""

    order: int
    fate: Fate
    is_coded_after_known: bool


@dataclass(frozen=True)
class Scores:
    """The scores of a pair; None where undefined."""

    brier: float | None = None
    log_score: float | None = None
    coverage: float | None = None
    baseline: float | None = None
    peer: float | None = None
    relative: float | None = None


def said_by_pair(world: World) -> dict[Pair, list[Said]]:
    """Return what exists, by expert and question."""
    pairs: dict[Pair, list[Said]] = {}
    for row in world.said:
        if world.late == "include" or not _is_coded_late(row, world.asked[row.question]):
            pairs.setdefault((row.expert, row.question), []).append(row)
    return pairs


def _is_coded_late(row: Said, asked: Asked) -> bool:
    coded_at = row.recorded_at if row.adopted_at is None else row.adopted_at
    return asked.known_at is not None and coded_at > asked.known_at


def _is_unproven(row: Said, asked: Asked) -> bool:
    is_late = asked.known_at is not None and row.recorded_at > asked.known_at
    return is_late and not row.proves_its_date


def _counts_from(row: Said, asked: Asked) -> float:
    stated_at = -inf if row.stated_at is None else row.stated_at
    return stated_at if asked.opens_at is None else max(stated_at, asked.opens_at)


def _end(asked: Asked) -> float:
    return min(inf if at is None else at for at in (asked.deadline, asked.known_at))


def _in_order(rows: Iterable[Said], asked: Asked) -> list[Said]:
    return sorted(
        rows,
        key=lambda row: (
            _counts_from(row, asked),
            -inf if row.stated_at is None else row.stated_at,
            row.recorded_at,
            row.order,
        ),
    )


def _in_time(rows: Iterable[Said], asked: Asked) -> list[Said]:
    return [row for row in _in_order(rows, asked) if _counts_from(row, asked) < _end(asked)]


def chosen(world: World) -> dict[Pair, Chosen]:
    """Return which statement stands for each pair, and its fate."""
    return {
        pair: _chosen(rows, world.asked[pair[1]], counted_at=world.counted_at)
        for pair, rows in said_by_pair(world).items()
    }


def _chosen(rows: list[Said], asked: Asked, *, counted_at: int) -> Chosen:
    in_time = _in_time(rows, asked)
    if not in_time:
        return Chosen(_in_order(rows, asked)[-1].order, Fate.TOO_LATE, is_coded_after_known=False)
    last = ([row for row in in_time if not _is_unproven(row, asked)] or in_time)[-1]
    fate = _fate(last, asked, counted_at=counted_at)
    return Chosen(last.order, fate, _is_coded_late(last, asked))


def _fate(row: Said, asked: Asked, *, counted_at: int) -> Fate:
    if _is_unproven(row, asked):
        return Fate.DATE_UNPROVEN
    if row.is_withdrawal:
        return Fate.WITHDRAWN
    if asked.answer not in {Answer.YES, Answer.NO}:
        return Fate[asked.answer.name]
    if row.ppm is None:
        return Fate.NOT_ADOPTED
    return Fate.EARLY if counted_at < (asked.deadline or -inf) else Fate.SCORED


def unproven(world: World) -> set[int]:
    """Return the ids of the statements in time that displace nothing."""
    return {
        row.order
        for (_, question), rows in said_by_pair(world).items()
        for row in _in_time(rows, world.asked[question])
        if _is_unproven(row, world.asked[question])
    }


def scores(world: World) -> dict[Pair, Scores]:
    """Return the scores of each pair, integrated instant by instant."""
    found = dict.fromkeys(said_by_pair(world), Scores())
    for question in range(len(world.asked)):
        found.update(_scores_on(question, world))
    return found


def _scores_on(question: int, world: World) -> dict[Pair, Scores]:
    asked = world.asked[question]
    rows = {pair: said for pair, said in said_by_pair(world).items() if pair[1] == question}
    fates = chosen(world)
    rivals = {pair: rows[pair] for pair in rows if fates[pair].fate in {Fate.SCORED, Fate.EARLY}}
    if asked.answer not in {Answer.YES, Answer.NO}:
        return {}
    everything = [row for said in rows.values() for row in said]
    if asked.deadline is None or any(row.stated_at is None for row in everything):
        standing = {pair: _number_at(inf, said, asked) or 0 for pair, said in rivals.items()}
        return {pair: Scores(relative=_beyond(pair, _losses(standing, asked))) for pair in rivals}
    stated = [row.stated_at or 0 for row in everything if not row.is_withdrawal]
    opening = min(stated, default=0) if asked.opens_at is None else asked.opens_at
    moments = [
        {
            pair: number
            for pair, said in rows.items()
            if (number := _number_at(moment, said, asked)) is not None
        }
        for moment in range(opening, int(_end(asked)))
    ]
    return {pair: _timed(pair, moments, asked, asked.deadline - opening) for pair in rivals}


def _number_at(moment: float, rows: list[Said], asked: Asked) -> int | None:
    proven = [row for row in _in_time(rows, asked) if not _is_unproven(row, asked)]
    before = [row for row in proven if _counts_from(row, asked) <= moment]
    return before[-1].ppm if before and not before[-1].is_withdrawal else None


def _timed(pair: Pair, moments: list[dict[Pair, int]], asked: Asked, horizon: int) -> Scores:
    own = [standing for standing in moments if pair in standing]
    losses = [_losses(standing, asked) for standing in own]
    logs = [_logs(standing, asked) for standing in own]
    shared = [gap for standing in losses if (gap := _beyond(pair, standing)) is not None]
    ahead = [gap for standing in logs if (gap := _beyond(pair, standing)) is not None]
    return Scores(
        brier=fmean(standing[pair] for standing in losses),
        log_score=-fmean(standing[pair] for standing in logs),
        coverage=len(own) / len(moments),
        baseline=sum(100 * (1 + standing[pair] / log(2)) for standing in logs) / horizon,
        peer=100 * sum(ahead) / horizon,
        relative=fmean(shared) if shared else None,
    )


def _losses(standing: dict[Pair, int], asked: Asked) -> dict[Pair, float]:
    y = int(asked.answer == Answer.YES)
    return {pair: (ppm / 1e6 - y) ** 2 for pair, ppm in standing.items()}


def _logs(standing: dict[Pair, int], asked: Asked) -> dict[Pair, float]:
    given = {pair: p if asked.answer == Answer.YES else 10**6 - p for pair, p in standing.items()}
    return {pair: log(min(max(ppm / 1e6, 0.001), 0.999)) for pair, ppm in given.items()}


def _beyond(pair: Pair, values: dict[Pair, float]) -> float | None:
    """Return own value less the mean of the others' where there are others."""
    others = [value for other, value in values.items() if other != pair]
    return values[pair] - fmean(others) if others else None
