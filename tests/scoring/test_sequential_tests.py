"""The test of calibration that may be read after every outcome."""

import math
import tracemalloc
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from forecasts.scoring import TrackRecords
from forecasts.scoring.arrays import Integers
from forecasts.scoring.reasons import NO_FORECASTS, Undefined
from forecasts.scoring.sequential_tests import sequential_test
from tests.scoring.records import EIGHT, integers, pairs, random_record
from tests.scoring.strategies import records, thorough

# Written out again, so that no change of the rivals goes unseen.
INTERCEPTS = (-1, -0.5, 0, 0.5, 1)
SLOPES = (0.25, 0.5, 0.75, 1, 1.5, 2, 3)

_probabilities = st.one_of(st.sampled_from((0, 1, 500_000, 1_000_000)), st.integers(0, 1_000_000))


def clipped(ppm: int) -> float:
    return min(max(ppm / 1e6, 0.001), 0.999)


def evidence_by_hand(ppm: Integers, outcome: Integers) -> float:
    """Return E as its definition says, product by product."""
    rivals = []
    for a, b in product(INTERCEPTS, SLOPES):
        ratio = 1.0
        for p, y in zip(map(clipped, ppm.tolist()), outcome.tolist(), strict=True):
            q = float(expit(a + b * logit(p)))
            ratio *= q / p if y else (1 - q) / (1 - p)
        rivals.append(ratio)
    return math.fsum(rivals) / len(rivals)


@pytest.mark.parametrize(
    ("case", "forecasts", "e_value"),
    [
        # At one half x is 0, so that q depends on a alone, and rivals above and below cancel.
        ("one coin-flip", [("0.5", 1)], 1.0),
        # (2q)² for yes twice, averaged over the five intercepts.
        (
            "two coin-flips alike",
            [("0.5", 1), ("0.5", 1)],
            math.fsum(4 / (1 + math.exp(-a)) ** 2 for a in INTERCEPTS) / 5,
        ),
        # 4q(1 - q), likewise.
        (
            "two coin-flips that differ",
            [("0.5", 1), ("0.5", 0)],
            math.fsum(1 / math.cosh(a / 2) ** 2 for a in INTERCEPTS) / 5,
        ),
    ],
)
def test_evidence_is_the_mean_over_the_rivals(
    case: str, forecasts: list[tuple[str, int]], e_value: float
) -> None:
    found = sequential_test(*pairs(*forecasts))

    assert found == {"e_value": pytest.approx(e_value, rel=1e-13), "alarm": False}, case


@pytest.mark.parametrize("forecasts", [EIGHT, (("0", 1), ("1", 1), ("0.0004", 0), ("0.7", 0))])
def test_evidence_is_the_product_of_its_definition(forecasts: tuple[tuple[str, int], ...]) -> None:
    ppm, outcome = pairs(*forecasts)

    found = sequential_test(ppm, outcome)

    assert found["e_value"] == pytest.approx(evidence_by_hand(ppm, outcome), rel=1e-12)


def test_no_forecasts_are_no_evidence() -> None:
    found = sequential_test(integers(), integers())

    assert found == {"e_value": Undefined(NO_FORECASTS), "alarm": Undefined(NO_FORECASTS)}


@thorough
@given(st.lists(_probabilities, min_size=1, max_size=6))
def test_a_calibrated_expert_expects_evidence_of_exactly_1(said: list[int]) -> None:
    ppm = integers(*said)
    expected = []
    for outcome in product((0, 1), repeat=len(said)):
        chance = math.prod(
            clipped(p) if y else 1 - clipped(p) for p, y in zip(said, outcome, strict=True)
        )
        expected.append(chance * sequential_test(ppm, integers(*outcome))["e_value"])

    assert math.fsum(expected) == pytest.approx(1.0, abs=1e-12)


@thorough
@given(records())
def test_asking_the_opposite_changes_no_evidence(record: TrackRecords) -> None:
    straight = sequential_test(record.ppm, record.outcome)

    mirrored = sequential_test(1_000_000 - record.ppm, 1 - record.outcome)

    assert mirrored["e_value"] == pytest.approx(straight["e_value"], rel=1e-12)
    assert mirrored["alarm"] == straight["alarm"]


