"""Making an issue once, and putting it in the outbox for every subscriber."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from django.db import IntegrityError, transaction

from forecasts.models import Question
from forecasts.selectors.ledgers import ledger_head
from mail.content.digests import CorrectionNews, DigestContent
from mail.content.freezing import frozen
from mail.correcting import corrections_for, errata_at
from mail.editing import digest_content
from mail.editions import PREFERENCES, UNSUBSCRIBE, render_edition
from mail.links import site_link
from mail.models import Delivery, Digest, Subscriber
from mail.rendering import Rendered
from mail.subscriptions import unsubscribe_token
from mail.weeks import Week

ONE_WEEK = timedelta(days=7)
# Rows stamped just before the freeze may be committed just after it.
GRACE = timedelta(minutes=1)
BATCH = 500


def make_latest_digest(*, as_of: datetime) -> Digest | None:
    """Make the newest issue whose freeze has passed, unless it has been made.

    After downtime the missed weeks are in it: it begins where the last issue ended. A
    service that held nothing at the freeze has no issue.
    """
    week = Week.latest_frozen(as_of - GRACE)
    if not Question.objects.filter(recorded_at__lte=week.freeze).exists():
        return None
    return make_digest(week=week, as_of=as_of)


def make_digest(*, week: Week, as_of: datetime) -> Digest | None:
    """Freeze the week's issue and its deliveries; None if it, or a later one, has been made.

    A later issue holds this week's news already. Safe at once: the week is unique, and its
    deliveries come with it or not at all.
    """
    if Digest.objects.filter(as_of__gte=week.freeze).exists():
        return None
    head = ledger_head()
    content = replace(
        week_content(week, as_of=as_of), ledger_number=head.number, ledger_hash=head.hash
    )
    try:
        with transaction.atomic():
            digest = Digest.objects.create(
                week=content.week,
                starts_at=content.starts_at,
                as_of=content.as_of,
                made_at=as_of,
                content=frozen(content),
            )
            _queue(digest, content, week, as_of)
    except IntegrityError:
        return None
    return digest


def week_content(week: Week, *, as_of: datetime) -> DigestContent:
    """The news of a week at its freeze, or so far where that lies ahead."""
    freeze = min(week.freeze, as_of)
    last = Digest.objects.filter(as_of__lt=freeze).order_by("-as_of").first()
    starts_at = last.as_of if last else week.freeze - ONE_WEEK
    return digest_content(str(week), starts_at=min(starts_at, freeze), as_of=freeze)


def render_digest(
    content: DigestContent, subscriber: Subscriber, corrections: Sequence[CorrectionNews] = ()
) -> Rendered:
    """The issue as one subscriber gets it, with what is put right of what they were sent."""
    edition = render_edition(
        content, selection=None, locale=subscriber.locale, corrections=corrections
    )
    link = _unsubscribe_link(subscriber)
    text, html = (
        part.replace(UNSUBSCRIBE, link).replace(PREFERENCES, link)
        for part in (edition.text, edition.html)
    )
    return Rendered(edition.subject, text, html)


def build_delivery(
    content: DigestContent,
    subscriber: Subscriber,
    week: Week,
    *,
    digest: Digest | None = None,
    corrections: Sequence[CorrectionNews] = (),
    as_of: datetime,
) -> Delivery:
    """The subscriber's delivery of an issue, not stored yet."""
    key = f"digest:{week}:subscriber:{subscriber.pk}"
    mail = render_digest(content, subscriber, corrections)
    return Delivery(
        key=key,
        kind=Delivery.Kind.DIGEST,
        subscriber=subscriber,
        digest=digest,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        headers={
            "List-Id": "Hindcast weekly digest <digest.hindcast>",
            "List-Unsubscribe": f"<{_unsubscribe_link(subscriber)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
        corrects=[row for news in corrections for row in news.keys],
        not_before=week.delivery_time(subscriber.time_zone),
        created_at=as_of,
    )


def preview_delivery(week: Week, subscriber: Subscriber, *, as_of: datetime) -> Delivery:
    """What the subscriber gets, or got, of a week's issue, not stored."""
    content = week_content(week, as_of=as_of)
    errata = errata_at(content.as_of)
    wrong = corrections_for([subscriber], errata, as_of=content.as_of)
    return build_delivery(
        content, subscriber, week, corrections=wrong.get(subscriber.pk, ()), as_of=as_of
    )


def _queue(digest: Digest, content: DigestContent, week: Week, as_of: datetime) -> None:
    """Whoever was sent an error is told so, even where there is no other news."""
    errata = errata_at(content.as_of)
    if content.is_empty and not errata.found:
        return
    readers = Subscriber.objects.active().iterator(BATCH)
    while batch := list(islice(readers, BATCH)):
        wrong = corrections_for(batch, errata, as_of=content.as_of)
        Delivery.objects.bulk_create(
            [
                build_delivery(
                    content,
                    subscriber,
                    week,
                    digest=digest,
                    corrections=wrong.get(subscriber.pk, ()),
                    as_of=as_of,
                )
                for subscriber in batch
                if subscriber.pk in wrong or not content.is_empty
            ],
            ignore_conflicts=True,
        )


def _unsubscribe_link(subscriber: Subscriber) -> str:
    return site_link("web:unsubscribe", unsubscribe_token(subscriber))
