"""What may be shown for how many clusters of questions."""

TIERS = ("none", "raw", "interval", "provisional", "full", "ranked")


def shows(tier: str, least: str) -> bool:
    """Whether the tier supports what takes at least another."""
    return TIERS.index(tier) >= TIERS.index(least)
