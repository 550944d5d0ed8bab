"""Mails to one address, once: made here, kept nowhere but in the outbox, erased when sent."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mail.models import Delivery
from mail.rendering import render_mail


def queue_one_off(
    *,
    key: str,
    kind: str,
    template: str,
    address: str,
    context: dict[str, Any],
    as_of: datetime,
    not_after: datetime | None = None,
) -> None:
    """Put a mail in the outbox, unless one with its key is there."""
    mail = render_mail(template, context)
    Delivery.objects.bulk_create(
        [
            Delivery(
                key=key,
                kind=kind,
                address=address,
                subject=mail.subject,
                text=mail.text,
                html=mail.html,
                headers={"Auto-Submitted": "auto-generated"},
                not_before=as_of,
                not_after=not_after,
                created_at=as_of,
            )
        ],
        ignore_conflicts=True,
    )


def suppress_waiting(mails: QuerySet[Delivery], why: str) -> None:
    """Do not send those that wait or may have gone, and forget whose they are."""
    waiting = mails.filter(state__in=(Delivery.State.PENDING, Delivery.State.UNCERTAIN))
    waiting.filter(kind=Delivery.Kind.CODE).update(text="", html="")
    waiting.update(state=Delivery.State.SUPPRESSED, address="", error=why)
