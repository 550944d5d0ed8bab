"""What the reading desk suggests for a proposal: who said it, on which question, which words."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from forecasts.extraction.dates import last_day
from forecasts.models import Expert, Question
from forecasts.selectors.likenesses import experts_like

# Of a quote; a sentence may be longer.
LONGEST_QUOTE = 600
MOST = 6
SURE = 90.0


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Experts and questions that may be meant, the likeliest first."""

    experts: tuple[Expert, ...]
    questions: tuple[Question, ...]
    matched: Expert | None = None
    """Who said it, where the name leaves no doubt."""


def suggestions_for(proposal: Any) -> Suggestions:
    """What may be meant, among what is as synthetic as the source is."""
    source = proposal.article.source
    likely = experts_like(proposal.speaker, synthetic=source.synthetic) if proposal.speaker else []
    sure = [one for one in likely if one.score >= SURE]
    return Suggestions(
        experts=tuple(one.expert for one in likely),
        questions=_questions(proposal),
        matched=sure[0].expert if sure else None,
    )


def _questions(proposal: Any) -> tuple[Question, ...]:
    """What else this source spoke of, the latest first."""
    source = proposal.article.source
    own = Question.objects.filter(forecasts__source=source).order_by("-pk").distinct()
    return tuple(own[:MOST])


def initial_of(proposal: Any, offered: Suggestions) -> dict[str, Any]:
    """What the form on the proposal begins with."""
    who = offered.matched
    return {
        "who": str(who.pk) if who else "new",
        "new_expert": "" if who else proposal.speaker,
        "about": "new" if not offered.questions else None,
        "quote": shortened(proposal),
        "phrase": proposal.phrase,
        "claims_yes": proposal.claims_yes,
        "stated_at": proposal.article.source.published_at,
        "deadline": _deadline(proposal),
        "required_verdicts": 2,
    }


def _deadline(proposal: Any) -> datetime | None:
    """The end of the last day that the words about the time allow, if they are plain."""
    said: datetime = proposal.article.source.published_at
    day = last_day(proposal.horizon, said.astimezone(UTC).date()) if proposal.horizon else None
    return datetime.combine(day + timedelta(days=1), time.min, UTC) if day else None


def shortened(proposal: Any) -> str:
    """The passage, and of one that is too long for a quote the whole words around the phrase."""
    text: str = proposal.article.text[proposal.start : proposal.end]
    if len(text) <= LONGEST_QUOTE:
        return text
    middle = max(0, text.find(proposal.phrase)) + len(proposal.phrase) // 2
    begin = min(max(0, middle - LONGEST_QUOTE // 2), len(text) - LONGEST_QUOTE)
    cut = text[begin : begin + LONGEST_QUOTE]
    if begin:
        cut = cut.partition(" ")[2]
    if begin + LONGEST_QUOTE < len(text):
        cut = cut.rpartition(" ")[0]
    return cut.strip()
