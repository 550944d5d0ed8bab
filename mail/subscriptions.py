"""Leaving the digest, and coming back: behind a signed link, without an account."""

from datetime import datetime

from django.core import signing
from django.db import transaction

from mail.links import site_link
from mail.models import Delivery, Digest, Subscriber

SALT = "hindcast.unsubscribe"


class BadTokenError(Exception):
    """This link is not one of ours, or was cut on its way."""


def unsubscribe_token(subscriber: Subscriber) -> str:
    """A token that can only end, or undo the end of, this one subscription."""
    return signing.dumps(subscriber.pk, salt=SALT)


def unsubscribe_link(subscriber: Subscriber, digest: Digest | None = None) -> str:
    """Where somebody leaves. digest: the issue whose link it is."""
    return site_link("web:unsubscribe", unsubscribe_token(subscriber))


def preferences_link(subscriber: Subscriber) -> str:
    """Where somebody changes what they get."""
    return unsubscribe_link(subscriber)


def subscriber_of(token: str) -> Subscriber:
    """Whose link it is. Raises BadTokenError, also where the subscriber was erased."""
    try:
        return Subscriber.objects.get(pk=signing.loads(token, salt=SALT))
    except (signing.BadSignature, Subscriber.DoesNotExist) as error:
        raise BadTokenError from error


@transaction.atomic
def unsubscribe(*, subscriber: Subscriber, as_of: datetime) -> Subscriber:
    """Send no more digests, including those that wait to be sent. Safe to repeat."""
    Subscriber.objects.filter(pk=subscriber.pk, unsubscribed_at=None).update(unsubscribed_at=as_of)
    Delivery.objects.filter(subscriber=subscriber, state=Delivery.State.PENDING).update(
        state=Delivery.State.SUPPRESSED, error="unsubscribed"
    )
    subscriber.refresh_from_db()
    return subscriber


@transaction.atomic
def resubscribe(*, subscriber: Subscriber, as_of: datetime) -> Subscriber:
    """Undo an unsubscription; mails suppressed by it that are not out of date go again."""
    Subscriber.objects.filter(pk=subscriber.pk).update(unsubscribed_at=None)
    Delivery.objects.filter(
        subscriber=subscriber,
        state=Delivery.State.SUPPRESSED,
        error="unsubscribed",
        not_before__gt=as_of,
    ).update(state=Delivery.State.PENDING, error="")
    subscriber.refresh_from_db()
    return subscriber
