"""Band and floor of the calibration curve, and the draws they come from."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.consistency_bands import between, consistency_band, isotonic_curves
from forecasts.scoring.reasons import Undefined
from forecasts.scoring.resamples import Resample, laid_out, resamples
from tests.scoring.records import EIGHT, integers, pairs, random_record
from tests.scoring.singles import corp_decomposition


def test_same_forecasts_give_the_same_band_whatever_their_order_and_ids() -> None:
    record = random_record(40, seed=15, cluster_size=3)
    order = np.random.default_rng(16).permutation(40)
    band = consistency_band(record.ppm, record.outcome, cluster=record.cluster)

    again = consistency_band(
        record.ppm[order], record.outcome[order], cluster=1_000 - 7 * record.cluster[order]
    )

    assert again == band


def test_other_forecasts_give_another_seed() -> None:
    ppm, outcome = pairs(*EIGHT)

    apart = laid_out(ppm, outcome, cluster=np.arange(8))
    together = laid_out(ppm, outcome, cluster=np.arange(8) // 2)

    assert apart.seed != together.seed


def test_layout_holds_every_cluster_whole() -> None:
    ppm, outcome = pairs(("0.9", 1), ("0.1", 0), ("0.5", 1))

    layout = laid_out(ppm, outcome, cluster=integers(4, 9, 4))

    assert layout.ppm.tolist() == [100_000, 500_000, 900_000]
    assert layout.size.tolist() == [1, 2]
    assert layout.start.tolist() == [0, 1]


def test_draws_take_whole_clusters_and_one_uniform_for_each() -> None:
    ppm, outcome = pairs(("0.9", 1), ("0.6", 0), ("0.1", 0), ("0", 1), ("1", 0))
    layout = laid_out(ppm, outcome, cluster=integers(1, 1, 1, 2, 3))

    (drawn,) = resamples(layout, np.unique(ppm), n_draws=200)

    never, tenth, six, nine, always = drawn.n_yes.T
    assert (drawn.n[:, 1] == drawn.n[:, 2]).all()
    assert (drawn.n[:, [0, 1, 4]].sum(axis=1) == 3).all()
    assert not never.any()
    assert (always == drawn.n[:, 4]).all()
    assert ((tenth <= six) & (six <= nine)).all()


def test_draws_say_yes_as_often_as_the_forecasts() -> None:
    record = random_record(50, seed=17)
    values = np.unique(record.ppm)
    layout = laid_out(record.ppm, record.outcome, cluster=record.cluster)

    batches = list(resamples(layout, values, n_draws=1_000))

    n = np.concatenate([drawn.n for drawn in batches]).sum(axis=0)
    n_yes = np.concatenate([drawn.n_yes for drawn in batches]).sum(axis=0)
    p = values / 1e6
    assert [len(drawn.n) for drawn in batches] == [250] * 4
    assert n.sum() == 50_000
    assert np.abs((n_yes - n * p) / np.sqrt(n * p * (1 - p))).max() < 4


def test_draws_of_large_records_come_in_small_batches() -> None:
    ppm = np.arange(20_000) % 10
    layout = laid_out(ppm, ppm % 2, cluster=np.arange(20_000))

    sizes = [len(drawn.n) for drawn in resamples(layout, np.unique(ppm), n_draws=120)]

    assert sizes == [50, 50, 20]


def curve_by_hand(drawn: Resample, row: int, p: Floats) -> tuple[Floats, float]:
    """Return one draw's curve at every p and its MCB, through scikit-learn."""
    n, n_yes = drawn.n[row], drawn.n_yes[row]
    x = np.repeat(p, n)
    y = np.concatenate([np.arange(of) < yes for of, yes in zip(n, n_yes, strict=True)])
    model = IsotonicRegression(out_of_bounds="clip").fit(x, y.astype(float))
    fit = model.predict(x)
    return model.predict(p), float(np.mean((x - y) ** 2) - np.mean((fit - y) ** 2))


