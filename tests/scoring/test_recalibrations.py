"""Recalibration: intercept, slope and calibration in the large."""

import math
import warnings

import numpy as np
import pytest
import statsmodels.api as sm

from forecasts.scoring.reasons import FEW_CLUSTERS, ONE_CLASS, Undefined
from forecasts.scoring.recalibrations import recalibration
from forecasts.scoring.track_records import TrackRecords
from tests.scoring.records import integers, pairs, random_record


def odds(record: TrackRecords) -> np.ndarray:
    p = np.clip(record.ppm / 1e6, 0.001, 0.999)
    return np.log(p / (1 - p))


def test_line_and_its_errors_match_statsmodels() -> None:
    record = random_record(200, seed=11)
    fit = sm.Logit(record.outcome, sm.add_constant(odds(record))).fit(disp=0, tol=1e-14)

    found = recalibration(record.ppm, record.outcome, cluster=record.cluster)

    assert found["status"] == "ok"
    assert (found["intercept"], found["slope"]) == pytest.approx(fit.params, abs=1e-10)
    assert (found["intercept_se"], found["slope_se"]) == pytest.approx(fit.bse, abs=1e-10)


def test_calibration_in_the_large_matches_statsmodels() -> None:
    record = random_record(200, seed=12)
    binomial = sm.families.Binomial()
    model = sm.GLM(record.outcome, np.ones(200), family=binomial, offset=odds(record))
    fit = model.fit(tol=1e-14)

    found = recalibration(record.ppm, record.outcome, cluster=record.cluster)

    assert found["citl"] == pytest.approx(fit.params[0], abs=1e-10)
    assert found["citl_se"] == pytest.approx(fit.bse[0], abs=1e-10)


def test_clusters_widen_the_errors_by_their_design_effect() -> None:
    record = random_record(200, seed=13, cluster_size=4)
    model = sm.Logit(record.outcome, sm.add_constant(odds(record)))
    plain = model.fit(disp=0, tol=1e-14)
    robust = model.fit(disp=0, tol=1e-14, cov_type="HC0")
    groups = {"groups": record.cluster, "use_correction": False}
    together = model.fit(disp=0, tol=1e-14, cov_type="cluster", cov_kwds=groups)

    found = recalibration(record.ppm, record.outcome, cluster=record.cluster)

    expected = plain.bse * together.bse / robust.bse
    assert (found["intercept_se"], found["slope_se"]) == pytest.approx(expected, rel=1e-9)


def test_duplicates_within_a_cluster_change_nothing() -> None:
    record = random_record(40, seed=14)
    single = recalibration(record.ppm, record.outcome, cluster=record.cluster)
    twice = (np.tile(column, 2) for column in (record.ppm, record.outcome, record.cluster))
    ppm, outcome, cluster = twice

    found = recalibration(ppm, outcome, cluster=cluster)

    assert found.pop("status") == single.pop("status") == "ok"
    assert found == pytest.approx(single, rel=1e-9)


@pytest.mark.parametrize(
    ("status", "reason", "forecasts"),
    [
        ("constant_forecast", "one probability throughout", [("0.4", 1), ("0.4", 0)]),
        ("constant_forecast", "one probability throughout", [("0", 1), ("0.001", 0)]),
        ("separated", "one probability divides", [("0.6", 1), ("0.4", 0)]),
        ("separated", "one probability divides", [("0.4", 1), ("0.6", 0)]),
        ("separated", "one probability divides", [("0.6", 1), ("0.6", 0), ("0.4", 0)]),
    ],
)
def test_without_a_line_the_shift_still_stands(
    status: str, reason: str, forecasts: list[tuple[str, int]]
) -> None:
    ppm, outcome = pairs(*forecasts)

    found = recalibration(ppm, outcome, cluster=np.arange(ppm.size))

    lines = [found[name] for name in ("intercept", "slope", "intercept_se", "slope_se")]
    assert found["status"] == status
    assert all(line.reason.startswith(reason) for line in lines)
    assert math.isfinite(found["citl"])
    assert found["citl_se"] > 0


def test_shift_moves_the_mean_to_the_base_rate() -> None:
    ppm, outcome = pairs(*[("0.2", 1)] * 3, ("0.2", 0))

    found = recalibration(ppm, outcome, cluster=np.arange(4))

    # From odds of 1 to 4 to odds of 3 to 1.
    assert found["citl"] == pytest.approx(math.log(12), abs=1e-12)
    assert found["citl_se"] == pytest.approx(1 / math.sqrt(4 * 0.75 * 0.25), abs=1e-12)


def test_one_class_has_neither_line_nor_shift() -> None:
    ppm, outcome = pairs(("0.8", 1), ("0.3", 1))

    found = recalibration(ppm, outcome, cluster=np.arange(2))

    assert found.pop("status") == "one_class"
    assert set(found.values()) == {Undefined(ONE_CLASS)}


def test_single_cluster_has_a_line_without_errors() -> None:
    ppm, outcome = pairs(("0.8", 1), ("0.3", 1), ("0.6", 0))

    found = recalibration(ppm, outcome, cluster=integers(1, 1, 1))

    errors = {found["intercept_se"], found["slope_se"], found["citl_se"]}
    assert found["status"] == "ok"
    assert errors == {Undefined(FEW_CLUSTERS)}


@pytest.mark.parametrize(
    ("case", "forecasts"),
    [
        ("a full step overshoots", [("0.1", 0), ("0.999", 0), ("0.5", 1), ("1", 0)]),
        ("neighbors", [("0.5", 1), ("0.500001", 0), ("0.500002", 1), ("0.9", 1), ("0.1", 0)]),
        ("almost separated", [("0.1", 0)] * 9 + [("0.9", 1)] * 9 + [("0.5", 1), ("0.500001", 0)]),
    ],
)
def test_hard_data_reach_the_maximum(case: str, forecasts: list[tuple[str, int]]) -> None:
    ppm, outcome = pairs(*forecasts)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = recalibration(ppm, outcome, cluster=np.arange(ppm.size))

    # At the maximum the residuals are orthogonal to the design: the likelihood equations.
    x = np.log(np.clip(ppm / 1e6, 0.001, 0.999) / (1 - np.clip(ppm / 1e6, 0.001, 0.999)))
    residuals = outcome - 1 / (1 + np.exp(-(found["intercept"] + found["slope"] * x)))
    assert found["status"] == "ok", case
    assert residuals.sum() == pytest.approx(0.0, abs=1e-9), case
    assert residuals @ x == pytest.approx(0.0, abs=1e-9), case


def test_misses_that_cancel_within_clusters_leave_no_standard_error() -> None:
    found = recalibration(integers(500_000, 500_000), integers(1, 0), cluster=integers(1, 1))
    cancelled = recalibration(*pairs(*[("0.5", 1), ("0.5", 0)] * 2), cluster=integers(1, 1, 2, 2))

    assert found["citl_se"] == Undefined(FEW_CLUSTERS)
    assert cancelled["citl_se"] == Undefined("the misses of the clusters cancel")
