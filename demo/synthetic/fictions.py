"""What the synthetic questions are about: plainly nothing that exists."""

from dataclasses import dataclass
from datetime import date

from demo.synthetic.draws import Draws


@dataclass(frozen=True, slots=True)
class Fiction:
    """A topic, who keeps its books, and the claims made about it, each with a range."""

    slug: str
    topic: str
    keeper: str
    claims: tuple[tuple[str, int, int], ...]

    def claim(self, draws: Draws) -> str:
        """One of the claims, with a number."""
        text, low, high = draws.one_of(self.claims)
        return text.format(draws.number(low, high))


FICTIONS = (
    Fiction(
        "synthetic-moon-harbor",
        "Synthetic: moon harbor",
        "the harbor master of the moon",
        (
            ("more than {} kites enter the moon harbor in one night", 40, 400),
            ("the lantern ferry miss at least {} tides", 2, 30),
            ("fewer than {} barrels of starlight be unloaded", 100, 900),
        ),
    ),
    Fiction(
        "synthetic-tin-rook-league",
        "Synthetic: tin rook league",
        "the league of the tin rooks",
        (
            ("the league of the tin rooks count more than {} draws", 10, 90),
            ("a clockwork bishop win {} games in a row", 3, 20),
            ("at least {} tin knights be wound up too far", 2, 40),
        ),
    ),
    Fiction(
        "synthetic-cloud-orchards",
        "Synthetic: cloud orchards",
        "the guild of the cloud gardeners",
        (
            ("the cloud orchards yield over {} baskets of rain plums", 200, 950),
            ("frost be heard singing on at least {} mornings", 3, 50),
            ("the price of a thunder pear pass {} buttons", 5, 60),
        ),
    ),
    Fiction(
        "synthetic-dragon-post",
        "Synthetic: dragon post",
        "the postmistress of the dragons",
        (
            ("the dragon post scorch fewer than {} letters", 10, 120),
            ("a parcel come back from the edge of the map within {} days", 6, 80),
            ("more than {} young dragons pass the stamp examination", 5, 70),
        ),
    ),
)


def title(number: int, claim: str, last_day: date) -> str:
    """The question's title, which begins with what it is."""
    return f"Synthetic question {number:03}: Will {claim} by {last_day.day} {last_day:%B %Y}?"


def criteria(fiction: Fiction) -> str:
    """What would decide the question if it were about anything."""
    return (
        f"Yes if the books of {fiction.keeper} say so by the deadline; no otherwise.\n\n"
        "This question is invented, to show how the service works: none of this exists, and "
        "where the question is resolved, the answer was drawn by chance from a fixed seed. Where "
        "it is not, nothing can be looked up: whoever tries out a review may choose any answer, "
        "and give a link that begins with https://example.org/ as evidence."
    )
