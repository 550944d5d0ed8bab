"""A file of 200,000 rows: every statistic beside what other libraries make of the same CSV.

Where both sides are exact they agree to 1e-12, of which the 12 published digits take half.
Elsewhere relative to 1e-9: values that are not bound by 1 have 12 digits too, statsmodels ends
its iterations at a tolerance of its own, and tail areas multiply the error of their statistic.
"""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import scoringrules as sr
import statsmodels.api as sm
from model_diagnostics.scoring import SquaredError, decompose
from scipy import special
from scipy.stats import chi2, norm, poisson_binom, t
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, d2_brier_score, log_loss, roc_auc_score
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import proportion_confint

from forecasts.scoring.arrays import Floats, Integers
from forecasts.track_files import read_track_file, text_lines
from forecasts.track_files.scores import score_track_file
from tests.scoring.large_files import STYLES, minutes, read_pairs, write_large_file
from tests.scoring.large_oracles import Compared, Own, compared

BINOMIAL = sm.families.Binomial()


class Large(NamedTuple):
    """Our scores of the file, and the file as others read it."""

    n_rows: int
    scores: dict[str, Any]
    own: dict[str, Own]
    left_out: Counter[tuple[str, str]]
    compared: Compared


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Large:
    path: Path = tmp_path_factory.mktemp("large") / "track.csv"
    n_rows = write_large_file(path, seed=1)
    with path.open("rb") as binary:
        track = read_track_file(text_lines(binary))
    scores = score_track_file(track, as_of=None, seed=None)
    read = read_pairs(path)
    own = {expert: Own.of(expert, read.scored) for expert in STYLES}
    experts = {"experts": dict(scores.experts), "population": scores.population}
    found = compared(read.scored, read.withdrawn)
    return Large(n_rows, experts, own, read.left_out, found)


