"""Random draws that are the same on every machine and in every version of Python."""

import random
from collections.abc import Sequence
from typing import TypeVar

# Chosen once, before anything was drawn from it: the day of the article. That the tests find
# the well calibrated expert calibrated and the others not is therefore luck in one draw, though
# likely luck; it is a picture of what the statistics do, and no proof that they work.
SEED = 20250807

ItemT = TypeVar("ItemT")


class Draws:
    """A stream of draws for one purpose, which no other purpose can shift.

    Python promises the same numbers for ever only from `random()`, so all else is made of it.
    """

    def __init__(self, purpose: str) -> None:
        """Seed the stream by what it is for."""
        self._uniform = random.Random(f"{SEED}: {purpose}").random

    def between(self, low: float, high: float) -> float:
        """A number, all equally likely."""
        return low + (high - low) * self._uniform()

    def is_hit(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self._uniform() < probability

    def number(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int((high - low + 1) * self._uniform())

    def one_of(self, items: Sequence[ItemT]) -> ItemT:
        """One of the items."""
        return items[self.number(0, len(items) - 1)]

    def some_of(self, items: Sequence[ItemT], count: int) -> list[ItemT]:
        """So many different items, in the order given."""
        keys = [(self._uniform(), place) for place in range(len(items))]
        return [items[place] for place in sorted(place for _, place in sorted(keys)[:count])]
