"""Our own recomputation of every expert from the packed rows, and what it leaves out."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import numpy as np

from benchmarks.harness import Bench, Work, line
from forecasts.scoring import TrackRecords, draw_bands
from forecasts.scoring.arrays import Integers
from forecasts.scoring.bins import counted_bins
from forecasts.scoring.calibration_errors import calibration_error, calibration_error_floor
from forecasts.scoring.calibration_tests import score_test, spiegelhalter_test
from forecasts.scoring.corp import corp_decomposition
from forecasts.scoring.decompositions import murphy_decomposition
from forecasts.scoring.discrimination import area_under_curve
from forecasts.scoring.packed_rows import PackedRow, unpacked
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.proper_scores import log_score
from forecasts.scoring.recalibrations import recalibration
from forecasts.scoring.skills import skill_scores
from forecasts.scoring.values import extreme_share

EXPERTS_AT_ONCE = 2_000
THREADS = 2  # as many as the limit's scan has workers
SAMPLE = 200
ROWS = "SELECT keys, clusters FROM forecasts_scorecard"
SOME = f"{ROWS} ORDER BY bench.uniform(expert_id, 81) LIMIT {SAMPLE}"
STATISTICS: tuple[Callable[[Pairs], Any], ...] = (
    log_score,
    skill_scores,
    area_under_curve,
    murphy_decomposition,
    corp_decomposition,
    counted_bins,
    calibration_error,
    score_test,
    spiegelhalter_test,
    extreme_share,
)


def packed(bench: Bench, statement: str, size: int) -> Iterator[list[PackedRow]]:
    with (
        bench.connect() as connection,
        connection.transaction(),
        connection.cursor("packed", binary=True) as cursor,
    ):
        cursor.itersize = size
        rows = iter(cursor.execute(statement))
        while part := [PackedRow(keys, clusters) for keys, clusters in islice(rows, size)]:
            yield part


@line(
    "experts",
    "Hindcast: all experts, every field that a packed row suffices for",
    limit="sums",
)
def experts(bench: Bench) -> Work:
    def score(rows: list[PackedRow]) -> None:
        pairs, _ = unpacked(rows)
        for statistic in STATISTICS:
            statistic(pairs)

    def work() -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            waiting = []
            for part in packed(bench, ROWS, EXPERTS_AT_ONCE):
                waiting.append(pool.submit(score, part))
                if len(waiting) > THREADS:
                    waiting.pop(0).result()
            for one in waiting:
                one.result()

    return work


def sampled(bench: Bench, function: Callable[[Pairs, Any], Any]) -> Work:
    """Some experts, scaled up to all."""
    (rows,) = packed(bench, SOME, SAMPLE)
    pairs, cluster = unpacked(rows)

    def work() -> float:
        function(pairs, cluster)
        return bench.scale.experts / SAMPLE

    return work


@line(
    "floors", f"Hindcast: ece.floor of {SAMPLE} experts, scaled up to all", limit="sums", rounds=2
)
def floors(bench: Bench) -> Work:
    (rows,) = packed(bench, SOME, SAMPLE)
    pairs, cluster = unpacked(rows)
    nothing = np.zeros_like(pairs.ppm)
    records = TrackRecords.of(
        pairs.groups.code,
        len(pairs.groups),
        ppm=pairs.ppm,
        low=pairs.ppm,
        high=pairs.ppm,
        outcome=pairs.outcome,
        cluster=cluster,
        n_conditions=nothing,
        deadline=nothing,
        question=nothing,
    )

    def work() -> float:
        calibration_error_floor(records)
        return bench.scale.experts / SAMPLE

    return work


@line(
    "recalibrations",
    f"Hindcast: recalibration of {SAMPLE} experts, scaled up",
    limit="sums",
    rounds=2,
)
def recalibrations(bench: Bench) -> Work:
    def recalibrate(pairs: Pairs, cluster: Integers) -> None:
        for ppm, outcome, code in pairs.groups.split(pairs.ppm, pairs.outcome, cluster):
            recalibration(ppm, outcome, cluster=code)

    return sampled(bench, recalibrate)


@line(
    "bands", f"Hindcast: band and mcb_floor of {SAMPLE} experts, scaled up", limit="sums", rounds=2
)
def bands(bench: Bench) -> Work:
    return sampled(bench, draw_bands)
