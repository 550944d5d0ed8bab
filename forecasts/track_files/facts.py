"""What all rows of a question, or of an expert, have to agree on."""

import numpy as np

from forecasts.track_files.problems import Problems
from forecasts.track_files.sheets import Sheet
from forecasts.track_files.wordings import RowWords

_FACTS = ("outcome", "family", "open_at", "deadline", "known_at", "topic", "conditions")
_RULES = (
    *(
        (fact, "question", "{here}, but line {line} said {there} of this question")
        for fact in _FACTS
    ),
    ("synthetic", "expert", "{here}, but line {line} said {there} of this expert"),
    (
        "synthetic",
        "question",
        "{here}, but line {line} said {there}; a question takes real experts or synthetic ones",
    ),
)


def check_facts(sheet: Sheet, problems: Problems) -> None:
    """Add each row that contradicts the first one of the same question or expert."""
    for fact, of, reason in _RULES:
        _check(sheet, fact, of, reason, problems)


def _check(sheet: Sheet, fact: str, of: str, reason: str, problems: Problems) -> None:
    values = sheet[fact]
    first = sheet.first_rows(of)[sheet[of]]
    rows = np.flatnonzero(values != values[first])

    def worded(place: int) -> str:
        here, there = int(rows[place]), int(first[rows[place]])
        return reason.format(
            here=RowWords(sheet, here)[fact],
            line=sheet.lines[there],
            there=RowWords(sheet, there)[fact],
        )

    problems.add_rows(sheet.lines[rows], fact, worded)
