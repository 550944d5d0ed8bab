"""Making an issue once, and putting it in the outbox for every subscriber."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from forecasts.models import Question
from forecasts.selectors.ledgers import ledger_head
from mail.content.digests import DigestContent
from mail.content.freezing import frozen
from mail.correcting import corrections_for, errata_at
from mail.editing import digest_content
from mail.editions import RenderedEdition, render_edition
from mail.fanouts import delivery_key, delivery_time, filter_of, queue_issue
from mail.issues.printed_notes import lock_notes, notes_on
from mail.models import Delivery, Digest, Edition, Subscriber
from mail.weeks import Week

ONE_WEEK = timedelta(days=7)
# Rows stamped just before the freeze may be committed just after it.
GRACE = timedelta(minutes=1)


def make_latest_digest(*, as_of: datetime) -> Digest | None:
    """Make the newest issue whose freeze has passed, unless it has been made.

    After downtime the missed weeks are in it: it begins where the last issue ended. A
    service that held nothing at the freeze has no issue.
    """
    week = Week.latest_frozen(as_of - GRACE)
    if not Question.objects.filter(recorded_at__lte=week.freeze).exists():
        return None
    return make_digest(week=week, as_of=as_of)


def coming_week(*, as_of: datetime) -> Week:
    """The week whose issue is made next: the last frozen one, as long as that waits to be made."""
    last = Week.latest_frozen(as_of)
    is_made = Digest.objects.filter(as_of__gte=last.freeze).exists()
    is_due = not is_made and Question.objects.filter(recorded_at__lte=last.freeze).exists()
    return last if is_due else last.next


def make_digest(*, week: Week, as_of: datetime) -> Digest | None:
    """Freeze the week's issue and put it in the outbox; None if it, or a later one, has been made.

    A later issue holds this week's news already. Safe at once: the week is unique. Where it ends
    before all deliveries are in the outbox, queue_issues goes on.
    """
    digest = _freeze(week, as_of)
    if digest is not None:
        queue_issue(digest=digest, as_of=as_of)
    return digest


def _freeze(week: Week, as_of: datetime) -> Digest | None:
    if Digest.objects.filter(as_of__gte=week.freeze).exists():
        return None
    head = ledger_head()
    content = replace(
        week_content(week, as_of=as_of), ledger_number=head.number, ledger_hash=head.hash
    )
    try:
        with transaction.atomic():
            return _stored(content, as_of)
    except IntegrityError:
        return None


def _stored(content: DigestContent, as_of: datetime) -> Digest:
    """The row, with the notes as they are now: whoever writes one later is told that it is late."""
    lock_notes()
    note = notes_on(content.week, starts_at=content.starts_at)
    return Digest.objects.create(
        week=content.week,
        starts_at=content.starts_at,
        as_of=content.as_of,
        made_at=as_of,
        content=frozen(replace(content, note=note)),
    )


def week_content(week: Week, *, as_of: datetime) -> DigestContent:
    """The news of a week at its freeze, or so far where that lies ahead."""
    freeze = min(week.freeze, as_of)
    last = Digest.objects.filter(as_of__lt=freeze).order_by("-as_of").first()
    starts_at = last.as_of if last else week.freeze - ONE_WEEK
    return digest_content(str(week), starts_at=min(starts_at, freeze), as_of=freeze)


def preview_edition(
    week: Week, subscriber: Subscriber, *, as_of: datetime
) -> tuple[DigestContent, RenderedEdition]:
    """What the subscriber gets, or got, of a week's issue; nothing is stored."""
    content = week_content(week, as_of=as_of)
    wrong = corrections_for([subscriber], errata_at(content.as_of), as_of=content.as_of)
    return content, render_edition(
        content,
        selection=filter_of(subscriber.selection),
        locale=subscriber.locale,
        corrections=wrong.get(subscriber.pk, ()),
    )


def preview_delivery(week: Week, subscriber: Subscriber, *, as_of: datetime) -> Delivery:
    """The same as the mail that would be sent, not stored."""
    content, mail = preview_edition(week, subscriber, as_of=as_of)
    digest = Digest(week=str(week), as_of=content.as_of)
    return Delivery(
        key=delivery_key(str(week), subscriber.pk),
        kind=Delivery.Kind.DIGEST,
        subscriber=subscriber,
        digest=digest,
        edition=Edition(digest=digest, subject=mail.subject, text=mail.text, html=mail.html),
        subject=mail.subject,
        not_before=delivery_time(week, subscriber),
        created_at=as_of,
    )
