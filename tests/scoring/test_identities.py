"""What must hold for every track record."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from forecasts.scoring import TrackRecords
from forecasts.scoring.proper_scores import brier_losses
from forecasts.scoring.reasons import Undefined
from tests.scoring.singles import (
    area_under_curve,
    brier_score,
    corp_decomposition,
    log_score,
    murphy_decomposition,
    one_record,
    score_track_record,
)
from tests.scoring.strategies import records, thorough


def brier(record: TrackRecords) -> dict[str, Any]:
    bounds = {"low": record.low, "high": record.high, "cluster": record.cluster}
    found: dict[str, Any] = brier_score(record.ppm, record.outcome, **bounds)
    return found


def mirrored(record: TrackRecords) -> TrackRecords:
    """Return the same forecasts of the opposite questions."""
    return one_record(
        ppm=1_000_000 - record.ppm,
        low=1_000_000 - record.high,
        high=1_000_000 - record.low,
        outcome=1 - record.outcome,
        cluster=record.cluster,
        n_conditions=record.n_conditions,
        deadline=record.deadline,
        question=record.question,
    )


def doubled(record: TrackRecords) -> TrackRecords:
    names = ("ppm", "low", "high", "outcome", "cluster", "n_conditions", "deadline", "question")
    return one_record(**{name: np.tile(getattr(record, name), 2) for name in names})


def same(value: Any) -> Any:
    """Return what equals the value but for rounding; nulls, reasons and words are exact."""
    if isinstance(value, dict):
        return {key: same(part) for key, part in value.items()}
    if isinstance(value, list):
        return [same(part) for part in value]
    is_exact = value is None or isinstance(value, Undefined | str | int)
    return value if is_exact else pytest.approx(value, abs=1e-9, rel=1e-9)


@thorough
@given(records())
def test_corp_adds_up_and_miscalibration_is_never_negative(record: TrackRecords) -> None:
    parts = corp_decomposition(record.ppm, record.outcome)

    score = brier_losses(record.ppm, record.outcome).mean()
    assert parts["mcb"] - parts["dsc"] + parts["unc"] == pytest.approx(score, abs=1e-12)
    assert parts["mcb"] >= 0
    assert -1e-12 <= parts["dsc"] <= parts["unc"] + 1e-12


@thorough
@given(records())
def test_curve_rises_and_loses_no_row(record: TrackRecords) -> None:
    curve = corp_decomposition(record.ppm, record.outcome)["curve"]

    ceps = [step["cep"] for step in curve]
    assert ceps == sorted(set(ceps))
    assert sum(step["n"] for step in curve) == record.ppm.size


@thorough
@given(records())
def test_murphy_adds_up(record: TrackRecords) -> None:
    terms = murphy_decomposition(record.ppm, record.outcome)

    total = terms["reliability_term"] - terms["resolution_term"] + terms["uncertainty_term"]
    assert total == pytest.approx(brier_losses(record.ppm, record.outcome).mean(), abs=1e-12)


@thorough
@given(records())
def test_asking_the_opposite_changes_no_score(record: TrackRecords) -> None:
    other = mirrored(record)
    data, mirror = (record.ppm, record.outcome), (other.ppm, other.outcome)
    parts, opposite = corp_decomposition(*data), corp_decomposition(*mirror)
    del parts["curve"], opposite["curve"]

    scores = [brier(record), log_score(*data), murphy_decomposition(*data), parts]
    opposites = [brier(other), log_score(*mirror), murphy_decomposition(*mirror), opposite]

    assert opposites == same(scores)
    assert area_under_curve(*mirror) == area_under_curve(*data)


@thorough
@given(records())
def test_doubling_every_row_within_its_cluster_changes_no_score(record: TrackRecords) -> None:
    once = score_track_record(record, band=False)

    twice = score_track_record(doubled(record), band=False)

    for name in ("brier", "score_test", "spiegelhalter", "ece", "auc", "base_rate"):
        assert twice[name] == same(once[name]), name
    assert (twice["n"], twice["n_clusters"]) == (2 * once["n"], once["n_clusters"])


@thorough
@given(records())
def test_names_of_clusters_and_order_of_rows_never_show(record: TrackRecords) -> None:
    names = ("ppm", "low", "high", "outcome", "n_conditions", "deadline", "question")
    backward = {name: getattr(record, name)[::-1] for name in names}
    renamed = one_record(cluster=900 - 13 * record.cluster[::-1], **backward)

    summary = score_track_record(renamed)

    assert summary == same(score_track_record(record))


@thorough
@given(records())
def test_tables_lose_no_row(record: TrackRecords) -> None:
    summary = score_track_record(record, band=False)

    for table in (summary["bins"], summary["values"]):
        assert sum(row["n"] for row in table) == record.ppm.size
        assert sum(row["n_yes"] for row in table) == record.outcome.sum()


@thorough
@given(records())
def test_score_lies_between_its_best_and_worst(record: TrackRecords) -> None:
    score = brier(record)

    assert score["best"] <= score["value"] <= score["worst"]


@thorough
@given(records(is_clustered=False))
def test_interval_holds_the_score(record: TrackRecords) -> None:
    score = score_track_record(record, band=False)["brier"]

    low, high = score["ci95"] or (0.0, 1.0)
    assert 0.0 <= low <= score["value"] <= high <= 1.0


@thorough
@given(records())
def test_band_and_floors_stay_within_0_and_1(record: TrackRecords) -> None:
    summary = score_track_record(record)

    band = summary["corp"]["band"] or []
    floors = [summary["corp"]["mcb_floor"], summary["ece"]["floor"]]
    assert all(0 <= point["lower"] <= point["upper"] <= 1 for point in band)
    assert all(0 <= floor <= 1 for floor in floors)
