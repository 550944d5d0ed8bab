"""Subject and preview text: what the week brought, said by rules."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mail.content.digests import CorrectionNews, DigestContent, Mover
from mail.dates import day
from mail.texts import clipped, flat

MAX_SUBJECT = 90
MAX_PREVIEW = 140
MOST_PARTS = 3
SHORTEST_DETAIL = 24

ANSWERS = {
    "yes": "Yes",
    "no": "No",
    "ambiguous": "Cannot be told",
    "annulled": "Annulled",
    "reopened": "Open again",
}
MARK = " (synthetic)"
THERE_WILL_BE = re.compile(r"Will there be (?P<article>an? |any )?(?!no )(?P<what>.+)\?")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
# The deadline is over; which it was stands in the mail.
WHEN = re.compile(
    rf",? (?:by|before|until|in|during|on or before)(?: the end of)?"
    rf"(?: \d{{1,2}})?(?: (?:{MONTHS}))?(?: \d{{1,2}},)? \d{{4}}(?=\?$)"
)
# A deadline at midnight is the end of the day before.
TICK = timedelta(microseconds=1)
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of news for the subject, with a detail that may be cut, and without it."""

    before: str
    detail: str
    after: str
    short: str

    @property
    def least(self) -> int:
        """The fewest characters that it takes in full."""
        detail = min(len(self.detail), SHORTEST_DETAIL)
        return len(self.before) + detail + len(self.after)


def subject_of(content: DigestContent, errata: Sequence[CorrectionNews] = ()) -> str:
    """The week's news in at most 90 characters; what was wrong comes first."""
    parts = list(_parts(content, errata))[:MOST_PARTS]
    if not parts:
        return f"No news this week ({content.week})"
    for n_parts in range(len(parts), 1, -1):
        for n_full in range(n_parts, 0, -1):
            full, short = parts[:n_full], [part.short for part in parts[n_full:n_parts]]
            if _least(full, short) <= MAX_SUBJECT:
                return _composed(full, short)
    return _composed(parts[:1], [])


def _least(full: Sequence[Part], short: Sequence[str]) -> int:
    return (
        sum(part.least for part in full) + sum(map(len, short)) + 2 * (len(full) + len(short) - 1)
    )


def _composed(full: Sequence[Part], short: Sequence[str]) -> str:
    """Details share what room there is; who needs less leaves it to those after."""
    room = MAX_SUBJECT - _least(full, short)
    written = []
    for part in full:
        least = min(len(part.detail), SHORTEST_DETAIL)
        detail = clipped(part.detail, least + room)
        room -= max(len(detail) - least, 0)
        written.append(f"{part.before}{detail}{part.after}")
    return clipped("; ".join([*written, *short]), MAX_SUBJECT)


def _parts(content: DigestContent, errata: Sequence[CorrectionNews]) -> Iterator[Part]:
    told = {key for news in errata for key in news.keys}
    corrections = [*errata, *(one for one in content.corrections if told.isdisjoint(one.keys))]
    if corrections:
        yield _corrected(corrections)
    if content.resolved:
        n, first = len(content.resolved), content.resolved[0]
        detail, after = happened(first.title, first.answer)
        yield Part(f"{n} resolved: ", detail, after, f"{n} resolved")
    yield from _scored(content.movers)
    yield from _recorded(content)


def _corrected(corrections: Sequence[CorrectionNews]) -> Part:
    n, first = len(corrections), corrections[0]
    name = "Correction" if n == 1 else f"{n} corrections"
    if first.became.answer:
        detail, after = happened(first.title, first.became.answer)
    else:
        detail, after = f"{first.became.expert} on {first.title}", ""
    return Part(f"{name}: ", detail, after, name.lower())


def _scored(movers: Sequence[Mover]) -> Iterator[Part]:
    """First scores, or else the mover that stands first."""
    first = [one for one in movers if one.brier_before is None and one.brier_after is not None]
    if len(first) == 1:
        yield Part("", first[0].expert, " gets a first score", "a first score")
    elif first:
        said = f"{_number(len(first))} experts get their first score"
        yield Part("", said, "", f"{len(first)} first scores")
    elif movers:
        yield _moved(movers)


def _moved(movers: Sequence[Mover]) -> Part:
    n, one = len(movers), movers[0]
    short = f"{n} score{'' if n == 1 else 's'} changed"
    if one.brier_before is None or one.brier_after is None:
        return Part("", short, "", short)
    change = f"{one.brier_before:.3f} → {one.brier_after:.3f}"
    return Part("", one.expert, f" {change}", short)


def _recorded(content: DigestContent) -> Iterator[Part]:
    if content.disputes:
        n, one = len(content.disputes), content.disputes[0]
        what = "dispute decided" if one.outcome else "new dispute"
        short = what if n == 1 else f"{n} disputes"
        yield Part(f"{short}: ", one.record, "", short)
    if content.new_forecasts:
        n, said = len(content.new_forecasts), content.new_forecasts[0]
        short = "a new forecast" if n == 1 else f"{n} new forecasts"
        yield Part(f"{short}: ", f"{said.expert} on {said.question}", "", short)


def _number(n: int) -> str:
    return WORDS[n] if n < len(WORDS) else str(n)


def happened(title: str, answer: str) -> tuple[str, str]:
    """What a ruling says, as a text that may be cut and an end that may not.

    "Will there be a deal by 2026?" is "no deal" once it is no. Other questions keep their words,
    for no rule turns those around without a mistake now and then: "Will it rain? No".
    """
    mark = MARK if title.endswith(MARK) else ""
    title = WHEN.sub("", flat(title.removesuffix(MARK)))
    there = THERE_WILL_BE.fullmatch(title)
    if there and answer in {"yes", "no"}:
        article = "no " if answer == "no" else there["article"] or ""
        return f"{article.replace('any ', '')}{there['what']}", mark
    said = ANSWERS.get(answer, answer)
    return title, f"{mark} {said}" if title.endswith("?") else f"{mark}: {said.lower()}"


def preview_of(content: DigestContent, locale: str) -> str:
    """What a mail program shows beside the subject: what that leaves out, in 140 characters."""
    if content.is_empty:
        return "Nothing resolved, no score changed, nothing corrected or recorded."
    written = ""
    for sentence in _sentences(content, locale):
        longer = f"{written} {sentence}".strip()
        if len(longer) <= MAX_PREVIEW:
            written = longer
    return written


def _sentences(content: DigestContent, locale: str) -> Iterator[str]:
    if content.resolved:
        scored = [said for said in content.resolved[0].sayings if said.brier is not None]
        if scored:
            yield f"{scored[0].expert} came closest, Brier {scored[0].brier:.3f}."
    for mover in content.movers[:1]:
        if mover.brier_before is not None and mover.brier_after is not None:
            change = f"{mover.brier_before:.3f} → {mover.brier_after:.3f}"
            yield f"{mover.expert}: {change}, lower is better."
    if content.movers:
        n = len(content.movers)
        yield f"{n} score{'' if n == 1 else 's'} changed."
    if content.coming_due:
        n, last_moment = len(content.coming_due), content.coming_due[0].deadline - TICK
        first = day(last_moment, locale)
        yield f"{n} coming due, the first on {first}." if n > 1 else f"One coming due on {first}."
    if content.new_forecasts:
        n = len(content.new_forecasts)
        yield f"{n} new forecast{'' if n == 1 else 's'}."
    yield f"All numbers as of {day(content.as_of, locale)}."
