"""Probabilities as whole parts per million, which bin and compare exactly."""

from decimal import Context, Decimal, InvalidOperation

import numpy as np

from forecasts.scoring.arrays import Floats, Integers

PPM = 1_000_000
# Logarithms see no probability outside [.001, .999]: one certain miss would be infinite.
CLIP = 1_000

_SMALLEST = Decimal("0.000001")
# A context of our own, so that a caller's precision cannot round what must be exact.
_EXACT = Context(prec=28)


def to_ppm(probability: Decimal | str) -> int:
    """Return a probability as parts per million, exactly.

    Formula: 1,000,000 p. Unit: ppm. Range: 0..1,000,000.

    Raises ValueError for anything but a finite number within [0, 1] of at most 6 decimals.
    """
    value = _decimal(probability)
    if not value.is_finite():
        raise ValueError(f"probability {probability} is not a finite number")
    if not 0 <= value <= 1:
        raise ValueError(f"probability {probability} is outside [0, 1]")
    rounded = value.quantize(_SMALLEST, context=_EXACT)
    if rounded != value:
        raise ValueError(f"probability {probability} has more than 6 decimals")
    return int(rounded.scaleb(6, context=_EXACT))


def _decimal(probability: Decimal | str) -> Decimal:
    try:
        return Decimal(probability)
    except InvalidOperation:
        raise ValueError(f"probability {probability!r} is not a number") from None


def clip_ppm(ppm: Integers) -> Integers:
    """Return the probabilities as logarithmic statistics see them, within [.001, .999]."""
    return np.clip(ppm, CLIP, PPM - CLIP)


def log_odds(ppm: Integers) -> Floats:
    """Return the natural log-odds of the clipped probabilities.

    Formula: x = ln(p / (1 - p)) = 2 artanh(2p - 1). Shape: as given. Range: -6.9068..6.9068.
    """
    # The artanh form keeps every digit near one half, where a difference of logarithms loses them.
    return 2.0 * np.arctanh((2 * clip_ppm(ppm) - PPM) / PPM)
