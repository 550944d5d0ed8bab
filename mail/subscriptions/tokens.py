"""Signed links for readers without an account: each good for one thing, and none for signing in.

The same reader always gets the same link, so that a mail made once for many is completed when
it is sent. Nothing of a link is stored.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing

from mail.models import Digest, Stream, Subscriber

UNSUBSCRIBE = "hindcast.subscriptions.unsubscribe"
PREFERENCES = "hindcast.subscriptions.preferences"
CONFIRM = "hindcast.subscriptions.confirm"
# Links in mails sent before streams could be left on their own.
FORMER = "hindcast.unsubscribe"

CONFIRM_WITHIN = timedelta(hours=24)


class BadTokenError(Exception):
    """This link is not one of ours, was cut on its way, or its reader was erased."""


class LinkOverError(Exception):
    """This link confirms no address any more."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """What a link for unsubscribing says."""

    subscriber: Subscriber
    stream: Stream
    digest: Digest | None
    """The issue whose link it was."""


def unsubscribe_token(
    subscriber: Subscriber | int,
    *,
    stream: Stream = Stream.EVERYTHING,
    digest: Digest | None = None,
) -> str:
    """A token with which this reader leaves that stream; it can do no more than leave and undo.

    subscriber: the row or its id.
    """
    week = digest.week if digest else ""
    return _sign(UNSUBSCRIBE, _id_of(subscriber), stream.value, week)


def preferences_token(subscriber: Subscriber | int) -> str:
    """A token behind which this reader sees and changes what is kept of them."""
    return _sign(PREFERENCES, _id_of(subscriber))


def confirmation_token(subscriber: Subscriber, *, as_of: datetime) -> str:
    """A token that confirms this address within a day of `as_of`."""
    return _sign(CONFIRM, subscriber.pk, str(int(as_of.timestamp())))


def way_out_of(token: str) -> WayOut:
    """What the link is for. Raises BadTokenError."""
    try:
        # Those of before have two colons, those of today one.
        former = signing.loads(token, salt=FORMER) if token.count(":") == 2 else None
    except signing.BadSignature as error:
        raise BadTokenError from error
    if former is not None:
        return WayOut(_subscriber(former), Stream.EVERYTHING, None)
    pk, stream, week = _read(UNSUBSCRIBE, token)
    digest = Digest.objects.filter(week=week).only("week").first() if week else None
    return WayOut(_subscriber(pk), Stream(stream), digest)


def preferences_of(token: str) -> Subscriber:
    """Whose preferences are behind the link. Raises BadTokenError."""
    return _subscriber(_read(PREFERENCES, token)[0])


def confirmation_of(token: str, *, as_of: datetime) -> Subscriber:
    """Whose address the link confirms. Raises BadTokenError, or LinkOverError after a day."""
    pk, seconds = _read(CONFIRM, token)
    if as_of >= datetime.fromtimestamp(int(seconds), UTC) + CONFIRM_WITHIN:
        raise LinkOverError
    return _subscriber(pk)


def _id_of(subscriber: Subscriber | int) -> int:
    return subscriber if isinstance(subscriber, int) else subscriber.pk


def _sign(salt: str, pk: int, *said: str) -> str:
    return signing.Signer(salt=salt).sign(".".join((str(pk), *said)))


def _read(salt: str, token: str) -> list[str]:
    try:
        return signing.Signer(salt=salt).unsign(token).split(".")
    except signing.BadSignature as error:
        raise BadTokenError from error


def _subscriber(pk: str | int) -> Subscriber:
    found = Subscriber.objects.filter(pk=pk).select_related("selection").first()
    if found is None:
        raise BadTokenError
    return found