@thorough
@given(records())
def test_evidence_depends_on_the_rows_and_the_alarm_on_order_too(
    record: TrackRecords,
) -> None:
    forward = sequential_test(record.ppm, record.outcome)
    backward = sequential_test(record.ppm[::-1], record.outcome[::-1])

    assert backward["e_value"] == pytest.approx(forward["e_value"], rel=1e-12)
    assert forward["alarm"] or forward["e_value"] < 20
    assert forward["e_value"] > 1 / 35 - 1e-15


def test_alarm_is_not_taken_back() -> None:
    missed, met = [("0.1", 1)] * 4, [("0.1", 0)] * 36

    alarmed = sequential_test(*pairs(*missed, *met))
    spared = sequential_test(*pairs(*met, *missed))

    assert alarmed["e_value"] == pytest.approx(spared["e_value"], rel=1e-12)
    assert alarmed["e_value"] < 20
    assert (alarmed["alarm"], spared["alarm"]) == (True, False)


@pytest.mark.parametrize(
    ("case", "forecasts", "e_value", "is_alarmed"),
    [
        ("just below 20", [("0.1", 1)] * 3, 19.089, False),
        ("just above 20", [("0.1", 1)] * 3 + [("0.6", 1)], 22.027, True),
        ("far above 20", [("0.1", 1)] * 4, 89.335, True),
    ],
)
def test_alarm_is_raised_when_the_evidence_reaches_20(
    case: str, forecasts: list[tuple[str, int]], e_value: float, *, is_alarmed: bool
) -> None:
    found = sequential_test(*pairs(*forecasts))

    assert found == {"e_value": pytest.approx(e_value, abs=1e-3), "alarm": is_alarmed}, case


def test_evidence_without_bound_is_published_as_1e300() -> None:
    n = 200_000
    misses = np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.int64)

    found = sequential_test(*misses)

    assert found == {"e_value": 1e300, "alarm": True}


@pytest.mark.parametrize(("n", "is_alarmed"), [(3_000, False), (8_000, True)])
def test_certainty_that_is_always_right_is_tested_as_clipped(n: int, *, is_alarmed: bool) -> None:
    certain = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)

    found = sequential_test(*certain)

    assert found["alarm"] is is_alarmed


@pytest.mark.parametrize("chunk", [1, 7, 199, 200, 201])
def test_chunks_leave_no_trace(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    record = random_record(200, seed=31)
    whole = sequential_test(record.ppm, record.outcome)
    monkeypatch.setattr("forecasts.scoring.sequential_tests._MOST_ROWS", chunk)

    found = sequential_test(record.ppm, record.outcome)

    assert found == whole


def test_memory_does_not_grow_with_the_rows() -> None:
    record = random_record(100_000, seed=32)
    tracemalloc.start()

    sequential_test(record.ppm, record.outcome)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # All rows at once would hold 28 MB in the gains alone.
    assert peak < 10_000_000


def alarms(*, honesty: float, n_streams: int, n: int, seed: int) -> float:
    """Return the share of experts alarmed about whose true log-odds are honesty times the said."""
    rng = np.random.default_rng(seed)
    alarmed = 0
    for _ in range(n_streams):
        ppm = rng.integers(1, 100, size=n) * 10_000
        outcome = (rng.random(n) < expit(honesty * logit(ppm / 1e6))).astype(np.int64)
        alarmed += sequential_test(ppm, outcome)["alarm"]
    return alarmed / n_streams


def test_calibrated_experts_are_rarely_alarmed_about_however_often_one_looks() -> None:
    share = alarms(honesty=1.0, n_streams=1_000, n=300, seed=33)

    # Three standard errors above 5 %.
    assert share <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 1_000)


def test_overconfident_experts_are_mostly_alarmed_about() -> None:
    share = alarms(honesty=0.5, n_streams=100, n=300, seed=34)

    assert share > 0.9


def test_questions_of_one_deadline_come_together() -> None:
    missed, met = [("0.1", 1)] * 4, [("0.1", 0)] * 36
    data = pairs(*missed, *met)

    (together, apart) = (
        sequential_test(*data, deadline=deadline)
        for deadline in (np.zeros(40, dtype=np.int64), np.arange(40))
    )

    assert (together["alarm"], apart["alarm"]) == (False, True)
    assert together["e_value"] == apart["e_value"]
