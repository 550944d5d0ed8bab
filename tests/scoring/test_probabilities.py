"""Probabilities enter scoring exactly or not at all."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy.special import logit

from forecasts.scoring import to_ppm
from forecasts.scoring.probabilities import clip_ppm, log_odds
from tests.scoring.records import integers


@pytest.mark.parametrize(
    ("probability", "ppm"),
    [
        ("0", 0),
        ("-0", 0),
        ("1", 1_000_000),
        ("0.3", 300_000),
        ("0.000001", 1),
        # As a float it is a little less than 249 parts per million.
        ("0.000249", 249),
        ("1E-6", 1),
        ("0.999999", 999_999),
        ("0.30000000", 300_000),
        (Decimal("0.123456"), 123_456),
    ],
)
def test_probability_becomes_exact_parts_per_million(probability: Decimal | str, ppm: int) -> None:
    converted = to_ppm(probability)

    assert converted == ppm


@pytest.mark.parametrize(
    ("probability", "complaint"),
    [
        ("NaN", "not a finite number"),
        ("sNaN", "not a finite number"),
        ("Infinity", "not a finite number"),
        ("-Infinity", "not a finite number"),
        ("1.000001", "outside"),
        ("-0.000001", "outside"),
        ("30", "outside"),
        ("0.1234567", "more than 6 decimals"),
        ("1E-999999", "more than 6 decimals"),
        ("0.12345600000000000000000000000000000000001", "more than 6 decimals"),
        ("0.9999999", "more than 6 decimals"),
        ("likely", "not a number"),
        ("", "not a number"),
    ],
)
def test_anything_else_is_refused_with_its_reason(probability: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        to_ppm(probability)


def test_precision_of_the_caller_does_not_round() -> None:
    with localcontext() as context:
        context.prec = 2

        converted = to_ppm("0.123456")

    assert converted == 123_456


def test_logarithms_see_nothing_outside_the_clip() -> None:
    ppm = integers(0, 999, 1_000, 999_000, 999_001, 1_000_000)

    clipped = clip_ppm(ppm)

    assert clipped.tolist() == [1_000, 1_000, 1_000, 999_000, 999_000, 999_000]


def test_log_odds_match_scipy_and_mirror_exactly() -> None:
    ppm = np.arange(1_000, 999_001, 37)

    odds = log_odds(ppm)

    np.testing.assert_allclose(odds, logit(ppm / 1e6), rtol=1e-9, atol=1e-15)
    np.testing.assert_array_equal(odds, -log_odds(1_000_000 - ppm))
