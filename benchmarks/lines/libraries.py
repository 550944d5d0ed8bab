"""The usual way: scikit-learn and statsmodels, expert by expert, on a sample."""

import warnings
from contextlib import suppress

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from benchmarks.harness import Bench, Work, line

SAMPLE = 200
ROWS = """
SELECT expert, ppm, outcome FROM bench.scored
WHERE expert IN (
    SELECT id FROM forecasts_expert ORDER BY bench.uniform(id, 80) LIMIT %s
)
ORDER BY expert
"""


@line(
    "libraries",
    f"scikit-learn and statsmodels for {SAMPLE} experts, scaled up to all",
    limit="sums",
    rounds=2,
)
def libraries(bench: Bench) -> Work:
    with bench.connect() as connection:
        expert, ppm, outcome = np.array(connection.execute(ROWS, [SAMPLE]).fetchall()).T
    starts = np.flatnonzero(np.diff(expert)) + 1
    probabilities, outcomes = np.split(ppm / 1e6, starts), np.split(outcome, starts)

    def work() -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of separation, which is common in short tracks
            for p, y in zip(probabilities, outcomes, strict=True):
                score(p, y)
        return bench.scale.experts / SAMPLE

    return work


def score(p: NDArray[np.float64], y: NDArray[np.int64]) -> None:
    """What a packed row gives us, as far as these libraries have it."""
    clipped = np.clip(p, 0.001, 0.999)
    brier_score_loss(y, p)
    log_loss(y, clipped, labels=[0, 1])
    IsotonicRegression(y_min=0, y_max=1).fit_transform(p, y)
    if 0 < y.sum() < len(y):
        roc_auc_score(y, p)
        design = np.column_stack([np.ones(len(p)), np.log(clipped / (1 - clipped))])
        with suppress(np.linalg.LinAlgError):
            sm.GLM(y, design, family=sm.families.Binomial()).fit()
