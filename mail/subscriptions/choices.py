"""What a subscriber can choose, and how it is changed."""

import hashlib
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from forecasts.models import Expert, Topic
from forecasts.selectors.merges import survivors
from forecasts.services.saving import atomic_or_busy, check_content
from mail.models import Stream, Subscriber
from mail.subscriptions.departures import come_back, leave, locked
from mail.subscriptions.refusals import ChoicesChangedError, NothingLeftError
from mail.subscriptions.selections import ids_in, selection_for

MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody gets, when and how. Without topics and experts: everything."""

    topics: frozenset[int] = frozenset()
    experts: frozenset[int] = frozenset()
    time_zone: str = "UTC"
    weekday: int = Subscriber.Weekday.MONDAY
    hour: int = 8
    locale: str = Subscriber.Locale.BRITISH
    is_text_only: bool = False
    wants_digest: bool = True
    wants_corrections: bool = True
    wants_empty: bool = False

    @property
    def version(self) -> str:
        """What a form carries of the choices that it was made with."""
        values = [sorted(v) if isinstance(v, frozenset) else v for v in asdict(self).values()]
        return hashlib.sha256(repr(values).encode()).hexdigest()[:16]

    @property
    def columns(self) -> dict[str, Any]:
        """Those that are columns of the subscriber."""
        return {name: getattr(self, name) for name in COLUMNS}


COLUMNS = [field.name for field in fields(Choices) if field.name not in {"topics", "experts"}]
STREAMS = {"wants_digest": Stream.DIGEST, "wants_corrections": Stream.CORRECTIONS}


def choices_of(subscriber: Subscriber) -> Choices:
    """What they have chosen."""
    topics, experts = ids_in(subscriber.selection)
    columns = {name: getattr(subscriber, name) for name in COLUMNS}
    return Choices(topics=topics, experts=experts, **columns)


def check_choices(choices: Choices, *, email: str) -> Subscriber:
    """A row of them, not stored. Raises ValidationError by field, and NothingLeftError."""
    row = Subscriber(email=email, **choices.columns)
    check_content(row)
    if not choices.wants_digest and not choices.wants_corrections:
        raise NothingLeftError
    return row


@atomic_or_busy()
def change_choices(
    *, subscriber: Subscriber, choices: Choices, seen: str, as_of: datetime
) -> Subscriber:
    """Put these choices in place of those that were `seen`, by their version.

    A stream that is switched off is left, and what waits of it is not sent. Raises
    ChoicesChangedError where others are in force, ValidationError, NothingLeftError,
    TooManyChosenError, BadTokenError and BusyError.
    """
    check_choices(choices, email=subscriber.email)
    row = locked(subscriber)
    before = choices_of(row)
    if before == choices:
        return row
    if before.version != seen:
        raise ChoicesChangedError(field="seen")
    row.selection = selection_for(topics=choices.topics, experts=choices.experts)
    for name, value in choices.columns.items():
        if name not in STREAMS:
            setattr(row, name, value)
    row.save(update_fields=["selection", *(name for name in COLUMNS if name not in STREAMS)])
    for name, stream in STREAMS.items():
        if getattr(before, name) != getattr(choices, name):
            (come_back if getattr(choices, name) else leave)(row, stream, as_of=as_of)
    return row


def summary_of(subscriber: Subscriber) -> list[str]:
    """Their choices in a few lines."""
    choices = choices_of(subscriber)
    weekday = Subscriber.Weekday(choices.weekday).label
    kind = "Text only" if choices.is_text_only else "HTML and text"
    lines = [
        f"News of {_named(choices)}" if subscriber.selection_id else "Everything",
        f"On {weekday}s at {choices.hour:02}:00, time zone {choices.time_zone}",
        f"{kind}; dates as {Subscriber.Locale(choices.locale).label}",
        f"{'One line' if choices.wants_empty else 'No mail'} in a week without news",
    ]
    if choices.wants_corrections:
        lines.append("Corrections of what you were sent, in weeks without a digest, too")
    return lines


def _named(choices: Choices) -> str:
    topics = Topic.objects.filter(pk__in=choices.topics)
    experts = Expert.objects.filter(pk__in=survivors(choices.experts))
    names = [*map(str, topics), *map(str, experts)]
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
