"""How the synthetic experts turn the probability behind a question into what they say."""

import math
from collections.abc import Callable
from dataclasses import dataclass

N_QUESTIONS = 400


def _on_log_odds(factor: float, shift: float) -> Callable[[float], int]:
    def says(likelihood: float) -> int:
        log_odds = factor * math.log(likelihood / (1 - likelihood)) + shift
        return min(99, max(1, round(100 / (1 + math.exp(-log_odds)))))

    return says


def _is_certain(likelihood: float) -> int:
    return 100 if likelihood > 0.5 else 0


@dataclass(frozen=True, slots=True)
class Temperament:
    """One synthetic expert: `says` gives hundredths, for `count` of the resolved questions."""

    slug: str
    name: str
    description: str
    count: int
    says: Callable[[float], int]
    is_talkative: bool = True
    """Whether the expert also answers some of the questions that are due or open."""


TEMPERAMENTS = (
    Temperament(
        "synthetic-well-calibrated",
        "Synthetic: well calibrated",
        "Says the probability with which the answer is drawn.",
        N_QUESTIONS,
        _on_log_odds(1, 0),
    ),
    Temperament(
        "synthetic-overconfident",
        "Synthetic: overconfident",
        "Says too much: twice the log odds with which the answer is drawn.",
        200,
        _on_log_odds(2, 0),
    ),
    Temperament(
        "synthetic-underconfident",
        "Synthetic: underconfident",
        "Says too little: half the log odds with which the answer is drawn.",
        200,
        _on_log_odds(0.5, 0),
    ),
    Temperament(
        "synthetic-biased-upwards",
        "Synthetic: biased upwards",
        "Leans to yes: the log odds with which the answer is drawn, plus 0.8.",
        200,
        _on_log_odds(1, 0.8),
    ),
    Temperament(
        "synthetic-always-50-percent",
        "Synthetic: always 50 %",
        "Says 50 % whatever the question.",
        60,
        lambda _: 50,
        is_talkative=False,
    ),
    Temperament(
        "synthetic-certain-and-sometimes-wrong",
        "Synthetic: certain and sometimes wrong",
        "Knows only yes and no, and takes the likelier one.",
        40,
        _is_certain,
        is_talkative=False,
    ),
    Temperament(
        "synthetic-too-few-to-say",
        "Synthetic: too few to say",
        "Well calibrated, though nobody could tell from so few forecasts.",
        4,
        _on_log_odds(1, 0),
    ),
)
