"""Skill: the Brier score beside that of someone who knows less."""

import numpy as np

from forecasts.scoring.columns import Column, Fields, statistic
from forecasts.scoring.intervals import clustered_standard_error
from forecasts.scoring.pairs import Pairs
from forecasts.scoring.reasons import NO_FORECASTS, ONE_CLASS
from forecasts.scoring.track_records import TrackRecords


@statistic
def skill_scores(pairs: Pairs) -> Fields:
    """Return the share of a reference's Brier score that the expert saves.

    Formula: 1 - BS / BS_ref. half: the reference always says .5; base_rate: it always says the
    share of yes; base_rate_loo: that share among the other questions. Range: up to 1, higher is
    better, 0 is no better than the reference.

    Undefined without forecasts; against base rates also when every outcome is the same.
    Reference: Murphy 1988, https://doi.org/10.1175/1520-0493(1988)116<2417:SSBOTM>2.0.CO;2
    """
    n, brier, base_rate = pairs.groups.n, pairs.brier, pairs.base_rate
    uncertainty = base_rate * (1.0 - base_rate)
    unless = ((pairs.groups.is_empty, NO_FORECASTS),)
    same = (*unless, (pairs.is_one_class, ONE_CLASS))
    others = uncertainty * (n / (n - 1)) ** 2
    return {
        "half": Column(1.0 - 4.0 * brier, unless),
        "base_rate": Column(1.0 - brier / uncertainty, same),
        "base_rate_loo": Column(1.0 - brier / others, same),
    }


@statistic
def relative_skill(records: TrackRecords) -> Fields:
    """Return how an expert's Brier scores compare with those of others on the same questions.

    Formula: relative = mean over shared questions of [own b - mean of the others' b], averaged
    over the time both stood (comparisons.py); relative_se clustered as Brier's.
    Range: -1..1, negative is better, 0 is no better than the others.

    Undefined where no question is shared; relative_se also with fewer than 2 shared clusters.
    """
    shared = records.where(~np.isnan(records.relative))
    groups, clusters = shared.groups, shared.clusters
    error = clustered_standard_error(shared.relative, groups, clusters)
    unless = ((records.groups.is_empty, NO_FORECASTS), (groups.is_empty, "no question is shared"))
    return {
        "relative": Column(groups.mean(shared.relative), unless),
        "n_relative": Column(groups.n),
        "n_relative_clusters": Column(clusters.groups.n),
        "relative_se": Column(error.values, unless + error.unless),
    }
