"""Everything that is published about one expert's track record, ready for JSON."""

from dataclasses import asdict
from typing import Any

import numpy as np

from forecasts.scoring.bins import calibration_bins
from forecasts.scoring.calibration_errors import calibration_error
from forecasts.scoring.calibration_tests import score_test, spiegelhalter_test
from forecasts.scoring.clusters import numbered, one_per_cluster
from forecasts.scoring.consistency_bands import consistency_band
from forecasts.scoring.corp import corp_decomposition
from forecasts.scoring.decompositions import murphy_decomposition
from forecasts.scoring.discrimination import area_under_curve
from forecasts.scoring.probabilities import PPM
from forecasts.scoring.proper_scores import brier_score, log_score
from forecasts.scoring.reasons import NO_FORECASTS, Undefined, undefined
from forecasts.scoring.recalibrations import recalibration
from forecasts.scoring.skills import skill_scores
from forecasts.scoring.tiers import tier
from forecasts.scoring.track_records import Counts, TrackRecord
from forecasts.scoring.values import extreme_share, value_table

_NO_COUNTS = Counts()


def score_track_record(
    record: TrackRecord, counts: Counts = _NO_COUNTS, *, band: bool = True
) -> dict[str, Any]:
    """Return every statistic of one expert, as JSON with floats of 12 significant digits.

    band: whether to spend a thousand draws on corp.band and corp.mcb_floor. A statistic without
    a value is null and, when there are forecasts, `undefined` says why under its dotted name.
    """
    rows = record.in_order_of_precedence()
    reasons: dict[str, str] = {}
    fields = {**_sizes(rows, counts), **_statistics(rows, band=band)}
    published = {name: _publish(value, name, reasons) for name, value in fields.items()}
    return {**published, "undefined": reasons if len(record) else {}}


def _sizes(rows: TrackRecord, counts: Counts) -> dict[str, Any]:
    n_clusters = numbered(rows.cluster).total
    sizes = {"n": len(rows), "n_clusters": n_clusters, "tier": tier(n_clusters)}
    return {**sizes, **asdict(counts)}


def _statistics(rows: TrackRecord, *, band: bool) -> dict[str, Any]:
    data = (rows.ppm, rows.outcome)
    first = one_per_cluster(rows.cluster)
    thinned = (rows.ppm[first], rows.outcome[first])
    return {
        **_means(rows),
        "brier": brier_score(*data, low=rows.low, high=rows.high, cluster=rows.cluster),
        "log_score": log_score(*data),
        "skill": skill_scores(*data),
        "auc": area_under_curve(*data),
        "score_test": score_test(*thinned),
        "spiegelhalter": spiegelhalter_test(*thinned),
        "ece": calibration_error(*data, cluster=rows.cluster),
        "murphy": murphy_decomposition(*data),
        "corp": corp_decomposition(*data) | _band(rows, is_wanted=band),
        "recalibration": recalibration(*data, cluster=rows.cluster),
        "bins": calibration_bins(*data, cluster=rows.cluster),
        "values": value_table(*data, cluster=rows.cluster),
        "extreme_share": extreme_share(rows.ppm),
    }


def _band(rows: TrackRecord, *, is_wanted: bool) -> dict[str, Any]:
    if not is_wanted:
        return undefined(("band", "mcb_floor"), "left out on request")
    return consistency_band(rows.ppm, rows.outcome, cluster=rows.cluster)


def _means(rows: TrackRecord) -> dict[str, Any]:
    if not len(rows):
        return undefined(("base_rate", "mean_probability", "bias"), NO_FORECASTS)
    base_rate, mean = rows.outcome.mean(), rows.ppm.mean() / PPM
    return {"base_rate": base_rate, "mean_probability": mean, "bias": mean - base_rate}


def _publish(value: object, name: str, reasons: dict[str, str]) -> object:
    if isinstance(value, Undefined):
        reasons[name] = value.reason
        return None
    if isinstance(value, dict):
        return {key: _publish(part, f"{name}.{key}", reasons) for key, part in value.items()}
    if isinstance(value, list):
        return [_publish(part, f"{name}.{i}", reasons) for i, part in enumerate(value)]
    return _rounded(float(value)) if isinstance(value, float | np.floating) else value


def _rounded(value: float) -> float:
    # Adding 0 turns -0.0 into 0.0.
    return float(f"{value:.12g}") + 0.0
