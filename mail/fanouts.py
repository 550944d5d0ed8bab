"""Putting an issue in the outbox: an edition for all who chose the same, a row for each reader."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, transaction

from mail.content.digests import CorrectionNews, DigestContent, SelectionFilter
from mail.content.freezing import thawed
from mail.content.selections import news_for
from mail.correcting import corrections_for, errata_at
from mail.editions import render_edition
from mail.models import Delivery, Digest, Edition, Picture, Selection, Stream, Subscriber
from mail.models.subscribers import SubscriberQuerySet
from mail.weeks import Week

BATCH = 500
CELLS_AT_ONCE = 200
# For those who are only told of errors: it lets nothing through.
NO_NEWS = SelectionFilter()


class Cell(NamedTuple):
    """The choices that decide what somebody gets and when, as columns of subscribers."""

    selection: int
    """0: everything."""
    locale: str
    time_zone: str
    weekday: int
    hour: int


CELL = ("selection_id", *Cell._fields[1:])
# One statement for all readers of many cells, none of whom crosses to this process.
INSERT = """
WITH cell (selection, locale, time_zone, weekday, hour, edition, at) AS (VALUES {cells})
INSERT INTO mail_delivery (
    key, kind, subscriber_id, digest_id, edition_id, address, subject, text, html, headers,
    corrects, not_before, state, attempts, error, created_at
)
SELECT
    %s || reader.id, 'digest', reader.id, edition.digest_id, edition.id, '', edition.subject,
    '', '', '{{}}', edition.corrects, cell.at, 'pending', 0, '', %s
FROM mail_subscriber reader
JOIN cell ON cell.selection = COALESCE(reader.selection_id, 0)
    AND cell.locale = reader.locale AND cell.time_zone = reader.time_zone
    AND cell.weekday = reader.weekday AND cell.hour = reader.hour
