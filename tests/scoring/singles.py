"""Statistics of one expert from plain arrays, as tests work them out by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np

from forecasts.scoring import (
    Counts,
    TrackRecords,
    bins,
    calibration_errors,
    calibration_tests,
    corp,
    decompositions,
    discrimination,
    intervals,
    proper_scores,
    score_track_records,
    skills,
    values,
)
from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.clusters import clustered
from forecasts.scoring.columns import Column, Table
from forecasts.scoring.groups import Groups
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.reasons import Undefined


def one_record(**columns: Any) -> TrackRecords:
    """Return the record of one expert."""
    return TrackRecords.of(np.zeros(np.size(columns["ppm"]), dtype=np.int64), 1, **columns)


def single(fields: Any) -> Any:
    """Return the only expert's values, unrounded, Undefined where there is none."""
    if isinstance(fields, dict):
        return {name: single(part) for name, part in fields.items()}
    value = _first(fields) if isinstance(fields, Column | Table) else fields
    value = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
    return (
        [_row(row) for row in value]
        if isinstance(fields, Table) and isinstance(value, list)
        else value
    )


def _first(fields: Column | Table) -> Any:
    for is_void, reason in fields.unless:
        if is_void[0]:
            return Undefined(reason)
    if isinstance(fields, Column):
        return fields.values[0]
    rows = slice(*fields.groups.start[:2])
    parts = zip(*(column[rows].tolist() for column in fields.columns.values()), strict=True)
    return [dict(zip(fields.columns, part, strict=True)) for part in parts]


def _row(row: Any) -> Any:
    is_void = {name: np.isnan(np.sum(cell)) for name, cell in row.items()}
    return {name: None if is_void[name] else cell for name, cell in row.items()}


def _pairs(ppm: Integers, outcome: Integers) -> Pairs:
    order = np.lexsort((outcome, ppm))
    return Pairs(ppm[order], outcome[order], Groups.of_sizes([ppm.size]))


def _record(
    ppm: Integers,
    outcome: Integers,
    *,
    cluster: Integers | None = None,
    low: Integers | None = None,
    high: Integers | None = None,
) -> TrackRecords:
    numbers = np.arange(ppm.size)
    return one_record(
        ppm=ppm,
        low=ppm if low is None else low,
        high=ppm if high is None else high,
        outcome=outcome,
        cluster=numbers if cluster is None else cluster,
        n_conditions=np.zeros_like(numbers),
        deadline=-numbers,
        question=numbers,
    )


def _of_pairs(function: Callable[[Pairs], Any]) -> Callable[[Integers, Integers], Any]:
    return lambda ppm, outcome: single(function(_pairs(ppm, outcome)))


def _of_records(function: Callable[[TrackRecords], Any]) -> Callable[..., Any]:
    return lambda *data, **columns: single(function(_record(*data, **columns)))


corp_decomposition = _of_pairs(corp.corp_decomposition)
murphy_decomposition = _of_pairs(decompositions.murphy_decomposition)
area_under_curve = _of_pairs(discrimination.area_under_curve)
log_score = _of_pairs(proper_scores.log_score)
skill_scores = _of_pairs(skills.skill_scores)
score_test = _of_pairs(calibration_tests.score_test)
spiegelhalter_test = _of_pairs(calibration_tests.spiegelhalter_test)
brier_score = _of_records(proper_scores.brier_score)
calibration_bins = _of_records(bins.calibration_bins)
value_table = _of_records(values.value_table)


def extreme_share(ppm: Integers) -> Any:
    return single(values.extreme_share(_pairs(ppm, np.zeros_like(ppm))))


def calibration_error(ppm: Integers, outcome: Integers, *, cluster: Integers) -> dict[str, Any]:
    record = _record(ppm, outcome, cluster=cluster)
    value = calibration_errors.calibration_error(record.pairs)
    floor = calibration_errors.calibration_error_floor(record)
    return {"value": single(value), "floor": single(floor)}


def clustered_standard_error(losses: Floats, cluster: Integers) -> Any:
    groups = Groups.of_sizes([losses.size])
    clusters = clustered(cluster, groups, precedence=())
    return single(intervals.clustered_standard_error(losses, groups, clusters))


def logit_interval(mean: float, error: float, *, n_clusters: int) -> Any:
    found = intervals.logit_interval(
        np.array([mean]), Column(np.array([error])), n_clusters=np.array([n_clusters])
    )
    return single(found)


def score_track_record(
    record: TrackRecords, counts: Counts | None = None, *, band: bool = True
) -> dict[str, Any]:
    return score_track_records(record, [counts] if counts else (), band=band)[0]
