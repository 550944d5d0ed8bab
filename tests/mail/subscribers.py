"""Subscribers as they come: by the form, and confirmed."""

import re
from datetime import datetime
from typing import Any
from uuid import uuid4

from mail.models import Delivery, Digest, Edition, Subscriber
from mail.subscriptions import Choices, confirm, subscribe
from mail.subscriptions.consents import CONSENT
from tests.factories import AFTER, START

ADA = "ada@ada.org"


def ask(email: str = ADA, *, as_of: datetime = AFTER, **chosen: Any) -> None:
    """Send the form, from a network of its own."""
    network = chosen.pop("network", str(uuid4()))
    subscribe(email=email, choices=Choices(**chosen), consent=CONSENT, network=network, as_of=as_of)


def mail_to(email: str = ADA) -> Delivery:
    """The last mail about subscribing, as long as it waits."""
    return Delivery.objects.one_off().filter(address=email).latest("pk")


def code_of(email: str = ADA) -> str:
    """The six digits in it."""
    return str(re.findall(r"Code: (\d{6})", mail_to(email).text)[0])


def link_in(text: str, kind: str) -> str:
    """The path of the link of this kind in a mail's text."""
    return str(re.findall(rf"https://hindcast\.test(/{kind}/\S+)", text)[0])


def make_subscriber(email: str = ADA, *, as_of: datetime = AFTER, **chosen: Any) -> Subscriber:
    """Somebody who has asked and confirmed; no mail of that is left."""
    ask(email, as_of=as_of, **chosen)
    row = Subscriber.objects.get(email=email)
    assert confirm(subscriber=row, as_of=as_of)
    Delivery.objects.one_off().delete()
    row.refresh_from_db()
    return row


def make_issue(week: str = "2026-W05", as_of: datetime = AFTER) -> Digest:
    """An issue."""
    return Digest.objects.create(week=week, starts_at=START, as_of=as_of, made_at=as_of, content={})


def make_delivery(
    reader: Subscriber, digest: Digest | None = None, *, stream: str = "", **fields: Any
) -> Delivery:
    """A mail of an issue that waits; of an edition of its own where a stream is named."""
    issue = digest or Digest.objects.first() or make_issue()
    if stream:
        fields["edition"], _ = Edition.objects.get_or_create(
            digest=issue, key=stream, defaults={"stream": stream, "locale": "iso"}
        )
    number = Delivery.objects.count() + 1
    return Delivery.objects.create(
        **{
            "key": f"digest:{issue.week}:subscriber:{reader.pk}:{number}",
            "kind": "digest",
            "subscriber": reader,
            "digest": issue,
            "subject": "The week",
            "text": "The week",
            "html": "<p>The week",
            "not_before": AFTER,
            "created_at": AFTER,
            **fields,
        }
    )


def states(reader: Subscriber) -> list[str]:
    """Of their mails, in the order they were made."""
    return list(reader.deliveries.order_by("pk").values_list("state", flat=True))
