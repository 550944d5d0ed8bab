"""The Brier score taken apart on the distinct probabilities an expert used."""

from typing import Any

from forecasts.scoring.arrays import Integers
from forecasts.scoring.pools import pooled
from forecasts.scoring.reasons import NO_FORECASTS, undefined

TERMS = ("reliability_term", "resolution_term", "uncertainty_term", "reliability_floor")


def murphy_decomposition(ppm: Integers, outcome: Integers) -> dict[str, Any]:
    """Return Murphy's three terms, whose sum REL - RES + UNC is the Brier score exactly.

    Formula, over distinct p_k: REL = 1/n Σ n_k(p_k - ȳ_k)², RES = 1/n Σ n_k(ȳ_k - ȳ)²,
    UNC = ȳ(1 - ȳ); the floor 1/n Σ p_k(1 - p_k) is the REL that a perfectly calibrated expert
    expects from chance. ppm: (n,) parts per million; outcome: (n,) 0 or 1.
    Range: REL 0..1, lower is better; RES 0..UNC, higher is better; UNC 0...25.

    Undefined without forecasts.
    Reference: Murphy 1973, https://doi.org/10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2
    """
    n = ppm.size
    if not n:
        return undefined(TERMS, NO_FORECASTS)
    pool, base_rate = pooled(ppm, outcome), outcome.mean()
    p, frequency = pool.probability, pool.frequency
    return {
        "reliability_term": pool.n @ (p - frequency) ** 2 / n,
        "resolution_term": pool.n @ (frequency - base_rate) ** 2 / n,
        "uncertainty_term": base_rate * (1.0 - base_rate),
        "reliability_floor": (p * (1.0 - p)).sum() / n,
    }
