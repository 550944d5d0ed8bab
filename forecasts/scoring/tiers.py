"""How much may be shown for how many clusters of questions."""

_TIERS = ((100, "ranked"), (30, "full"), (10, "provisional"), (5, "interval"), (1, "raw"))
TIERS = ("none", *(name for _, name in reversed(_TIERS)))


def tier(n_clusters: int) -> str:
    """Return what may be shown of an expert: none, raw, interval, provisional, full or ranked.

    n_clusters: clusters of questions among the scored forecasts, 0 and up.

    Raises ValueError below 0.
    """
    if n_clusters < 0:
        raise ValueError(f"there cannot be {n_clusters} clusters")
    return next((name for least, name in _TIERS if n_clusters >= least), "none")


def shows(tier: str, least: str) -> bool:
    """Return whether the tier supports what takes at least another."""
    return TIERS.index(tier) >= TIERS.index(least)
