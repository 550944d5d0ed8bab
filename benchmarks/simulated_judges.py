"""Simulated experts before the statistics: ours, and each with a mistake for contrast."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from benchmarks.simulated_experts import Expert, Forecasts, draw_forecasts
from benchmarks.simulated_streams import Early, draw_times, tally_midway, whole_records
from benchmarks.simulated_verdicts import (
    alarmed,
    covers,
    is_without_interval,
    miscalibrated,
    rejected_by_score_test,
    rejected_by_spiegelhalter,
)
from forecasts.scoring import TrackRecords
from forecasts.scoring.arrays import Floats, Integers

COVERS = "ci95 holds"
NO_INTERVAL = "no ci95"
SCORE_TEST = "score test"
SPIEGELHALTER = "Spiegelhalter"
ALARM = "alarm"
MCB = "MCB"
BLIND = "cluster-blind: ci95 holds"
UNTHINNED = "unthinned: score test"
AT_RULING = "at ruling: "

Verdicts: TypeAlias = dict[str, Floats]
Judge: TypeAlias = Callable[[Expert, int, int, np.random.Generator], Verdicts]


def judge_alone(
    expert: Expert, n_experts: int, n_clusters: int, rng: np.random.Generator
) -> Verdicts:
    """Judge experts whose claims have all run their time."""
    drawn = draw_forecasts(expert, n_experts=n_experts, n_families=n_clusters, rng=rng)
    records = whole_records(drawn, drawn.family)
    return _judged(records, _whole_expected(drawn)) | {MCB: miscalibrated(records)}


def judge_families(
    expert: Expert, n_experts: int, n_clusters: int, rng: np.random.Generator
) -> Verdicts:
    """Judge experts whose claims have all run their time, and again blind to families."""
    drawn = draw_forecasts(expert, n_experts=n_experts, n_families=n_clusters, rng=rng)
    records = whole_records(drawn, drawn.family)
    blind = whole_records(drawn, np.arange(drawn.family.size))
    expected = _whole_expected(drawn)
    return {
        **_judged(records, expected),
        MCB: miscalibrated(records),
        BLIND: covers(blind, expected),
        UNTHINNED: rejected_by_score_test(blind.thinned),
    }


def judge_midway(
    expert: Expert, n_experts: int, n_clusters: int, rng: np.random.Generator
) -> Verdicts:
    """Judge experts when half their claims have run their time, counted in both ways."""
    n_families = 2 * n_clusters
    drawn = draw_forecasts(expert, n_experts=n_experts, n_families=n_families, rng=rng)
    times = draw_times(drawn, n_families=n_families, rng=rng)

    def judged(early: Early) -> Verdicts:
        counted = tally_midway(drawn, times, early=early)
        by_row = drawn.expected[counted.question]
        return _judged(counted.records, _mean(counted.expert, by_row, n_experts))

    mistaken = judged("include")
    return judged("exclude") | {
        AT_RULING + name: mistaken[name] for name in (COVERS, SCORE_TEST, ALARM)
    }


def _judged(records: TrackRecords, expected: Floats) -> Verdicts:
    return {
        COVERS: covers(records, expected),
        NO_INTERVAL: is_without_interval(records),
        SCORE_TEST: rejected_by_score_test(records.thinned),
        SPIEGELHALTER: rejected_by_spiegelhalter(records.thinned),
        ALARM: alarmed(records),
    }


def _whole_expected(drawn: Forecasts) -> Floats:
    return _mean(drawn.expert, drawn.expected, int(drawn.expert[-1]) + 1)


def _mean(expert: Integers, values: Floats, n_experts: int) -> Floats:
    n = np.bincount(expert, minlength=n_experts).astype(np.float64)
    total = np.bincount(expert, weights=values, minlength=n_experts)
    # Who has nothing counted has no interval either.
    return total / np.maximum(n, 1.0)
