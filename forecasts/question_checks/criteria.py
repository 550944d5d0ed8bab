"""Criteria: do they say who decides?"""

import re
from collections.abc import Iterator

from forecasts.question_checks.findings import Draft, Finding
from forecasts.question_checks.wordings import listed

ADDRESS = re.compile(
    r"https?://\S+|\b[\w-]+\.(?:[a-z]{2,}\.)?(?:com|org|net|gov|int|edu|eu|[a-z]{2})\b"
)
PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|gets?)\s+(?:\w+ly\s+)?$", re.IGNORECASE)
NAMED_AFTER = re.compile(r"\s*(?:\w+ly\s+)?(?:by|in|on|from)\b", re.IGNORECASE)


def criteria_findings(draft: Draft) -> Iterator[Finding]:
    """What keeps criteria from deciding a question."""
    if draft.criteria and not names_source(draft.criteria):
        message = (
            "Nobody is said to decide. Name whose word counts, and whose if they are silent: "
            "“according to …”, “Source of truth: …”, or a link."
        )
        yield Finding("no_source", "resolution_criteria", message)


def names_source(text: str) -> bool:
    """Whether somebody's word, figures or publication are said to decide."""
    if ADDRESS.search(text) or listed("source").search(text):
        return True
    return any(
        _is_by_somebody(text, match) for match in listed("source", "reporting").finditer(text)
    )


def _is_by_somebody(text: str, match: re.Match[str]) -> bool:
    """“Two agencies report it”, or “is reported by …”; not “is reported”."""
    if PASSIVE.search(text[max(0, match.start() - 40) : match.start()]):
        return NAMED_AFTER.match(text, match.end()) is not None
    return True
