"""Errors that issues of the digest carried, and who is still to be told."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from forecasts.models import Forecast, Resolution
from forecasts.models.resolutions import Answer
from forecasts.selectors.wordings import titles_at
from mail.content.digests import CorrectionNews
from mail.cuts import LONGEST_LIST
from mail.links import site_link
from mail.models import Delivery, Digest, Subscriber
from mail.objections import stood_forecast, stood_ruling

# Whoever was away for longer reads the list of corrections.
LOOK_BACK = timedelta(weeks=52)
# One that failed or was held back was not read; any other was, or may be yet.
UNREAD = (Delivery.State.FAILED, Delivery.State.SUPPRESSED)

# The issues that somebody was sent, each with what it put right for them.
History = frozenset[tuple[int, tuple[str, ...]]]


@dataclass(slots=True)
class Erratum:
    """A row that stood when an issue was frozen and stands no more, and what to say of it."""

    row: Any
    """A Resolution or a Forecast."""
    news: CorrectionNews
    shown_in: set[int] = field(default_factory=set)
    """Issues whose lists had it."""
    stood_in: set[int] = field(default_factory=set)
    """Issues frozen while it stood: a correction in one of them said it."""

    @property
    def question(self) -> int:
        """The question it is about."""
        return int(self.row.question_id)


@dataclass(frozen=True, slots=True)
class Errata:
    """All errors within reach at a freeze, and the issues by id with their weeks."""

    found: Sequence[Erratum] = ()
    weeks: dict[int, str] = field(default_factory=dict)
    by_issue: dict[int, list[Erratum]] = field(default_factory=dict)
    """Those that stood in each issue."""
    questions: dict[str, int] = field(default_factory=dict)
    """What each is about, by its key."""


def errata_at(as_of: datetime) -> Errata:
    """The errors of issues frozen before `as_of`, as known at `as_of`."""
    found = [*_wrong_rulings(as_of), *_wrong_forecasts(as_of)]
    if not found:
        return Errata()
    weeks = {}
    first = min(_since(erratum.row) for erratum in found)
    issues = Digest.objects.filter(as_of__gte=first, as_of__lt=as_of).order_by("as_of")
    for issue in issues.iterator(20):
        weeks[issue.pk] = issue.week
        _look_into(issue, found)
    return _indexed([erratum for erratum in found if erratum.stood_in], weeks)


def _indexed(found: Sequence[Erratum], weeks: dict[int, str]) -> Errata:
    by_issue: dict[int, list[Erratum]] = defaultdict(list)
    for erratum in found:
        for issue in erratum.stood_in:
            by_issue[issue].append(erratum)
    return Errata(found, weeks, by_issue, {one.news.keys[0]: one.question for one in found})


def corrections_for(
    subscribers: Iterable[Subscriber], errata: Errata, *, as_of: datetime
) -> dict[int, list[CorrectionNews]]:
    """By subscriber, what is to be put right of what they were sent. One query.

    Worked out once for all who were sent the same.
    """
    if not errata.found:
        return {}
    deliveries = Delivery.objects.filter(
        subscriber__in=[subscriber.pk for subscriber in subscribers],
        digest__in=errata.weeks,
        digest__as_of__lt=as_of,
    ).exclude(state__in=UNREAD)
    received: dict[int, dict[int, list[str]]] = defaultdict(dict)
    for subscriber, digest, corrects in deliveries.values_list("subscriber", "digest", "corrects"):
        received[subscriber][digest] = corrects
    histories = {pk: _history(issues) for pk, issues in received.items()}
    one_of_each = {histories[pk]: issues for pk, issues in received.items()}
    to_tell = {sent: _still_to_tell(issues, errata) for sent, issues in one_of_each.items()}
    return {pk: to_tell[sent] for pk, sent in histories.items() if to_tell[sent]}


def _history(issues: dict[int, list[str]]) -> History:
    return frozenset((pk, tuple(corrects)) for pk, corrects in issues.items())


def _still_to_tell(issues: dict[int, list[str]], errata: Errata) -> list[CorrectionNews]:
    """Once for each question: of several errors on it, the last one that was read."""
    told = {key for keys in issues.values() for key in keys}
    read = _weeks_read(issues, errata)
    news: dict[tuple[str, int], CorrectionNews] = {}
    for erratum in errata.found:
        key = erratum.news.keys[0]
        if key not in read or key in told:
            continue
        place = (type(erratum.row).__name__, _subject(erratum))
        earlier = news[place].keys if place in news else ()
        news[place] = replace(erratum.news, week=read[key], keys=(key, *earlier))
    return sorted(news.values(), key=lambda one: (one.corrected_at, one.keys), reverse=True)


def _subject(erratum: Erratum) -> int:
    """What a later error of the same kind says anew: the question, or the forecast itself."""
    return erratum.question if isinstance(erratum.row, Resolution) else int(erratum.row.pk)


def _weeks_read(issues: dict[int, list[str]], errata: Errata) -> dict[str, str]:
    """By the key of an error, the last issue in which it was read."""
    weeks = {}
    for issue in sorted(issues, key=lambda pk: errata.weeks[pk]):
        corrected = {errata.questions[key] for key in issues[issue] if key in errata.questions}
        for erratum in errata.by_issue.get(issue, ()):
            if _was_read(erratum, issue, corrected):
                weeks[erratum.news.keys[0]] = errata.weeks[issue]
    return weeks


def _was_read(erratum: Erratum, issue: int, corrected: set[int]) -> bool:
    """In a list of the issue, or as what a correction of the same question in it had become."""
    is_ruling = isinstance(erratum.row, Resolution)
    return issue in erratum.shown_in or (is_ruling and erratum.question in corrected)


def _look_into(issue: Digest, found: Iterable[Erratum]) -> None:
    for erratum in found:
        row = erratum.row
        if not _since(row) <= issue.as_of < row.superseded_at:
            continue
        erratum.stood_in.add(issue.pk)
        shows = _shows_ruling if isinstance(row, Resolution) else _shows_forecast
        if shows(issue.content, row):
            erratum.shown_in.add(issue.pk)


def _shows_ruling(content: dict[str, Any], row: Resolution) -> bool:
    """As a resolution, or as what a correction had become."""
    said = (row.question.slug, row.answer)
    resolved = {(one["slug"], one["answer"]) for one in _top(content, "resolved")}
    return said in resolved | {
        (one["slug"], one["became"]["answer"]) for one in _top(content, "corrections")
    }


def _shows_forecast(content: dict[str, Any], row: Forecast) -> bool:
    """As a new one, as a corrected one, or beside a question that was resolved or came due."""
    path = reverse("web:expert", args=[row.expert.slug])
    slug = row.question.slug
    said = [one for one in _top(content, "new_forecasts") if one["question_slug"] == slug]
    said += [one["became"] for one in _top(content, "corrections") if one["slug"] == slug]
    for news in (*_top(content, "resolved"), *_top(content, "coming_due")):
        said += news["sayings"] if news["slug"] == slug else []
    return any(one["quote"] == row.quote and one["expert_link"].endswith(path) for one in said)


def _top(content: dict[str, Any], name: str) -> list[Any]:
    """As much of a list as mails show; whoever reads on elsewhere reads it as it is by then."""
    found: list[Any] = content.get(name, [])
    return found[:LONGEST_LIST]


def _since(row: Any) -> datetime:
    moment: datetime = row.resolved_at if isinstance(row, Resolution) else row.recorded_at
    return moment


def _wrong_rulings(as_of: datetime) -> Iterable[Erratum]:
    rows = _superseded(Resolution.objects.all(), as_of)
    ends = _ends(rows, as_of)
    titles = titles_at([row.question for row in rows], as_of=as_of)
    for row in rows:
        now = ends[row.pk]
        if row.answer != Answer.REOPENED and (row.answer, row.known_at) != (
            now.answer,
            now.known_at,
        ):
            news = CorrectionNews(
                keys=(f"ruling:{row.pk}",),
                title=titles[row.question_id],
                link=site_link("web:question", row.question.slug),
                was=stood_ruling(row),
                became=stood_ruling(now),
                reason=row.superseded_by.reason,
                corrected_at=row.superseded_at,
                slug=row.question.slug,
            )
            yield Erratum(row, news)


def _wrong_forecasts(as_of: datetime) -> Iterable[Erratum]:
    rows = _superseded(Forecast.objects.select_related("expert", "superseded_by__expert"), as_of)
    ends = _ends(rows, as_of)
    titles = titles_at([row.question for row in rows], as_of=as_of)
    for row in rows:
        news = CorrectionNews(
            keys=(f"forecast:{row.pk}",),
            title=titles[row.question_id],
            link=site_link("web:question", row.question.slug),
            was=stood_forecast(row),
            became=stood_forecast(ends[row.pk]),
            reason=row.superseded_by.correction_reason,
            corrected_at=row.superseded_at,
            slug=row.question.slug,
        )
        yield Erratum(row, news)


def _superseded(rows: QuerySet[Any], as_of: datetime) -> list[Any]:
    """Those that ceased to stand within reach, oldest first, with what came after."""
    within = rows.filter(
        superseded_at__gt=as_of - LOOK_BACK, superseded_at__lte=as_of, superseded_by__isnull=False
    )
    return list(within.select_related("question", "superseded_by").order_by("pk"))


def _ends(rows: Iterable[Any], as_of: datetime) -> dict[int, Any]:
    """What stands at `as_of` instead of each row."""
    later = {row.pk: row.superseded_by for row in rows}

    def end_of(row: Any) -> Any:
        while row.superseded_at is not None and row.superseded_at <= as_of:
            row = later[row.pk]
        return row

    return {pk: end_of(row) for pk, row in later.items()}
