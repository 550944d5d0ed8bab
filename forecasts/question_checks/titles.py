"""Titles: can they be answered with yes or no, and with one of them?"""

import re
from collections.abc import Iterator

from forecasts.question_checks.dates import dates
from forecasts.question_checks.findings import Draft, Finding, words_at
from forecasts.question_checks.wordings import listed

VERBS = "will|won't|is|are|isn't|aren't|was|were|does|do|did|has|have|had"
POSSIBLE = "can|could|may|might"
WISHED = "should|ought|must"
# A condition or a time may stand before the question.
BEFORE = r"^\W*(?:(?:synthetic|if|once|when|after|before|by|in|until|should)\b[^?]*?[,:]\s+)?"
ASKS = re.compile(rf"{BEFORE}(?:{VERBS})\b", re.IGNORECASE)
ASKS_POSSIBLE = re.compile(rf"{BEFORE}(?P<word>{POSSIBLE})\b", re.IGNORECASE)
ASKS_WISHED = re.compile(rf"{BEFORE}(?P<word>{WISHED})\b", re.IGNORECASE)
OPEN = re.compile(
    r"^\W*(who|whom|whose|what|which|when|where|why|how)\b(?![^?]*,\s+will\b)", re.IGNORECASE
)
JOINED_CLAIM = re.compile(
    rf"\b(?:and|or|but)\s+(?:also\s+|then\s+)?(?:{VERBS}|{POSSIBLE}|if|whether|it|they|he|she|there)\b",
    re.IGNORECASE,
)
AND_OR = re.compile(r"\band\s*/\s*or\b", re.IGNORECASE)
JOINT = re.compile(r"\b(?P<joint>and|or|but)\b", re.IGNORECASE)


def title_findings(draft: Draft) -> Iterator[Finding]:
    """What keeps a title from an answer of yes or no."""
    if not draft.title:
        return
    yield from _form(draft.title)
    yield from _two_claims(draft.title)
    yield from _other_date(draft)


def _form(title: str) -> Iterator[Finding]:
    if found := OPEN.search(title):
        message = "This asks for more than yes or no. Begin with “Will …”."
        yield Finding("open_question", "title", message, words_at([found]))
    elif found := ASKS_POSSIBLE.search(title):
        message = "This asks what is possible, which no later event can refute. Ask what happens."
        yield Finding("asks_what_is_possible", "title", message, words_at([found]))
    elif found := ASKS_WISHED.search(title):
        message = "This asks what ought to be, which nothing that happens can answer."
        yield Finding("asks_what_is_right", "title", message, words_at([found]))
    elif not ASKS.search(title):
        message = "This is no question of yes or no. Begin with “Will …”, or “If …, will …”."
        yield Finding("no_question", "title", message)
    elif not title.rstrip().endswith("?"):
        yield Finding("no_question_mark", "title", "A question ends with a question mark.")


def _two_claims(title: str) -> Iterator[Finding]:
    found = [*AND_OR.finditer(title), *JOINED_CLAIM.finditer(title)]
    if not found:
        found = [joint for joint in JOINT.finditer(title) if _joins_claims(title, joint)]
    if found or title.count("?") > 1:
        message = (
            "These may be two claims: what if only one comes true? "
            "Make a question of each, or say in the criteria what counts."
        )
        yield Finding("two_claims", "title", message, words_at(found))


def _joins_claims(title: str, joint: re.Match[str]) -> bool:
    """Whether there is a verb on both sides; “cede or swap” is one claim with two ways to it."""
    verbs = listed("verbs")
    after = title[joint.end() :]
    has_verb = verbs.search(after, 1 if joint["joint"].lower() != "or" else _second_word(after))
    return bool(has_verb and verbs.search(title[: joint.start()]))


def _second_word(text: str) -> int:
    found = re.match(r"\s*\S+", text)
    return found.end() if found else 0


def _other_date(draft: Draft) -> Iterator[Finding]:
    limits = [one for one in dates(draft.title) if one.is_limit]
    day = draft.last_day
    if not limits or day is None or limits[-1].holds(day):
        return
    last = limits[-1]
    message = f"The title says “{last.text}”, but the deadline is {day:%-d %B %Y}."
    match = re.compile(re.escape(last.text)).search(draft.title, last.start)
    yield Finding("date_disagrees", "title", message, words_at([match] if match else []))