JOIN mail_edition edition ON edition.id = cell.edition
WHERE reader.id IN ({readers})
ON CONFLICT (key) DO NOTHING
"""


def delivery_key(week: str, subscriber: int | str) -> str:
    """What makes a delivery of an issue to a reader the only one."""
    return f"digest:{week}:subscriber:{subscriber}"


def delivery_time(week: Week, reader: Subscriber) -> datetime:
    """When a reader gets the issue of a week."""
    return week.delivery_time(reader.time_zone, weekday=reader.weekday, hour=reader.hour)


def queue_issues(*, as_of: datetime) -> int:
    """Complete the issues that are not in the outbox as a whole; returns how many there were."""
    waiting = list(Digest.objects.filter(queued_at=None).order_by("as_of"))
    for digest in waiting:
        queue_issue(digest=digest, as_of=as_of)
    return len(waiting)


def queue_issue(*, digest: Digest, as_of: datetime) -> None:
    """Put an issue in the outbox for whoever was subscribed when it was made.

    In steps, each a transaction of its own: what was killed goes on where it stopped, and two at
    once make nothing twice. Whoever was sent an error is told so, even without other news.
    """
    press = _Press(digest, thawed(digest.content))
    readers = Subscriber.objects.active().filter(confirmed_at__lte=digest.made_at)
    _queue_corrections(press, readers, as_of)
    _queue_news(press, readers.filter(wants_digest=True), as_of)
    Digest.objects.filter(pk=digest.pk, queued_at=None).update(queued_at=as_of)


@dataclass(slots=True)
class _Press:
    """The editions of one issue, each rendered when it is first wanted."""

    digest: Digest
    content: DigestContent
    filters: dict[int, SelectionFilter | None] = field(default_factory=lambda: {0: None})
    empty: dict[int, bool] = field(default_factory=dict)
    made: dict[str, Edition] = field(default_factory=dict)

    def is_empty(self, selection: int) -> bool:
        """Whether nothing of a selection is in the issue."""
        if selection not in self.empty:
            self.empty[selection] = news_for(self.content, self._filter(selection)).is_empty
        return self.empty[selection]

    def edition(
        self,
        selection: int,
        locale: str,
        wrong: Sequence[CorrectionNews] = (),
        *,
        news: bool = True,
    ) -> Edition:
        """The issue for those who chose this and are told of these errors."""
        corrects = [row for one in wrong for row in one.keys]
        key = hashlib.sha256(json.dumps([selection, locale, corrects, news]).encode()).hexdigest()
        if key not in self.made:
            self.made[key] = self._stored(key, selection, locale, wrong, news=news)
        return self.made[key]

    def _stored(
        self, key: str, selection: int, locale: str, wrong: Sequence[CorrectionNews], *, news: bool
    ) -> Edition:
        found = Edition.objects.filter(digest=self.digest, key=key).defer("text", "html").first()
        if found is not None:
            return found
        mail = render_edition(
            self.content,
            selection=self._filter(selection) if news else NO_NEWS,
            locale=locale,
            corrections=wrong,
        )
        with transaction.atomic():
            Picture.objects.bulk_create(
                [
                    Picture(digest=self.digest, name=name, png=png)
                    for name, png in mail.pictures.items()
                ],
                ignore_conflicts=True,
            )
            Edition.objects.bulk_create(
                [
                    Edition(
                        digest=self.digest,
                        key=key,
                        selection_id=selection or None,
                        stream=Stream.DIGEST if news else Stream.CORRECTIONS,
                        locale=locale,
                        corrects=[row for one in wrong for row in one.keys],
                        subject=mail.subject,
                        text=mail.text,
                        html=mail.html,
                        pictures=sorted(mail.pictures),
                    )
                ],
                ignore_conflicts=True,
            )
        return Edition.objects.defer("text", "html").get(digest=self.digest, key=key)

    def _filter(self, selection: int) -> SelectionFilter | None:
        if selection not in self.filters:
            self.filters[selection] = filter_of(Selection.objects.get(pk=selection))
        return self.filters[selection]


def filter_of(selection: Selection | None) -> SelectionFilter | None:
    """What a selection lets through; None: everything."""
    if selection is None:
        return None
    experts = selection.experts.values_list("slug", "merged_into__slug")
    return SelectionFilter(
        topics=frozenset(selection.topics.values_list("slug", flat=True)),
        # News that was frozen before a merge names the one, later news the other.
        experts=frozenset(slug for both in experts for slug in both if slug),
    )


def _queue_news(press: _Press, readers: SubscriberQuerySet, as_of: datetime) -> None:
    for selection in readers.values_list("selection", flat=True).order_by("selection").distinct():
        wanting = readers.filter(selection=selection)
        if press.is_empty(selection or 0):
            wanting = wanting.filter(wants_empty=True)
        cells = wanting.values_list(*CELL).order_by(*CELL).distinct()
        rows = iter([Cell(row[0] or 0, *row[1:]) for row in cells])
        while some := list(islice(rows, CELLS_AT_ONCE)):
            _insert(press, some, wanting, as_of)


def _insert(
    press: _Press, cells: Sequence[Cell], readers: SubscriberQuerySet, as_of: datetime
) -> None:
    week = Week.parse(press.digest.week)
    values: list[Any] = []
    for cell in cells:
        at = week.delivery_time(cell.time_zone, weekday=cell.weekday, hour=cell.hour)
        values += [*cell, press.edition(cell.selection, cell.locale).pk, _adapted(at)]
    place = f"({', '.join(['%s'] * (len(Cell._fields) + 2))})"
    chosen, params = readers.values("pk").order_by().query.sql_with_params()
    statement = INSERT.format(cells=", ".join([place] * len(cells)), readers=chosen)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [*values, delivery_key(str(week), ""), _adapted(as_of), *params])


def _adapted(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def _queue_corrections(press: _Press, readers: SubscriberQuerySet, as_of: datetime) -> None:
    """One by one, for what somebody was sent decides it; few issues have an error at all."""
    errata = errata_at(press.content.as_of)
    if not errata.found:
        return
    everybody = readers.order_by("pk").iterator(BATCH)
    while batch := list(islice(everybody, BATCH)):
        wrong = corrections_for(batch, errata, as_of=press.content.as_of)
        rows = [
            _correcting(press, reader, wrong[reader.pk], as_of)
            for reader in batch
            if reader.pk in wrong and _is_to_be_told(press, reader)
        ]
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def _is_to_be_told(press: _Press, reader: Subscriber) -> bool:
    return reader.wants_corrections or (reader.wants_digest and _has_issue(press, reader))


def _has_issue(press: _Press, reader: Subscriber) -> bool:
    return reader.wants_empty or not press.is_empty(reader.selection_id or 0)


def _correcting(
    press: _Press, reader: Subscriber, wrong: Sequence[CorrectionNews], as_of: datetime
) -> Delivery:
    week = Week.parse(press.digest.week)
    edition = press.edition(
        reader.selection_id or 0, reader.locale, wrong, news=reader.wants_digest
    )
    return Delivery(
        key=delivery_key(str(week), reader.pk),
        kind=Delivery.Kind.DIGEST,
        subscriber=reader,
        digest=press.digest,
        edition=edition,
        subject=edition.subject,
        corrects=edition.corrects,
        not_before=delivery_time(week, reader),
        created_at=as_of,
    )
