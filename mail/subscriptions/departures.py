"""Leaving a stream or everything, and coming back."""

from datetime import datetime, timedelta

from django.db.models import Q

from forecasts.services.saving import atomic_or_busy
from mail.models import Delivery, Digest, Stream, Subscriber, Unsubscription
from mail.models.deliveries import DeliveryQuerySet
from mail.subscriptions.refusals import UndoOverError
from mail.subscriptions.tokens import BadTokenError

UNDO_WITHIN = timedelta(hours=24)
# What the outbox writes, too, where it meets a mail whose reader has left.
UNSUBSCRIBED = "unsubscribed"
FLAGS = {Stream.DIGEST: "wants_digest", Stream.CORRECTIONS: "wants_corrections"}


@atomic_or_busy()
def unsubscribe(
    *,
    subscriber: Subscriber,
    stream: Stream = Stream.EVERYTHING,
    digest: Digest | None = None,
    as_of: datetime,
) -> Subscriber:
    """Send no more of a stream, including what waits to be sent. Safe to repeat.

    digest: the issue whose link it was. Raises BadTokenError where they are erased, BusyError.
    """
    row = locked(subscriber)
    leave(row, stream, digest=digest, as_of=as_of)
    return row


@atomic_or_busy()
def resubscribe(
    *, subscriber: Subscriber, stream: Stream = Stream.EVERYTHING, as_of: datetime
) -> Subscriber:
    """Undo leaving a stream, within a day: everything is as it was, what waited waits again.

    Safe to repeat. Raises UndoOverError, BadTokenError and BusyError.
    """
    row = locked(subscriber)
    if has_left(row, stream):
        if undoable(row, stream, as_of=as_of) is None:
            raise UndoOverError(hours=UNDO_WITHIN // timedelta(hours=1))
        come_back(row, stream, as_of=as_of)
    return row


def locked(subscriber: Subscriber) -> Subscriber:
    """Their current row, which nobody else changes until this transaction ends.

    Raises BadTokenError where they were erased meanwhile.
    """
    # What they chose may be everything, and PostgreSQL locks no row that a join did not find.
    rows = Subscriber.objects.select_related("selection").select_for_update(of=("self",))
    found = rows.filter(pk=subscriber.pk).first()
    if found is None:
        raise BadTokenError
    return found


def has_left(subscriber: Subscriber, stream: Stream) -> bool:
    """Whether the stream is switched off."""
    if stream == Stream.EVERYTHING:
        return subscriber.unsubscribed_at is not None
    return not getattr(subscriber, FLAGS[stream])


def undoable(subscriber: Subscriber, stream: Stream, *, as_of: datetime) -> Unsubscription | None:
    """The departure that can still be undone, if there is one."""
    departures = subscriber.unsubscriptions.filter(stream=stream, undone_at=None)
    return departures.filter(left_at__gt=as_of - UNDO_WITHIN).first()


def leave(
    row: Subscriber, stream: Stream, *, digest: Digest | None = None, as_of: datetime
) -> None:
    """Switch a stream off for a locked row, and stop what waits of it."""
    error = UNSUBSCRIBED
    if not has_left(row, stream):
        departure = Unsubscription.objects.create(
            subscriber=row, stream=stream, digest=digest, left_at=as_of
        )
        _switch(row, stream, left_at=as_of)
        error = _mark(departure)
    waiting = Delivery.objects.filter(subscriber=row, state=Delivery.State.PENDING)
    waiting.unwanted().update(state=Delivery.State.SUPPRESSED, error=error)


def come_back(row: Subscriber, stream: Stream, *, as_of: datetime) -> None:
    """Switch a stream on for a locked row; where that undoes leaving it, send what waited."""
    departure = undoable(row, stream, as_of=as_of)
    _switch(row, stream, left_at=None)
    if departure is not None:
        departure.undone_at = as_of
        departure.save(update_fields=["undone_at"])
        stopped = _stopped_by(departure)
        wanted = stopped.exclude(pk__in=stopped.unwanted().values("pk"))
        wanted.update(state=Delivery.State.PENDING, error="")


def _switch(row: Subscriber, stream: Stream, *, left_at: datetime | None) -> None:
    if stream == Stream.EVERYTHING:
        row.unsubscribed_at = left_at
    else:
        setattr(row, FLAGS[stream], left_at is None)
    row.save(update_fields=["unsubscribed_at", *FLAGS.values()])


def _mark(departure: Unsubscription) -> str:
    return f"{UNSUBSCRIBED} ({departure.pk})"


def _stopped_by(departure: Unsubscription) -> DeliveryQuerySet:
    # The outbox stops what was being made while its reader left, and knows no departure.
    lately = Q(error=UNSUBSCRIBED, created_at__gte=departure.left_at - UNDO_WITHIN)
    return Delivery.objects.filter(
        Q(error=_mark(departure)) | lately,
        subscriber=departure.subscriber_id,
        state=Delivery.State.SUPPRESSED,
    )
