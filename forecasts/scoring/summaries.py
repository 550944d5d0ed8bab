"""Everything that is published about experts' track records, ready for JSON."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from forecasts.scoring.arrays import Integers
from forecasts.scoring.bins import calibration_bins
from forecasts.scoring.calibration_errors import calibration_error, calibration_error_floor
from forecasts.scoring.calibration_tests import score_test, spiegelhalter_test
from forecasts.scoring.columns import Column, Fields, published
from forecasts.scoring.consistency_bands import consistency_band
from forecasts.scoring.corp import corp_decomposition
from forecasts.scoring.decompositions import murphy_decomposition
from forecasts.scoring.discrimination import area_under_curve
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.probabilities import PPM
from forecasts.scoring.proper_scores import brier_score, log_score
from forecasts.scoring.reasons import NO_FORECASTS, Undefined
from forecasts.scoring.recalibrations import recalibration
from forecasts.scoring.sequential_tests import sequential_test
from forecasts.scoring.skills import relative_skill, skill_scores
from forecasts.scoring.tiers import tier
from forecasts.scoring.time_scores import time_scores
from forecasts.scoring.track_records import COUNTS, Counts, TrackRecords
from forecasts.scoring.values import extreme_share, value_table

_NO_COUNTS = Counts()
_LEFT_OUT = "left out on request"


def score_track_records(
    records: TrackRecords,
    counts: Sequence[Counts] = (),
    *,
    band: bool = True,
    seed: int | None = None,
) -> list[dict[str, Any]]:
    """Return every statistic of each expert, as JSON with floats of 12 significant digits.

    counts: one per expert, or none. band: whether to spend a thousand draws on corp.band and
    corp.mcb_floor; seed: for other draws than the usual ones. A statistic without a value is null
    and, when there are forecasts, `undefined` says why under its dotted name.
    """
    given = counts or [_NO_COUNTS] * len(records)
    beside: Fields = {name: Column([getattr(one, name) for one in given]) for name in COUNTS}
    fields = _sizes(records) | beside | _statistics(records, band=band, seed=seed)
    return _summaries(fields, len(records))


def score_parts(records: TrackRecords) -> list[dict[str, Any]]:
    """Return the statistics that parts of a track record get: accuracy and bias, no curve."""
    fields = {
        **_sizes(records),
        **_accuracy(records),
        "score_test": score_test(records.thinned),
    }
    return _summaries(fields, len(records))


def score_figures(records: TrackRecords) -> list[dict[str, Any]]:
    """Return what the population needs of each expert: brier, skill, n and n_clusters."""
    fields = {
        **_sizes(records),
        "brier": brier_score(records),
        "skill": relative_skill(records),
    }
    return [figures for figures, _ in published(fields, len(records))]


def draw_bands(pairs: Pairs, cluster: Integers) -> list[dict[str, Any]]:
    """Return `corp` with band and mcb_floor alone, and `undefined`, for each expert.

    cluster: (rows,) numbers. For with_bands.
    """
    fields: Fields = {"corp": _one_by_one(consistency_band, pairs, cluster)}
    found = published(fields, len(pairs.groups))
    return [drawn | {"undefined": reasons} for drawn, reasons in found]


def with_bands(scores: dict[str, Any], drawn: dict[str, Any]) -> dict[str, Any]:
    """Return the scores of one expert completed by what draw_bands returned."""
    reasons = {name: reason for name, reason in scores["undefined"].items() if reason != _LEFT_OUT}
    added = drawn["undefined"] if scores["n"] else {}
    return scores | {"corp": scores["corp"] | drawn["corp"], "undefined": reasons | added}


def _summaries(fields: Fields, n: int) -> list[dict[str, Any]]:
    return [
        summary | {"undefined": reasons if summary["n"] else {}}
        for summary, reasons in published(fields, n)
    ]


def _sizes(records: TrackRecords) -> Fields:
    n_clusters = records.clusters.groups.n
    return {
        "n": Column(records.groups.n),
        "n_clusters": Column(n_clusters),
        "tier": Column([tier(number) for number in n_clusters.tolist()]),
    }


def _statistics(records: TrackRecords, *, band: bool, seed: int | None) -> Fields:
    pairs, thinned = records.pairs, records.thinned
    return {
        **_accuracy(records),
        "auc": area_under_curve(pairs),
        "score_test": score_test(thinned),
        "spiegelhalter": spiegelhalter_test(thinned),
        "sequential": _sequential(records),
        "ece": {"value": calibration_error(pairs), "floor": calibration_error_floor(records)},
        "murphy": murphy_decomposition(pairs),
        "corp": corp_decomposition(pairs) | _band(records, is_wanted=band, seed=seed),
        "recalibration": _one_by_one(recalibration, pairs, records.clusters.code),
        "time": time_scores(records),
        "bins": calibration_bins(records),
        "values": value_table(records),
        "extreme_share": extreme_share(pairs),
    }


def _accuracy(records: TrackRecords) -> Fields:
    pairs = records.pairs
    return {
        **_means(pairs),
        "brier": brier_score(records),
        "log_score": log_score(pairs),
        "skill": skill_scores(pairs) | relative_skill(records),
    }


def _means(pairs: Pairs) -> Fields:
    base_rate, mean = pairs.base_rate, pairs.groups.mean(pairs.ppm) / PPM
    unless = ((pairs.groups.is_empty, NO_FORECASTS),)
    means = {"base_rate": base_rate, "mean_probability": mean, "bias": mean - base_rate}
    return {name: Column(values, unless) for name, values in means.items()}


def _band(records: TrackRecords, *, is_wanted: bool, seed: int | None) -> Fields:
    if is_wanted:
        draw = partial(consistency_band, seed=seed)
        return _one_by_one(draw, records.pairs, records.clusters.code)
    return {name: Column([Undefined(_LEFT_OUT)] * len(records)) for name in ("band", "mcb_floor")}


def _one_by_one(function: Callable[..., dict[str, Any]], pairs: Pairs, cluster: Integers) -> Fields:
    """Compute, expert by expert, what arrays of many experts cannot."""
    return _side_by_side(
        function(ppm, outcome, cluster=code)
        for ppm, outcome, code in pairs.groups.split(pairs.ppm, pairs.outcome, cluster)
    )


def _sequential(records: TrackRecords) -> Fields:
    rows, groups = records.in_time, records.clusters.groups
    columns = (records.ppm[rows], records.outcome[rows], records.deadline[rows])
    return _side_by_side(
        sequential_test(ppm, outcome, deadline=deadline)
        for ppm, outcome, deadline in groups.split(*columns)
    )


def _side_by_side(experts: Iterable[dict[str, Any]]) -> Fields:
    found = list(experts)
    return {name: Column([one[name] for one in found]) for name in (found[0] if found else ())}
