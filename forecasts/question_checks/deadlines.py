"""Deadlines: do they leave time, and does everybody read the same day?"""

from collections.abc import Iterator
from datetime import datetime

from forecasts.question_checks.findings import Draft, Finding


def deadline_findings(draft: Draft, *, as_of: datetime) -> Iterator[Finding]:
    """What is odd about when the question ends."""
    if draft.deadline is None:
        return
    if draft.said_at is not None and draft.deadline <= draft.said_at:
        message = "The deadline lies before the statement: nothing said then can be about it."
        yield Finding("before_statement", "deadline", message)
    elif draft.deadline <= as_of:
        message = (
            "The deadline has passed: the question is due at once, and what is coded now "
            "counts only with a source that proves its date."
        )
        yield Finding("in_the_past", "deadline", message)
    if draft.opens_at is not None and draft.opens_at >= draft.deadline:
        yield Finding("opens_after_deadline", "deadline", "The question opens after its deadline.")
