"""What may be shown for how many clusters."""

import pytest

from forecasts.scoring import tier
from forecasts.scoring.tiers import TIERS, shows


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("none", 0, 0),
        ("raw", 1, 4),
        ("interval", 5, 9),
        ("provisional", 10, 29),
        ("full", 30, 99),
        ("ranked", 100, 10_000),
    ],
)
def test_tier_holds_from_its_first_to_its_last_count(name: str, first: int, last: int) -> None:
    tiers = (tier(first), tier(last))

    assert tiers == (name, name)


def test_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be -1 clusters"):
        tier(-1)


def test_tier_shows_what_takes_it_or_a_lower_one() -> None:
    shown = [[shows(tier, least) for least in TIERS] for tier in TIERS]

    n = len(TIERS)
    assert shown == [[True] * (row + 1) + [False] * (n - row - 1) for row in range(n)]
