"""What webhooks tell of: the entries of the ledger, each as an event with a type and a body."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forecasts.models import LedgerEntry
from forecasts.selectors.ledgers import canonical, zulu
from mail.links import site_link

TEST = "webhook.test"
# Every type, and what it says to whoever chooses.
EVENTS = {
    "question.recorded": "Question with its first forecast or ruling: what was asked",
    "question.amended": "Amended wording or deadline of a question",
    "forecast.recorded": "Forecast, update or withdrawal",
    "forecast.corrected": "Correction of a recorded forecast",
    "statement.left_out": "Statement that cannot be scored, with the reason",
    "lexicon.cited": "Lexicon that a published reading was made with, the first time",
    "reading.published": "Coder's reading behind an adopted range",
    "quotation.recorded": "Place of a quote in the text of its source",
    "range.adopted": "Range adopted for a forecast in words",
    "resolution.recorded": "Ruling on a question",
    "resolution.corrected": "Ruling that takes the place of another, or reopens a question",
    "expert.merged": "Expert whose forecasts count for another from then on",
    "expert.parted": "Merge that was wrong, and is undone",
}


@dataclass(frozen=True, slots=True)
class Naming:
    """The type of a kind of entry; another one where it takes the place of an earlier row."""

    first: str
    later: str = ""
    mark: str = ""
    """The fact that names the earlier row."""


NAMINGS = {
    "question": Naming("question.recorded"),
    "amendment": Naming("question.amended"),
    "forecast": Naming("forecast.recorded", "forecast.corrected", "corrects"),
    "unscorable_statement": Naming("statement.left_out"),
    "lexicon": Naming("lexicon.cited"),
    "coding": Naming("reading.published"),
    "quotation": Naming("quotation.recorded"),
    "adopted_range": Naming("range.adopted"),
    "resolution": Naming("resolution.recorded", "resolution.corrected", "supersedes"),
    "expert_merge": Naming("expert.merged"),
    "expert_merge_undo": Naming("expert.parted"),
}
# Texts in the ledger, for its bytes must never change; numbers everywhere else.
NUMBERS = ("low", "mid", "probability", "high")
PAGES = {"question": "api:question", "expert": "api:expert", "into": "api:expert"}


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, and how it is told: the same bytes however often it is sent."""

    type: str
    body: str


def event_of(entry: LedgerEntry) -> Event:
    """The event that an entry of the ledger tells of: its line, where it stands, and addresses."""
    facts: dict[str, Any] = json.loads(entry.line)
    naming = NAMINGS[entry.kind]
    name = naming.later if facts.get(naming.mark) is not None else naming.first
    data = facts | {fact: _number(facts[fact]) for fact in NUMBERS if fact in facts}
    data |= {
        f"{fact}_url": site_link(PAGES[fact], facts[fact]) for fact in PAGES if facts.get(fact)
    }
    data["ledger"] = {"number": entry.number, "hash": entry.hash}
    return Event(name, _body(name, facts["recorded_at"], data))


def trial_event(as_of: datetime) -> Event:
    """An event that says nothing, so that somebody sees whether it arrives."""
    return Event(TEST, _body(TEST, zulu(as_of), {"message": "This is a test. Nothing happened."}))


def _body(name: str, timestamp: str, data: dict[str, Any]) -> str:
    return canonical({"type": name, "timestamp": timestamp, "data": data})


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)
