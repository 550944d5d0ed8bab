"""What a check looks at, and what it says."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as far as it is written.

    said_at: when the statement was made that it is asked for, where that is known.
    """

    title: str = ""
    criteria: str = ""
    deadline: datetime | None = None
    opens_at: datetime | None = None
    said_at: datetime | None = None
    topics: Sequence[str] = ()

    @property
    def last_day(self) -> date | None:
        """The day in UTC on which it ends; midnight is the end of the day before."""
        return (self.deadline.astimezone(UTC) - MOMENT).date() if self.deadline else None


@dataclass(frozen=True, slots=True)
class Words:
    """Words at fault: where they begin and end in the text of the field."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at again; nothing is refused for it."""

    code: str
    field: str
    message: str
    words: tuple[Words, ...] = ()


def words_at(found: Iterable[re.Match[str]]) -> tuple[Words, ...]:
    """The words that patterns found, in their order."""
    return tuple(sorted((Words(*m.span(), m.group()) for m in found), key=lambda w: w.start))