def test_band_and_floor_match_scikit_learn_draw_by_draw() -> None:
    record = random_record(30, seed=18, cluster_size=2)
    values: Integers = np.unique(record.ppm)
    layout = laid_out(record.ppm, record.outcome, cluster=record.cluster)
    by_hand = [
        curve_by_hand(drawn, row, values / 1e6)
        for drawn in resamples(layout, values, n_draws=150)
        for row in range(len(drawn.n))
    ]
    curves = np.array([curve for curve, _ in by_hand])
    kept = [
        curve_by_hand(drawn, row, values / 1e6)
        for drawn in resamples(layout, values, n_draws=150, keeps_forecasts=True)
        for row in range(len(drawn.n))
    ]
    lower, upper = np.quantile(curves, (0.05, 0.95), axis=0)

    found = consistency_band(record.ppm, record.outcome, cluster=record.cluster, n_draws=150)

    band = found["band"]
    assert [point["x"] for point in band] == (values / 1e6).tolist()
    assert [point["lower"] for point in band] == pytest.approx(lower, abs=1e-12)
    assert [point["upper"] for point in band] == pytest.approx(upper, abs=1e-12)
    assert found["mcb_floor"] == pytest.approx(np.mean([mcb for _, mcb in kept]), abs=1e-12)


def test_curve_is_linear_between_what_was_drawn_and_level_outside() -> None:
    p = np.array([0.1, 0.2, 0.3, 0.5, 0.9])
    n = integers(0, 2, 0, 1, 0).reshape(1, 5)
    curves = isotonic_curves(Resample(n, integers(0, 0, 0, 1, 0).reshape(1, 5)))

    filled = between(curves, p, is_drawn=n > 0)

    assert filled[0].tolist() == pytest.approx([0.0, 0.0, 1 / 3, 1.0, 1.0], abs=1e-12)


def test_band_holds_a_calibrated_expert_and_not_an_overconfident_one() -> None:
    sober = pairs(*[("0.4", 1)] * 40, *[("0.4", 0)] * 60)
    rash = pairs(*[("0.05", 1)] * 40, *[("0.05", 0)] * 60)
    cluster = np.arange(100)

    bands = [consistency_band(*data, cluster=cluster)["band"][0] for data in (sober, rash)]
    ceps = [corp_decomposition(*data)["curve"][0]["cep"] for data in (sober, rash)]

    assert bands[0]["lower"] < ceps[0] < bands[0]["upper"]
    assert bands[1]["upper"] < ceps[1]


@pytest.mark.parametrize(("n", "kind"), [(1, Undefined), (9, Undefined), (10, list)])
def test_band_needs_ten_forecasts_and_the_floor_does_not(n: int, kind: type) -> None:
    record = random_record(n, seed=19)

    found = consistency_band(record.ppm, record.outcome, cluster=record.cluster)

    assert type(found["band"]) is kind
    assert found["mcb_floor"] > 0


def test_certain_forecasts_leave_chance_nothing() -> None:
    found = consistency_band(*pairs(*[("0", 1), ("1", 0)] * 5), cluster=np.arange(10))

    points = [{"x": 0.0, "lower": 0.0, "upper": 0.0}, {"x": 1.0, "lower": 1.0, "upper": 1.0}]
    assert found == {"band": points, "mcb_floor": 0.0}


def test_floor_is_what_calibrated_experts_average() -> None:
    """Draws that repeat forecasts would put it a tenth too low."""
    rng = np.random.default_rng(41)
    cluster, found, floors = np.arange(20), [], []
    for _ in range(150):
        ppm = (rng.beta(2, 2, size=20) * 1e6).astype(np.int64)
        outcome = (rng.integers(1_000_000, size=20) < ppm).astype(np.int64)
        found.append(corp_decomposition(ppm, outcome)["mcb"])
        floors.append(consistency_band(ppm, outcome, cluster=cluster, n_draws=60)["mcb_floor"])

    error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(floors) - np.mean(found)) < 2 * error
    assert np.mean(floors) > 0.056


def test_band_of_thousands_of_values_is_read_at_a_thousand() -> None:
    ppm = np.arange(3_000) * 333
    found = consistency_band(ppm, ppm % 2, cluster=np.arange(3_000), n_draws=5)

    at = [point["x"] for point in found["band"]]

    assert len(at) == 1_000
    assert (at[0], at[-1]) == (0.0, 2_999 * 333 / 1e6)