@pytest.fixture(params=list(STYLES))
def expert(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def own(large: Large, expert: str) -> Own:
    return large.own[expert]


@pytest.fixture
def found(large: Large, expert: str) -> dict[str, Any]:
    scores: dict[str, Any] = large.scores["experts"][expert]
    return scores


def exactly(expected: Any) -> Any:
    return pytest.approx(expected, rel=0, abs=1e-12)


def nearly(expected: Any) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


def clustered(values: Floats, cluster: Integers) -> float:
    """The standard error of a mean by statsmodels."""
    model = sm.OLS(values, np.ones(values.size))
    return float(model.fit(cov_type="cluster", cov_kwds={"groups": cluster}).bse[0])


def test_file_is_large(large: Large) -> None:
    n_scored = [own.p.size for own in large.own.values()]

    assert large.n_rows > 200_000
    assert min(n_scored) > 5_000


def test_what_counts(large: Large, expert: str, own: Own, found: dict[str, Any]) -> None:
    reasons = ("withdrawn", "annulled", "ambiguous")

    assert [found[f"n_{word}"] for word in reasons] == [
        large.left_out[expert, word] for word in reasons
    ]
    is_inferred = [one.row["coding"] == "inferred" for one in own.pairs]
    sizes = (own.p.size, own.thinned.size, sum(is_inferred), "ranked")
    assert tuple(found[name] for name in ("n", "n_clusters", "n_inferred", "tier")) == sizes


def test_brier_score(own: Own, found: dict[str, Any]) -> None:
    value, losses = brier_score_loss(own.y, own.p), sr.brier_score(own.y, own.p)
    error = clustered(losses, own.cluster)
    reach = t.ppf(0.975, own.thinned.size - 1) * error / (value * (1 - value))
    ends = special.expit(special.logit(value) + np.array([-reach, reach]))
    low, high = own.bound("low"), own.bound("high")
    best = brier_score_loss(own.y, np.where(own.y == 1, high, low))
    worst = brier_score_loss(own.y, np.where(own.y == 1, low, high))

    assert found["brier"]["value"] == exactly(losses.mean())
    assert found["brier"].pop("ci95") == exactly(ends)
    assert found["brier"] == exactly({"value": value, "se": error, "best": best, "worst": worst})


def test_logarithmic_score(own: Own, found: dict[str, Any]) -> None:
    nats = log_loss(own.y, own.clipped)
    is_wrong = np.abs(own.y - own.p) == 1

    scores = found["log_score"]
    assert scores["nats"] == nearly(nats) == nearly(sr.log_score(own.y, own.clipped).mean())
    assert scores["bits"] == nearly(nats / np.log(2))
    assert scores["n_certain_wrong"] == is_wrong.sum()
    assert scores["n_clipped"] == (own.p != own.clipped).sum()
    raw = None if is_wrong.any() else nearly(sr.log_score(own.y, own.p).mean())
    assert scores["raw"] == raw


def test_skill_and_means(own: Own, found: dict[str, Any]) -> None:
    others = (own.y.sum() - own.y) / (own.y.size - 1)
    brier = brier_score_loss(own.y, own.p)

    skill = found["skill"]
    assert skill["base_rate"] == nearly(d2_brier_score(own.y, own.p))
    assert skill["base_rate_loo"] == nearly(1 - brier / brier_score_loss(own.y, others))
    assert skill["half"] == exactly(1 - brier / brier_score_loss(own.y, np.full(own.y.size, 0.5)))
    mean = sum(map(Decimal, own.text), Decimal(0)) / own.p.size
    rate = Decimal(int(own.y.sum())) / own.p.size
    means = {"base_rate": float(rate), "mean_probability": float(mean), "bias": float(mean - rate)}
    assert {name: found[name] for name in means} == exactly(means)
    extreme = [not Decimal("0.05") <= Decimal(p) <= Decimal("0.95") for p in own.text]
    assert found["extreme_share"] == exactly(np.mean(extreme))


def test_discrimination(own: Own, found: dict[str, Any]) -> None:
    assert found["auc"] == exactly(roc_auc_score(own.y, own.p))


def test_score_test(own: Own, found: dict[str, Any]) -> None:
    x, y = own.log_odds[own.thinned], own.y[own.thinned]

    def rao(exog: Floats) -> float:
        model = sm.GLM(y, exog, family=BINOMIAL, offset=x)
        k = exog.shape[1]
        return float(model.score_test(np.zeros(k), k_constraints=k)[0].squeeze())

    test = found["score_test"]
    both = rao(np.column_stack([np.ones(x.size), x]))
    assert (test["chi2"], test["df"]) == (nearly(both), 2)
    assert test["p_value"] == pytest.approx(chi2.sf(both, 2), rel=1e-8, abs=1e-300)
    assert test["bias_z"] ** 2 == nearly(rao(np.ones((x.size, 1))))
    assert test["slope_z"] ** 2 == nearly(rao(x[:, None]))
    assert np.sign(test["bias_z"]) == np.sign((y - own.clipped[own.thinned]).sum())


def test_spiegelhalter(own: Own, found: dict[str, Any]) -> None:
    p, y = own.p[own.thinned], own.y[own.thinned]
    # The Brier score less what the forecasts promise, which is their mean variance.
    promised = sr.brier_score(y, p).sum() - (p * (1 - p)).sum()
    z = promised / np.sqrt((p * (1 - p) * (1 - 2 * p) ** 2).sum())

    test = found["spiegelhalter"]
    assert test["z"] == nearly(z)
    assert test["p_value"] == pytest.approx(2 * norm.sf(abs(z)), rel=1e-8, abs=1e-300)
    if p.min() > 0 and p.max() < 1:
        model = sm.GLM(y, (1 - 2 * p)[:, None], family=BINOMIAL, offset=special.logit(p))
        rao = model.score_test(np.zeros(1), k_constraints=1)[0]
        assert test["z"] ** 2 == nearly(float(np.squeeze(rao)))


def test_calibration_error_and_its_floor(own: Own, found: dict[str, Any]) -> None:
    excess = [Decimal(0)] * 10
    for tenth, text, y in zip(own.tenth.tolist(), own.text, own.y.tolist(), strict=True):
        excess[tenth] += Decimal(text) - y

    assert found["ece"]["value"] == exactly(float(sum(map(abs, excess)) / own.y.size))
    if own.thinned.size == own.y.size:
        inside = [own.p[own.tenth == tenth] for tenth in np.unique(own.tenth)]
        counts = [(poisson_binom(p), np.arange(p.size + 1), p.sum()) for p in inside]
        misses = sum(law.pmf(yes) @ np.abs(yes - mean) for law, yes, mean in counts)
        assert found["ece"]["floor"] == nearly(misses / own.y.size)


def test_bins(own: Own, found: dict[str, Any]) -> None:
    for tenth, part in enumerate(found["bins"]):
        inside = np.flatnonzero(own.tenth == tenth)
        # Of each cluster the latest deadline speaks, then the lowest question.
        rank = np.lexsort((inside, -own.deadline[inside], own.cluster[inside]))
        cluster = own.cluster[inside][rank]
        first = inside[rank][np.diff(cluster, prepend=-1) > 0]
        assert (part["lower"], part["upper"]) == (tenth / 10, (tenth + 1) / 10)
        assert (part["n"], part["n_yes"]) == (inside.size, own.y[inside].sum())
        names = ("mean_probability", "observed_frequency", "wilson95")
        if not inside.size:
            assert [part[name] for name in names] == [None] * 3
            continue
        interval = proportion_confint(own.y[first].sum(), first.size, method="wilson")
        expected = (own.p[inside].mean(), own.y[inside].mean(), interval)
        assert [part[name] for name in names] == [exactly(value) for value in expected], tenth


def test_murphy_and_values(own: Own, found: dict[str, Any]) -> None:
    values, number = np.unique(own.p, return_inverse=True)
    n, n_yes = np.bincount(number), np.bincount(number, own.y)
    frequency = (n_yes / n)[number]
    rate = np.full(own.y.size, own.y.mean())
    least = brier_score_loss(own.y, frequency)
    terms = {
        "reliability_term": brier_score_loss(own.y, own.p) - least,
        "resolution_term": brier_score_loss(own.y, rate) - least,
        "uncertainty_term": brier_score_loss(own.y, rate),
    }
    # Each value's mean variance, once for each distinct value.
    terms["reliability_floor"] = (values * (1 - values)).sum() / own.y.size

    assert found["murphy"] == exactly(terms)
    if found["values"] is not None:
        counts = list(zip(values, n, n_yes, strict=True))
        columns = ("probability", "n", "n_yes")
        assert [tuple(row[name] for name in columns) for row in found["values"]] == counts


def test_corp(own: Own, found: dict[str, Any]) -> None:
    parts = decompose(own.y, own.p, scoring_function=SquaredError()).row(0, named=True)
    fit = IsotonicRegression(y_min=0, y_max=1).fit_transform(own.p, own.y)

    corp = found["corp"]
    assert corp["mcb"] == exactly(parts["miscalibration"])
    assert corp["dsc"] == exactly(parts["discrimination"])
    assert corp["unc"] == exactly(parts["uncertainty"])
    curve = np.concatenate([np.repeat(step["cep"], step["n"]) for step in corp["curve"]])
    np.testing.assert_allclose(curve, np.sort(fit), rtol=0, atol=1e-12)


def test_recalibration(own: Own, found: dict[str, Any]) -> None:
    x = own.log_odds

    def fits(model: Any, **how: Any) -> tuple[Any, Floats]:
        groups = {"groups": own.cluster, "use_correction": False}
        plain, robust = (model.fit(tol=1e-12, **how, **kind) for kind in ({}, {"cov_type": "HC0"}))
        together = model.fit(tol=1e-12, **how, cov_type="cluster", cov_kwds=groups)
        return plain.params, plain.bse * together.bse / robust.bse

    line, line_se = fits(sm.Logit(own.y, sm.add_constant(x)), disp=0)
    shift, shift_se = fits(sm.GLM(own.y, np.ones(x.size), family=BINOMIAL, offset=x))
    names = ("intercept", "slope", "intercept_se", "slope_se", "citl", "citl_se")
    assert found["recalibration"]["status"] == "ok"
    assert [found["recalibration"][name] for name in names] == pytest.approx(
        [*line, *line_se, *shift, *shift_se], rel=1e-8, abs=1e-9
    )


def test_scores_over_time(large: Large, expert: str, own: Own, found: dict[str, Any]) -> None:
    p, y, share, of_horizon, coverage = own.spells()
    clipped, n = np.clip(p, 0.001, 0.999), own.y.size
    bits = log_loss(y, clipped, sample_weight=of_horizon, normalize=False) / np.log(2)

    time = found["time"]
    assert time["brier"] == exactly(brier_score_loss(y, p, sample_weight=share))
    assert time["log_score"] == nearly(log_loss(y, clipped, sample_weight=share))
    assert time["coverage"] == exactly(coverage.mean())
    assert time["baseline"] == nearly(100 * (of_horizon.sum() - bits) / n)
    assert time["peer"] == nearly(np.mean(list(large.compared.peer[expert].values())))


def test_relative_skill(large: Large, expert: str, own: Own, found: dict[str, Any]) -> None:
    by_question = large.compared.relative[expert]
    values = np.array([by_question[one.row["question"]] for one in own.pairs])
    shared = ~np.isnan(values)

    skill = found["skill"]
    assert skill["n_relative"] == shared.sum()
    assert skill["relative"] == exactly(values[shared].mean())
    assert skill["relative_se"] == exactly(clustered(values[shared], own.cluster[shared]))


def test_evidence(own: Own, found: dict[str, Any]) -> None:
    x, y = own.log_odds[own.thinned], own.y[own.thinned]
    rivals = [(a, b) for a in (-1, -0.5, 0, 0.5, 1) for b in (0.25, 0.5, 0.75, 1, 1.5, 2, 3)]
    gains = [
        np.cumsum(sr.log_score(y, special.expit(x)) - sr.log_score(y, special.expit(a + b * x)))
        for a, b in rivals
    ]
    path = special.logsumexp(gains, axis=0) - np.log(len(rivals))

    assert found["sequential"]["alarm"] == (path.max() >= np.log(20))
    assert np.log(found["sequential"]["e_value"]) == nearly(min(path[-1], np.log(1e300)))


@pytest.mark.parametrize("name", ["brier", "relative"])
def test_shrunk_scores(large: Large, name: str) -> None:
    experts = list(large.scores["experts"].values())
    kind, value, error, size = (
        ("brier", "value", "se", "n_clusters")
        if name == "brier"
        else ("skill", "relative", "relative_se", "n_relative_clusters")
    )
    mean, se = (np.array([one[kind][key] for one in experts]) for key in (value, error))
    n = np.array([one[size] if size in one else one[kind][size] for one in experts])
    within = ((n - 1) * n * se**2).sum() / (n - 1).sum()
    expected = combine_effects(mean, within / n, method_re="dl")

    population = large.scores["population"]["real"][name]
    assert population["n_experts"] == len(STYLES)
    assert population["mean"] == nearly(expected.mean_effect_re)
    assert population["variance"] == nearly(expected.tau2)
    share = expected.tau2 / (expected.tau2 + within / n)
    shrunk = expected.mean_effect_re + share * (mean - expected.mean_effect_re)
    assert [one["shrunk"][name] for one in experts] == nearly(shrunk.tolist())


def test_breakdowns(own: Own, found: dict[str, Any]) -> None:
    months = [
        (minutes(one.row["deadline"]) - minutes(one.row["forecast_at"])) / (1440 * 365.25 / 12)
        for one in own.pairs
    ]
    labels: dict[str, list[list[Any]]] = {
        "topic": [one.row["topic"].split(";") for one in own.pairs],
        "horizon": [[_horizon(length)] for length in months],
        "year": [[_year(one.row["deadline"])] for one in own.pairs],
        "coding": [[one.row["coding"]] for one in own.pairs],
    }
    for dimension, by_row in labels.items():
        for part in found["breakdowns"][dimension]:
            rows = np.array([part[dimension] in names for names in by_row])
            value = brier_score_loss(own.y[rows], own.p[rows])
            assert (part["n"], part["brier"]["value"]) == (rows.sum(), exactly(value)), part
        names = {name for row in by_row for name in row} - {""}
        assert {part[dimension] for part in found["breakdowns"][dimension]} == names


def _horizon(months: float) -> str:
    names = ("under_1_month", "1_to_3_months", "3_to_12_months", "over_12_months")
    return names[sum(months >= bound for bound in (1, 3, 12))]


def _year(deadline: str) -> int:
    # A deadline at 24:00 belongs to the year that ends.
    year = int(deadline[:4])
    return year - 1 if deadline[4:].startswith("-01-01T00:00:00+") else year
