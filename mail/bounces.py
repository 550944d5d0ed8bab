"""What a mail server or a provider says of an address, and when it is no longer written to."""

from datetime import datetime

from django.db.models import F, Q

from mail.models import Delivery, Stream, Subscriber, Unsubscription

MOST_SOFT_BOUNCES = 5


def record_hard_bounce(*, subscriber: int, reason: str, as_of: datetime) -> None:
    """Write to the address no more: it was refused for good. Safe to repeat."""
    _suppress(Q(pk=subscriber), reason, as_of)


def record_soft_bounce(*, subscriber: int, reason: str, as_of: datetime) -> None:
    """Count a mail that was refused for now; the fifth in a row is taken for a hard one."""
    rows = Subscriber.objects.filter(pk=subscriber, suppressed_at=None)
    rows.update(n_soft_bounces=F("n_soft_bounces") + 1)
    _suppress(Q(pk=subscriber, n_soft_bounces__gte=MOST_SOFT_BOUNCES), reason, as_of)


def forget_soft_bounces(*, subscriber: int) -> None:
    """Count anew from the next one: a mail was taken."""
    Subscriber.objects.filter(pk=subscriber, n_soft_bounces__gt=0).update(n_soft_bounces=0)


def record_complaint(*, subscriber: int, as_of: datetime) -> None:
    """End all mail to whoever called it spam. Safe to repeat."""
    rows = Subscriber.objects.filter(pk=subscriber, unsubscribed_at=None)
    if rows.update(unsubscribed_at=as_of):
        Unsubscription.objects.create(
            subscriber_id=subscriber, stream=Stream.EVERYTHING, left_at=as_of
        )
    _hold_back(Q(subscriber=subscriber), "unsubscribed")


def _suppress(which: Q, reason: str, as_of: datetime) -> None:
    found = list(Subscriber.objects.filter(which, suppressed_at=None).values_list("pk", flat=True))
    Subscriber.objects.filter(pk__in=found).update(suppressed_at=as_of, suppressed_for=reason[:200])
    _hold_back(Q(subscriber__in=found), "address refused")


def _hold_back(which: Q, reason: str) -> None:
    waiting = Delivery.objects.filter(which, state=Delivery.State.PENDING)
    waiting.update(state=Delivery.State.SUPPRESSED, error=reason)
