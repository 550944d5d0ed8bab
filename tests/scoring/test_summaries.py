"""The whole summary of a track record: its shape, its nulls and their reasons."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from forecasts.scoring import Counts, TrackRecords
from tests.scoring.records import EIGHT, random_record, record
from tests.scoring.singles import one_record, score_track_record
from tests.scoring.strategies import records, thorough

SHAPE: dict[str, set[str]] = {
    "brier": {"value", "se", "ci95", "best", "worst"},
    "log_score": {"nats", "bits", "raw", "n_clipped", "n_certain_wrong"},
    "skill": {
        "half",
        "base_rate",
        "base_rate_loo",
        "relative",
        "relative_se",
        "n_relative",
        "n_relative_clusters",
    },
    "sequential": {"e_value", "alarm"},
    "time": {"brier", "coverage", "log_score", "baseline", "peer"},
    "score_test": {"chi2", "df", "p_value", "bias_z", "slope_z"},
    "spiegelhalter": {"z", "p_value", "status"},
    "ece": {"value", "floor"},
    "murphy": {"reliability_term", "resolution_term", "uncertainty_term", "reliability_floor"},
    "corp": {"mcb", "dsc", "unc", "mcb_floor", "curve", "band"},
    "recalibration": {
        "status",
        "intercept",
        "slope",
        "intercept_se",
        "slope_se",
        "citl",
        "citl_se",
    },
}
# A record without times, of questions that nobody else answered.
ALONE = {f"time.{name}" for name in SHAPE["time"]} | {"skill.relative", "skill.relative_se"}
PLAIN = {
    "n",
    "n_clusters",
    "n_early",
    "n_ambiguous",
    "n_annulled",
    "n_withdrawn",
    "n_inferred",
    "n_coded_after_known",
    "n_date_unproven",
    "undefined",
    "base_rate",
    "mean_probability",
    "bias",
    "auc",
    "bins",
    "values",
    "tier",
    "extreme_share",
}


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every leaf under its dotted name; empty bins say with n = 0 why they are null."""
    if isinstance(value, dict) and value:
        for key, part in value.items():
            if key not in {"undefined", "bins"}:
                yield from leaves(part, f"{name}.{key}".lstrip("."))
    else:
        yield name, value


@pytest.mark.parametrize("forecasts", [(), EIGHT])
def test_summary_has_every_field_always(forecasts: tuple[tuple[str, int], ...]) -> None:
    summary = score_track_record(record(*forecasts))

    assert set(summary) == PLAIN | set(SHAPE)
    assert {name: set(summary[name]) for name in SHAPE} == SHAPE


def test_no_forecasts_leave_counts_of_0_and_nulls() -> None:
    summary = score_track_record(TrackRecords.of_one([]), Counts(n_annulled=3))

    numbers = {name: value for name, value in leaves(summary) if value is not None}
    counts = dict.fromkeys((name for name in PLAIN if name.startswith("n_")), 0)
    statuses = {"spiegelhalter.status": "no_data", "recalibration.status": "no_data"}
    skill = {"skill.n_relative": 0, "skill.n_relative_clusters": 0}
    tables = {"log_score.n_clipped": 0, "log_score.n_certain_wrong": 0, "values": [], **skill}
    assert numbers == {**counts, "n": 0, "n_annulled": 3, "tier": "none", **statuses, **tables}
    assert [part["n"] for part in summary["bins"]] == [0] * 10
    assert summary["undefined"] == {}


