"""How much there is to measure on."""

from dataclasses import dataclass
from math import isqrt

ROWS_PER_PAIR = 1.11  # a tenth is updated, a hundredth withdrawn
EXPERTS_PER_QUESTION = 50


@dataclass(frozen=True, slots=True)
class Scale:
    name: str
    forecasts: int
    experts: int
    rounds: int

    @property
    def pairs(self) -> int:
        """How often an expert answers a question."""
        return round(self.forecasts / ROWS_PER_PAIR)

    @property
    def questions(self) -> int:
        """The next prime, which the load relies on."""
        number = self.pairs // EXPERTS_PER_QUESTION
        while not is_prime(number):
            number += 1
        return number


def is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, isqrt(number) + 1))


SCALES = {
    scale.name: scale
    for scale in (
        Scale("tiny", forecasts=3_000, experts=60, rounds=1),
        Scale("small", forecasts=100_000, experts=1_000, rounds=5),
        Scale("1m", forecasts=1_000_000, experts=10_000, rounds=3),
        Scale("10m", forecasts=10_000_000, experts=100_000, rounds=3),
    )
}
