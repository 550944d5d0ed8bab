"""Other libraries' scores of edge cases and of what Hypothesis comes up with, beside ours."""

import warnings
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import scoringrules as sr
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from model_diagnostics.calibration import compute_bias
from model_diagnostics.scoring import SquaredError, decompose
from scipy.special import logit
from scipy.stats import poisson_binom
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from statsmodels.stats.proportion import proportion_confint

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.bins import bin_numbers
from forecasts.scoring.recalibrations import recalibration
from tests.scoring.records import EIGHT, integers, pairs
from tests.scoring.singles import (
    area_under_curve,
    brier_score,
    calibration_bins,
    calibration_error,
    clustered_standard_error,
    corp_decomposition,
    log_score,
    score_test,
    spiegelhalter_test,
)
from tests.scoring.strategies import thorough

Data = tuple[Integers, Integers]
BINOMIAL = sm.families.Binomial()
TENTHS = [(f"{k / 10:.1f}", k % 2) for k in range(11)]
EDGES = {
    "one forecast": [("0.3", 1)],
    "certain and right": [("0", 0), ("1", 1)],
    "certain and wrong": [("0", 1), ("1", 0)],
    "halves": [("0.5", 1), ("0.5", 0), ("0.5", 0)],
    "one class": [("0.9", 1), ("0.6", 1), ("0.1", 1)],
    "bounds of bins": TENTHS,
    "below the bounds": [("0.299999", 1), ("0.3", 0), ("0.599999", 0), ("0.6", 1), ("0.7", 0)],
    "the wrong way round": [("0.9", 0), ("0.7", 0), ("0.3", 1), ("0.1", 1)],
    "ties of both kinds": [("0.4", 1), ("0.4", 0), ("0.4", 1), ("0.6", 0), ("0.6", 1)],
    "counts that differ": [("0.2", 1)] + [("0.4", int(k < 3)) for k in range(9)] + [("0.6", 0)] * 2,
    "eight": list(EIGHT),
}


def data_of(forecasts: list[tuple[int, int]], unit: int) -> Data:
    ppm, outcome = zip(*forecasts, strict=True)
    return integers(*ppm) * unit, integers(*outcome)


# Whole percents with many ties, and any number there is.
percents = st.lists(st.tuples(st.integers(1, 99), st.integers(0, 1)), min_size=1, max_size=40).map(
    lambda drawn: data_of(drawn, 10_000)
)
anything = st.lists(
    st.tuples(st.integers(0, 1_000_000), st.integers(0, 1)), min_size=1, max_size=40
).map(lambda drawn: data_of(drawn, 1))
each_edge = pytest.mark.parametrize("data", [pairs(*rows) for rows in EDGES.values()], ids=EDGES)


def exactly(expected: Any) -> Any:
    return pytest.approx(expected, rel=0, abs=1e-12)


def check_scores(data: Data) -> None:
    (ppm, outcome), p = data, data[0] / 1e6
    clipped = np.clip(p, 0.001, 0.999)

    brier = brier_score(ppm, outcome)["value"]
    logs = log_score(ppm, outcome)

    assert brier == exactly(brier_score_loss(outcome, p, labels=[0, 1], pos_label=1))
    assert brier == exactly(sr.brier_score(outcome, p).mean())
    assert logs["nats"] == exactly(log_loss(outcome, clipped, labels=[0, 1]))
    assert logs["nats"] == exactly(sr.log_score(outcome, clipped).mean())
    if not (np.abs(outcome - p) == 1).any():
        # It takes ln |p + y - 1|, which leaves ten digits of a probability of one in a million.
        assert logs["raw"] == pytest.approx(sr.log_score(outcome, p).mean(), abs=1e-9)
    if 0 < outcome.sum() < outcome.size:
        assert area_under_curve(ppm, outcome) == exactly(roc_auc_score(outcome, p))


@each_edge
def test_scores_of_edge_cases(data: Data) -> None:
    check_scores(data)


@thorough
@given(percents | anything)
def test_scores_of_drawn_forecasts(data: Data) -> None:
    check_scores(data)


def check_corp(data: Data) -> None:
    (ppm, outcome), p = data, data[0] / 1e6
    values, number = np.unique(p, return_inverse=True)
    n = np.bincount(number)
    share = np.bincount(number, outcome) / n
    fit = IsotonicRegression(y_min=0, y_max=1).fit_transform(values, share, sample_weight=n)

    found = corp_decomposition(ppm, outcome)

    # model-diagnostics 1.5 squeezes one forecast to none, and refuses it.
    if ppm.size > 1:
        parts = decompose(outcome, p, scoring_function=SquaredError()).row(0)
        assert (found["mcb"], found["dsc"], found["unc"]) == exactly(parts[:3])
    curve = np.concatenate([np.repeat(step["cep"], step["n"]) for step in found["curve"]])
    np.testing.assert_allclose(curve, np.repeat(fit, n), rtol=0, atol=1e-12)


@each_edge
def test_curve_and_its_parts_of_edge_cases(data: Data) -> None:
    check_corp(data)


@thorough
@given(percents | anything)
def test_curve_and_its_parts_of_drawn_forecasts(data: Data) -> None:
    check_corp(data)