@pytest.mark.parametrize(
    ("case", "forecasts", "nulls"),
    [
        ("nothing to miss", EIGHT, {"corp.band"}),
        (
            "one forecast",
            [("0.8", 1)],
            {
                "brier.se",
                "brier.ci95",
                "skill.base_rate",
                "skill.base_rate_loo",
                "auc",
                "score_test.slope_z",
                "corp.band",
                "recalibration.intercept",
                "recalibration.slope",
                "recalibration.intercept_se",
                "recalibration.slope_se",
                "recalibration.citl",
                "recalibration.citl_se",
            },
        ),
        (
            "one class",
            [("0.8", 1), ("0.6", 1)] * 5,
            {
                "skill.base_rate",
                "skill.base_rate_loo",
                "auc",
                "recalibration.intercept",
                "recalibration.slope",
                "recalibration.intercept_se",
                "recalibration.slope_se",
                "recalibration.citl",
                "recalibration.citl_se",
            },
        ),
        (
            "certain, half and wrong",
            [("0", 1), ("0.5", 0), ("1", 0), ("0.5", 1), ("1", 1)] * 2,
            {"log_score.raw", "spiegelhalter.z", "spiegelhalter.p_value"},
        ),
        (
            "more than 25 values",
            [(f"0.{k}", k // 3 % 2) for k in range(100, 999, 33)],
            {"values"},
        ),
    ],
)
def test_undefined_names_exactly_the_nulls(
    case: str, forecasts: list[tuple[str, int]], nulls: set[str]
) -> None:
    summary = score_track_record(record(*forecasts))

    assert {name for name, value in leaves(summary) if value is None} == nulls | ALONE, case
    assert set(summary["undefined"]) == nulls | ALONE, case


def test_one_class_still_has_miscalibration() -> None:
    summary = score_track_record(record(("0.8", 1), ("0.6", 1)))

    parts = [summary["corp"][name] for name in ("mcb", "dsc", "unc")]
    assert parts == [0.1, 0.0, 0.0]


def test_certain_and_wrong_costs_1_and_is_counted() -> None:
    summary = score_track_record(record(("1", 0)))

    assert summary["brier"]["value"] == 1.0
    assert summary["log_score"] == {
        "nats": 6.90775527898,
        "bits": 9.96578428466,
        "raw": None,
        "n_clipped": 1,
        "n_certain_wrong": 1,
    }


def test_nothing_lost_is_0_and_not_minus_0() -> None:
    summary = score_track_record(record(("1", 1)))

    assert str(summary["log_score"]["raw"]) == "0.0"


def test_counts_stand_beside_the_scores() -> None:
    summary = score_track_record(record(*EIGHT), Counts(1, 2, 3, 4, 5, 6, 7), band=False)

    names = ("early", "ambiguous", "annulled", "withdrawn", "inferred", "coded_after_known")
    numbers = [summary[f"n_{name}"] for name in (*names, "date_unproven")]
    assert numbers == [1, 2, 3, 4, 5, 6, 7]


def test_band_can_be_left_for_later() -> None:
    whole = score_track_record(random_record(20, seed=20))

    quick = score_track_record(random_record(20, seed=20), band=False)

    missing = dict.fromkeys(("corp.band", "corp.mcb_floor"), "left out on request")
    assert quick["undefined"] == whole["undefined"] | missing
    assert quick["corp"] == whole["corp"] | {"band": None, "mcb_floor": None}


def test_nested_horizons_are_one_cluster() -> None:
    nested = TrackRecords.of_one(
        [
            (200_000, 200_000, 200_000, 0, 5, 0, 2027, 1),
            (400_000, 400_000, 400_000, 0, 5, 0, 2028, 2),
            (700_000, 700_000, 700_000, 1, 5, 0, 2030, 3),
            (900_000, 900_000, 900_000, 1, 5, 1, 2035, 4),
            (100_000, 100_000, 100_000, 0, 6, 0, 2029, 5),
        ]
    )
    latest = score_track_record(record(("0.7", 1), ("0.1", 0)), band=False)

    summary = score_track_record(nested, band=False)

    assert (summary["n"], summary["n_clusters"], summary["tier"]) == (5, 2, "raw")
    assert summary["score_test"] == latest["score_test"]
    assert summary["spiegelhalter"] == latest["spiegelhalter"]
    assert summary["brier"]["value"] == 0.062


@thorough
@given(records())
def test_summary_is_plain_json_of_12_digits(track_record: TrackRecords) -> None:
    summary = score_track_record(track_record)

    read_back = json.loads(json.dumps(summary, allow_nan=False))
    floats = [value for _, value in leaves(summary) if isinstance(value, float)]
    assert read_back == summary
    assert all(type(value) is float and float(f"{value:.12g}") == value for value in floats)


@thorough
@given(records())
def test_every_null_has_its_reason(track_record: TrackRecords) -> None:
    summary = score_track_record(track_record)

    nulls = {name for name, value in leaves(summary) if value is None}
    assert nulls == set(summary["undefined"])
    assert all(summary["undefined"].values())


def test_order_of_rows_never_shows() -> None:
    rows = random_record(40, seed=21, cluster_size=3)
    order = np.random.default_rng(22).permutation(40)
    names = ("ppm", "low", "high", "outcome", "cluster", "n_conditions", "deadline", "question")

    shuffled = one_record(**{name: getattr(rows, name)[order] for name in names})

    assert score_track_record(shuffled) == score_track_record(rows)
