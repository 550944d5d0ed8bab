"""The Brier score taken apart on the distinct probabilities an expert used."""

import numpy as np

from forecasts.scoring.columns import Column, Fields, statistic
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.reasons import NO_FORECASTS


@statistic
def murphy_decomposition(pairs: Pairs) -> Fields:
    """Return Murphy's three terms, whose sum REL - RES + UNC is the Brier score exactly.

    Formula, over distinct p_k: REL = 1/n Σ n_k(p_k - ȳ_k)², RES = 1/n Σ n_k(ȳ_k - ȳ)²,
    UNC = ȳ(1 - ȳ); the floor 1/n Σ p_k(1 - p_k) is the REL that a perfectly calibrated expert
    expects from chance. Range: REL 0..1, lower is better; RES 0..UNC, higher is better;
    UNC 0...25.

    Undefined without forecasts.
    Reference: Murphy 1973, https://doi.org/10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2
    """
    pool, n, base_rate = pairs.pool, pairs.groups.n, pairs.base_rate
    p, frequency = pool.probability, pool.frequency
    away = frequency - np.repeat(base_rate, pool.groups.n)
    terms = {
        "reliability_term": pool.groups.sum(pool.n * (p - frequency) ** 2) / n,
        "resolution_term": pool.groups.sum(pool.n * away**2) / n,
        "uncertainty_term": base_rate * (1.0 - base_rate),
        "reliability_floor": pool.groups.sum(p * (1.0 - p)) / n,
    }
    unless = ((pairs.groups.is_empty, NO_FORECASTS),)
    return {name: Column(values, unless) for name, values in terms.items()}