def bias_by_tenth(data: Data) -> dict[int, tuple[int, float]]:
    """Return n and mean probability less frequency of each bin, by model-diagnostics."""
    tenth = [f"{min(int(Decimal(int(ppm)) / 100_000), 9)}" for ppm in data[0]]
    with warnings.catch_warnings():
        # model-diagnostics 1.5 holds a string cache, which polars 2 no longer has a use for.
        warnings.simplefilter("ignore", DeprecationWarning)
        table = compute_bias(data[1], data[0] / 1e6, feature=np.array(tenth), n_bins=11)
    name = table.columns[0]
    return {
        int(row[name]): (row["bias_count"], row["bias_mean"]) for row in table.iter_rows(named=True)
    }


def check_bins(data: Data) -> None:
    ppm, outcome = data
    expected = bias_by_tenth(data)
    excess = [Decimal(0)] * 10
    for value, came in zip(ppm.tolist(), outcome.tolist(), strict=True):
        excess[min(int(Decimal(value) / 100_000), 9)] += Decimal(value) / 1_000_000 - came

    bins = calibration_bins(ppm, outcome, cluster=np.arange(ppm.size))
    error = calibration_error(ppm, outcome, cluster=np.arange(ppm.size))["value"]

    filled = {number: part for number, part in enumerate(bins) if part["n"]}
    found = {
        number: (part["n"], part["mean_probability"] - part["observed_frequency"])
        for number, part in filled.items()
    }
    assert found == {number: exactly(pair) for number, pair in expected.items()}
    for part in filled.values():
        interval = proportion_confint(part["n_yes"], part["n"], method="wilson")
        assert part["wilson95"] == exactly(interval)
    assert error == exactly(float(sum(map(abs, excess)) / ppm.size))


@each_edge
def test_bins_and_calibration_error_of_edge_cases(data: Data) -> None:
    check_bins(data)


@thorough
@given(percents | anything)
def test_bins_and_calibration_error_of_drawn_forecasts(data: Data) -> None:
    check_bins(data)


@thorough
@given(percents)
def test_floor_of_the_calibration_error_is_poisson_binomial(data: Data) -> None:
    ppm, outcome = data
    numbers = bin_numbers(ppm)
    inside = [ppm[numbers == number] / 1e6 for number in np.unique(numbers)]
    misses = [
        poisson_binom(p).pmf(np.arange(p.size + 1)) @ np.abs(np.arange(p.size + 1) - p.sum())
        for p in inside
    ]

    found = calibration_error(ppm, outcome, cluster=np.arange(ppm.size))

    assert found["floor"] == exactly(sum(misses) / ppm.size)


def rao(outcome: Integers, exog: Floats, offset: Floats) -> float:
    """Return Rao's statistic of no effect beyond the offset, by statsmodels."""
    model = sm.GLM(outcome, exog, family=BINOMIAL, offset=offset)
    k = exog.shape[1]
    return float(np.squeeze(model.score_test(np.zeros(k), k_constraints=k)[0]))


@thorough
@given(percents)
def test_score_test_of_drawn_forecasts(data: Data) -> None:
    ppm, outcome = data
    x = logit(ppm / 1e6)
    # A slope on one half alone has nothing to turn.
    assume(np.unique(ppm).size > 1)

    found = score_test(ppm, outcome)

    # Two neighbors leave statsmodels, which inverts a matrix, fewer digits than ours.
    both = rao(outcome, np.column_stack([np.ones(x.size), x]), x)
    assert found["chi2"] == pytest.approx(both, rel=1e-9, abs=1e-9)
    assert found["bias_z"] ** 2 == pytest.approx(rao(outcome, np.ones((x.size, 1)), x), abs=1e-9)
    assert found["slope_z"] ** 2 == pytest.approx(rao(outcome, x[:, None], x), abs=1e-9)


@thorough
@given(percents)
def test_spiegelhalter_is_a_score_test_of_statsmodels(data: Data) -> None:
    ppm, outcome = data
    assume((ppm != 500_000).any())
    p = ppm / 1e6

    found = spiegelhalter_test(ppm, outcome)

    # Of logit P = logit p + c(1 - 2p), c = 0.
    expected = rao(outcome, (1 - 2 * p)[:, None], logit(p))
    assert found["z"] ** 2 == pytest.approx(expected, rel=1e-9, abs=1e-12)


@thorough
@given(percents, st.lists(st.integers(0, 6), min_size=40, max_size=40))
def test_clustered_error_of_drawn_losses(data: Data, numbers: list[int]) -> None:
    losses = sr.brier_score(data[1], data[0] / 1e6)
    cluster = integers(*numbers)[: losses.size]
    assume(np.unique(cluster).size > 1)
    model = sm.OLS(losses, np.ones(losses.size))
    expected = model.fit(cov_type="cluster", cov_kwds={"groups": cluster}).bse[0]

    assert clustered_standard_error(losses, cluster) == pytest.approx(expected, abs=1e-9)


@thorough
@given(percents)
def test_recalibration_of_drawn_forecasts(data: Data) -> None:
    ppm, outcome = data
    found = recalibration(ppm, outcome, cluster=np.arange(ppm.size))
    assume(found["status"] == "ok")
    with warnings.catch_warnings():
        # Where its Newton fails, statsmodels warns; those examples prove nothing either way.
        warnings.simplefilter("ignore")
        model = sm.Logit(outcome, sm.add_constant(logit(ppm / 1e6)))
        fit = model.fit(disp=0, tol=1e-13, maxiter=100)
    assume(fit.mle_retvals["converged"] and np.abs(fit.params).max() < 50)

    line = [found[name] for name in ("intercept", "slope", "intercept_se", "slope_se")]
    # It stops at a step, not at a gradient, and squares the condition of neighbors.
    assert line == pytest.approx([*fit.params, *fit.bse], rel=1e-6, abs=1e-7)
