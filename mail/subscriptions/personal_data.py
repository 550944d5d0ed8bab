"""What is kept of a reader: all of it as data, and none of it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from forecasts.models import Expert, Topic
from forecasts.services.saving import atomic_or_busy
from mail.models import DisputeContact, Subscriber, Unsubscription
from mail.subscriptions.choices import choices_of
from mail.subscriptions.consents import CONSENTS
from mail.subscriptions.opt_ins import mails_of

UNCONFIRMED_KEPT = timedelta(days=7)
# As long as somebody who comes back is told of the errors they were sent.
LEFT_KEPT = timedelta(days=365)
BATCH = 200


def export_of(subscriber: Subscriber, *, as_of: datetime) -> dict[str, Any]:
    """Everything that is kept about the address, ready to be JSON. At most six queries."""
    return {
        "exported_at": as_of,
        "address": subscriber.email,
        "created_at": subscriber.created_at,
        "confirmed_at": subscriber.confirmed_at,
        "unsubscribed_at": subscriber.unsubscribed_at,
        "consent": {
            "version": subscriber.consent,
            "text": CONSENTS.get(subscriber.consent, ""),
        },
        "choices": _choices(subscriber),
        "confirmation": {
            "code_until": subscriber.code_until,
            "code_tries": subscriber.code_tries,
        },
        "refusals": {
            "refused_for_good_at": subscriber.suppressed_at,
            "reason": subscriber.suppressed_for,
            "soft_in_a_row": subscriber.n_soft_bounces,
        },
        "departures": list(
            subscriber.unsubscriptions.order_by("pk").values(
                "stream", "left_at", "undone_at", week=F("digest__week")
            )
        ),
        "mails": _mails(subscriber),
        "disputes": _disputes(subscriber.email),
    }


@atomic_or_busy()
def erase(*, subscriber: Subscriber) -> None:
    """Delete the subscriber and every mail to them, waiting or sent. Raises BusyError.

    Safe to repeat. A mail that a sender holds at this moment may still arrive; nothing is kept
    of it.
    """
    _erase(Subscriber.objects.filter(pk=subscriber.pk))


@transaction.atomic
def erase_forgotten(*, as_of: datetime) -> int:
    """Erase those who never confirmed, after a week, and who left or were refused a year ago.

    Returns how many. A week is longer for who asked again on its last day: until the code that
    they were mailed then has run out.
    """
    left = as_of - LEFT_KEPT
    lately = Unsubscription.objects.filter(subscriber=OuterRef("pk"), left_at__gt=left)
    over = Q(code_until=None) | Q(code_until__lte=as_of)
    rows = Subscriber.objects.filter(
        over & Q(confirmed_at=None, created_at__lte=as_of - UNCONFIRMED_KEPT)
        | over & (Q(unsubscribed_at__lte=left) | Q(suppressed_at__lte=left))
        | Q(wants_digest=False, wants_corrections=False, confirmed_at__lte=left) & ~Exists(lately)
    )
    return _erase(rows.order_by("pk"))


def _erase(rows: QuerySet[Subscriber]) -> int:
    # Whoever is putting a mail in the outbox for them waits for this lock, and finds nobody; and
    # who has asked anew meanwhile is not among the rows any more.
    found = list(rows.select_for_update()[:BATCH])
    for row in found:
        mails_of(row).delete()
        row.delete()
    return len(found)


def _choices(subscriber: Subscriber) -> dict[str, Any]:
    choices = choices_of(subscriber)
    topics = Topic.objects.filter(pk__in=choices.topics).order_by("slug")
    experts = Expert.objects.filter(pk__in=choices.experts).order_by("slug")
    return {
        "everything": subscriber.selection_id is None,
        "topics": list(topics.values_list("slug", flat=True)),
        "experts": list(experts.values_list("slug", flat=True)),
        **choices.columns,
    }


def _mails(subscriber: Subscriber) -> list[dict[str, Any]]:
    """Bodies where they are of this reader's own; those of editions are everybody's."""
    columns = (
        *("key", "kind", "subject", "text", "html", "corrects", "address"),
        *("state", "attempts", "error", "not_before", "sent_at", "created_at"),
    )
    both = (subscriber.deliveries.all(), mails_of(subscriber))
    week = F("digest__week")
    return [row for mails in both for row in mails.order_by("pk").values(*columns, week=week)]


def _disputes(email: str) -> list[dict[str, Any]]:
    contacts = DisputeContact.objects.filter(email=email).order_by("pk")
    return [dict(row) for row in contacts.values("dispute", "created_at", "confirmed_at")]
