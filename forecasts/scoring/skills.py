"""Skill: the Brier score beside that of someone who knows less."""

from typing import Any

from forecasts.scoring.arrays import Integers
from forecasts.scoring.proper_scores import brier_losses
from forecasts.scoring.reasons import NO_FORECASTS, ONE_CLASS, undefined


def skill_scores(ppm: Integers, outcome: Integers) -> dict[str, Any]:
    """Return the share of a reference's Brier score that the expert saves.

    Formula: 1 - BS / BS_ref. half: the reference always says .5; base_rate: it always says the
    share of yes; base_rate_loo: that share among the other questions. ppm: (n,) parts per
    million; outcome: (n,) 0 or 1. Range: up to 1, higher is better, 0 is no better than the
    reference.

    Undefined without forecasts; against base rates also when every outcome is the same.
    Reference: Murphy 1988, https://doi.org/10.1175/1520-0493(1988)116<2417:SSBOTM>2.0.CO;2
    """
    n = ppm.size
    if not n:
        return undefined(("half", "base_rate", "base_rate_loo"), NO_FORECASTS)
    brier = brier_losses(ppm, outcome).mean()
    half = {"half": 1.0 - 4.0 * brier}
    uncertainty = outcome.mean() * (1.0 - outcome.mean())
    if uncertainty == 0.0:
        return half | undefined(("base_rate", "base_rate_loo"), ONE_CLASS)
    others = uncertainty * (n / (n - 1)) ** 2
    return half | {"base_rate": 1.0 - brier / uncertainty, "base_rate_loo": 1.0 - brier / others}
