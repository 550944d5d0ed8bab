"""Words that name a date or a horizon."""

import re

from forecasts.extraction.patterns import defined

HORIZON = re.compile(defined("horizons.txt")["horizon"])
PAST = re.compile(r"\b(?:last|since|ago)\b")
LIMITS = ("by ", "before ", "within ", "until ", "till ", "no later ")


def horizon(text: str) -> tuple[int, int] | None:
    """Where the words stand that name when; None where no time to come is named."""
    found = [match for match in HORIZON.finditer(text) if not PAST.search(match.group())]
    if not found:
        return None
    # The one that says most: "by the end of next year" before "next year".
    return max(found, key=_telling).span()


def _telling(match: re.Match[str]) -> tuple[bool, int]:
    return match.group().casefold().startswith(LIMITS), len(match.group())
