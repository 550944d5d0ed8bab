"""All checks of a question's wording."""

import re
from collections.abc import Iterator
from datetime import datetime

from forecasts.question_checks.criteria import criteria_findings
from forecasts.question_checks.dates import without_year
from forecasts.question_checks.deadlines import deadline_findings
from forecasts.question_checks.findings import Draft, Finding, words_at
from forecasts.question_checks.titles import title_findings
from forecasts.question_checks.wordings import relative, vague

# “By the end of the year 2027” is a date.
YEAR_FOLLOWS = re.compile(r"\s+(?:19|20|21)\d\d\b")


def findings(draft: Draft, *, as_of: datetime) -> list[Finding]:
    """What to look at again, in the order of the fields; all of it warns and refuses nothing."""
    return [
        *title_findings(draft),
        *_wordings("title", draft.title),
        *criteria_findings(draft),
        *_wordings("resolution_criteria", draft.criteria),
        *deadline_findings(draft, as_of=as_of),
        *_topics(draft),
    ]


def _wordings(field: str, text: str) -> Iterator[Finding]:
    taken: list[re.Match[str]] = []
    for kind in vague():
        found = [match for match in kind.find(field, text) if not _overlaps(match, taken)]
        taken += found
        if found:
            yield Finding(
                "vague", field, f"This can be read in many ways. {kind.instead}", words_at(found)
            )
    spoken = (m for m in relative().find(field, text) if not YEAR_FOLLOWS.match(text, m.end()))
    when = [*spoken, *without_year(text)]
    if when:
        yield Finding("relative_date", field, relative().instead, words_at(when))


def _overlaps(match: re.Match[str], taken: list[re.Match[str]]) -> bool:
    return any(match.start() < other.end() and other.start() < match.end() for other in taken)


def _topics(draft: Draft) -> Iterator[Finding]:
    if draft.title and not draft.topics:
        message = "No topic is chosen: readers find questions, and compare experts, by topic."
        yield Finding("no_topic", "topics", message)
