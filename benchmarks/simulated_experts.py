"""Experts whose forecasts and faults are known, because they are drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special

from forecasts.scoring.arrays import Floats, Integers
from forecasts.scoring.distributions import expit
from forecasts.scoring.probabilities import PPM, log_odds

# Evenly spread quantiles stand for a whole distribution where its mean is wanted exactly.
_MIDPOINTS = (np.arange(20_000) + 0.5) / 20_000


@dataclass(frozen=True, slots=True)
class Shape:
    """Which probabilities an expert uses: quantile turns uniforms into them."""

    name: str
    quantile: Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Fault:
    """How far the truth is from what is said: logit P(yes) = slope · x - excess."""

    name: str
    slope: float = 1.0
    excess: float = 0.0

    def truth(self, ppm: Integers) -> Floats:
        """Return the chance of yes when ppm is said, in ppm and not always a whole number."""
        if self == CALIBRATED:
            return ppm.astype(np.float64)
        return PPM * expit(self.slope * log_odds(ppm) - self.excess)


@dataclass(frozen=True, slots=True)
class Family:
    """How many nested horizons of one claim are forecast: each of the sizes is as likely."""

    name: str
    sizes: tuple[int, ...] = (1,)


@dataclass(frozen=True, slots=True)
class Expert:
    """What an expert is like; thousands of them are drawn."""

    shape: Shape
    fault: Fault
    family: Family

    @property
    def words(self) -> tuple[str, str, str]:
        """What kind of questions, of expert, of probabilities."""
        return (self.family.name, self.fault.name, self.shape.name)


@dataclass(frozen=True, slots=True, eq=False)
class Forecasts:
    """Forecasts of many experts on the horizons of their claims: parallel arrays.

    expert, family: codes; a family has one expert. place: 1 for the first horizon of a claim.
    size: how many horizons it has. ppm: P(yes) as said. outcome: 1 yes, 0 no. expected: the Brier
    score that such experts expect at such a horizon, before they have said anything.
    """

    expert: Integers
    family: Integers
    place: Integers
    size: Integers
    ppm: Integers
    outcome: Integers
    expected: Floats


def _beta(a: float) -> Callable[[Floats], Floats]:
    return lambda uniform: np.clip(special.betaincinv(a, a, uniform), 0.01, 0.99)


def _in_twentieths(uniform: Floats) -> Floats:
    return (1.0 + np.floor(19.0 * uniform)) / 20.0


def _of_two(uniform: Floats) -> Floats:
    return np.where(uniform < 0.5, 0.1, 0.9)


MODERATE = Shape("moderate, Beta(2, 2)", _beta(2.0))
EXTREME = Shape("extreme, Beta(.2, .2)", _beta(0.2))
TWENTIETHS = Shape("grid, .05 to .95", _in_twentieths)
TWO_VALUES = Shape("two values, .1 and .9", _of_two)

CALIBRATED = Fault("calibrated")
TOO_BOLD = Fault("too bold: slope .5", slope=0.5)
SLIGHTLY_HIGH = Fault("too high: +.1 log-odds", excess=0.1)
TOO_HIGH = Fault("too high: +.5 log-odds", excess=0.5)

SINGLE = Family("independent")
FOUR = Family("families of 4", (4,))
UNEQUAL = Family("families of 1, 2, 4 or 9", (1, 2, 4, 9))


def draw_forecasts(
    expert: Expert, *, n_experts: int, n_families: int, rng: np.random.Generator
) -> Forecasts:
    """Return the forecasts of n_experts such experts on n_families claims each.

    The last horizon has the shape's probability q, the j-th of m has 1 - (1 - q)^(j/m). One
    uniform a family decides: yes came within the horizons whose chance of yes is above it.
    """
    total = n_experts * n_families
    size = rng.choice(np.array(expert.family.sizes), total)
    family = np.repeat(np.arange(total), size)
    place = np.arange(family.size) - np.repeat(np.cumsum(size) - size, size) + 1
    last = expert.shape.quantile(rng.random(total))[family]
    ppm = _said(last, place, size[family])
    return Forecasts(
        expert=family // n_families,
        family=family,
        place=place,
        size=size[family],
        ppm=ppm,
        outcome=(PPM * rng.random(total)[family] < expert.fault.truth(ppm)).astype(np.int64),
        expected=_expected(expert, place, size[family]),
    )


def _said(last: Floats, place: Integers | Floats, size: Integers | Floats) -> Integers:
    chance = 1.0 - (1.0 - last) ** (place / size)
    return np.rint(PPM * chance).astype(np.int64)


def _expected(expert: Expert, place: Integers, size: Integers) -> Floats:
    expected = np.zeros(place.size)
    for of in expert.family.sizes:
        for at in range(1, of + 1):
            rows = (place == at) & (size == of)
            expected[rows] = _expected_at(expert.shape, expert.fault, at, of)
    return expected


@cache
def _expected_at(shape: Shape, fault: Fault, place: int, size: int) -> float:
    every = np.ones_like(_MIDPOINTS)
    ppm = _said(shape.quantile(_MIDPOINTS), place * every, size * every)
    said, true = ppm / PPM, fault.truth(ppm) / PPM
    return float(np.mean((said - true) ** 2 + true * (1.0 - true)))
