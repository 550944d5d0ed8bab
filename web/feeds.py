"""Atom feeds (RFC 4287): what was ruled, corrected and said, as entries that readers can keep."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import TextChoices
from django.template.loader import render_to_string

from forecasts.models import Expert, Forecast, Resolution, Topic
from forecasts.models.fields import EARLIEST, JOINERS, LINE_BREAKS
from forecasts.models.resolutions import Answer
from forecasts.selectors.corrections import Correction, Wanted, corrections
from forecasts.selectors.feeds import latest_forecasts, latest_rulings
from forecasts.selectors.listings import listed_range
from mail.content.digests import DigestContent
from mail.content.freezing import thawed
from mail.headlines import preview_of, subject_of
from mail.issues.archives import archived_digests
from mail.links import site_link
from web.templatetags.formats import day

MOST_ENTRIES = 50
UNREADABLE = "\N{REPLACEMENT CHARACTER}"


class Kind(TextChoices):
    """What a feed tells of."""

    RESOLUTIONS = "resolutions", "Resolutions"
    CORRECTIONS = "corrections", "Corrections"
    FORECASTS = "forecasts", "New forecasts"
    DIGESTS = "digests", "Weekly digests"


# Of everything only.
UNDIVIDED = frozenset({Kind.DIGESTS})


@dataclass(frozen=True, slots=True)
class Scope:
    """All, or what concerns one expert or one topic."""

    expert: Expert | None = None
    topic: Topic | None = None

    @property
    def slugs(self) -> dict[str, str]:
        """As selectors take them."""
        return {
            "expert": self.expert.slug if self.expert else "",
            "topic": self.topic.slug if self.topic else "",
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. The same `id` is the same entry, however its text changes."""

    id: str
    title: str
    summary: str
    published: datetime
    updated: datetime
    page: str
    data: str
    """Its address in the API; empty where it has none."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed. updated: of its latest entry."""

    id: str
    title: str
    address: str
    page: str
    updated: datetime
    entries: tuple[Entry, ...]

    def written(self) -> str:
        """As XML."""
        return render_to_string("web/feed.xml", {"feed": self})


def feed_of(kind: Kind, scope: Scope, *, address: str, page: str) -> Feed:
    """The latest entries. A fixed number of queries."""
    entries = tuple(ENTRIES[kind](scope))
    about = scope.expert or scope.topic
    names = "".join(f"/{name}/{slug}" for name, slug in scope.slugs.items() if slug)
    return Feed(
        id=_tag(EARLIEST, f"feed/{kind.value}{names}"),
        title=readable(f"Hindcast: {kind.label}{f', {about}' if about else ''}"),
        address=f"{settings.SITE_URL}{address}",
        page=page,
        updated=max((entry.updated for entry in entries), default=EARLIEST),
        entries=entries,
    )


def readable(text: str) -> str:
    """The text, without what XML cannot hold or what turns the text around it."""
    return text if text.isprintable() else "".join(map(_readable, text))


def _readable(character: str) -> str:
    if character in LINE_BREAKS or character in JOINERS:
        return character
    is_hostile = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    # Two that are no characters at all, and that XML 1.0 leaves out.
    return UNREADABLE if is_hostile or character in "\ufffe\uffff" else character


def _rulings(scope: Scope) -> list[Entry]:
    return [_ruling(row) for row in latest_rulings(**scope.slugs)[:MOST_ENTRIES]]


def _ruling(row: Resolution) -> Entry:
    known = f" Known since {day(row.known_at)}." if row.known_at else ""
    later = " Another ruling has superseded it." if row.superseded_at else ""
    return Entry(
        id=_tag(row.resolved_at, f"resolution/{row.pk}"),
        title=readable(f"{Answer(row.answer).label}: {row.question}"),
        summary=readable(f"Ruled on {day(row.resolved_at)}.{known} {row.reason}{later}".strip()),
        published=row.resolved_at,
        updated=row.superseded_at or row.resolved_at,
        page=site_link("web:question", row.question.slug),
        data=site_link("api:question", row.question.slug),
    )


def _corrections(scope: Scope) -> list[Entry]:
    return [
        _correction(row) for row in corrections(limit=MOST_ENTRIES, wanted=Wanted(**scope.slugs))
    ]


def _correction(row: Correction) -> Entry:
    at, slug = row.place.at, row.question.slug
    table = "resolution" if row.place.is_ruling else "forecast"
    experts = ", ".join(map(str, row.experts))
    change = f"Was {_said(row.was)}, became {_said(row.became)}."
    concerned = f" It concerned {experts}." if experts else ""
    return Entry(
        id=_tag(at, f"correction/{table}/{row.place.pk}"),
        title=readable(f"{row.kind.label}: {row.question}"),
        summary=readable(f"{change} {row.reason}{concerned}"),
        published=at,
        updated=at,
        page=site_link("web:question", slug),
        data=f"{site_link('api:corrections')}?question={slug}",
    )


def _said(row: Resolution | Forecast) -> str:
    if isinstance(row, Resolution):
        return Answer(row.answer).label
    number = f" ({float(row.probability):g})" if row.probability is not None else ""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{row.quote}\N{RIGHT DOUBLE QUOTATION MARK}{number}"


def _forecasts(scope: Scope) -> list[Entry]:
    return [_forecast(row) for row in latest_forecasts(**scope.slugs)[:MOST_ENTRIES]]


def _forecast(row: Forecast) -> Entry:
    adopted = listed_range(row)
    number = adopted.probability if adopted else row.probability
    words = "withdrawn" if row.kind == Forecast.Kind.WITHDRAWAL else "in words"
    stands = words if number is None else f"{float(number):g}"
    read = ", as coders read the words" if adopted else ""
    return Entry(
        id=_tag(row.recorded_at, f"forecast/{row.pk}"),
        title=readable(f"{row.expert}, {stands}: {row.question}"),
        summary=readable(
            f"\N{LEFT DOUBLE QUOTATION MARK}{row.quote}\N{RIGHT DOUBLE QUOTATION MARK}{read}. "
            f"{row.source}, {day(row.stated_at)}."
        ),
        published=row.recorded_at,
        updated=adopted.adopted_at if adopted else row.recorded_at,
        page=site_link("web:question", row.question.slug),
        data=f"{site_link('api:expert-forecasts', row.expert.slug)}?question={row.question.slug}",
    )


def _digests(_: Scope) -> list[Entry]:
    return [_digest(thawed(row.content)) for row in archived_digests()[:MOST_ENTRIES]]


def _digest(content: DigestContent) -> Entry:
    return Entry(
        id=_tag(content.as_of, f"digest/{content.week}"),
        title=readable(f"{content.week}: {subject_of(content)}"),
        summary=readable(preview_of(content, "en-gb")),
        published=content.as_of,
        updated=content.as_of,
        page=site_link("web:digest", content.week),
        data="",
    )


def _tag(moment: datetime, name: str) -> str:
    """An identity for ever (RFC 4151), wherever the page moves."""
    host = urlsplit(settings.SITE_URL).hostname
    return f"tag:{host},{moment.astimezone(UTC):%Y-%m-%d}:{name}"


ENTRIES: dict[Kind, Callable[[Scope], Sequence[Entry]]] = {
    Kind.RESOLUTIONS: _rulings,
    Kind.CORRECTIONS: _corrections,
    Kind.FORECASTS: _forecasts,
    Kind.DIGESTS: _digests,
}
