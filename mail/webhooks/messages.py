"""Messages: made of what entered the ledger, made by hand, sent again, forgotten."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from forecasts.models import LedgerEntry, User
from forecasts.selectors.ledgers import ledger_head
from forecasts.services.saving import atomic_or_busy
from mail.models import Webhook, WebhookMessage
from mail.webhooks.events import Event, event_of, trial_event
from mail.webhooks.exceptions import (
    NothingToSendAgainError,
    TrialWaitsError,
    WebhookDisabledError,
)
from mail.webhooks.registrations import require_keeper

State = WebhookMessage.State
AT_ONCE = 500
# More than these wait for a webhook in the ledger itself, not as rows.
MOST_WAITING = 1000
KEPT = timedelta(days=30)
OVER = (State.DELIVERED, State.FAILED)


def queue_messages(*, as_of: datetime) -> int:
    """Make messages of new entries of the ledger; returns how many entries were looked at.

    Safe at once: a webhook's position moves in the transaction of its messages, and only from
    where it was read.
    """
    behind = Webhook.objects.enabled().filter(position__lt=ledger_head().number)
    return sum(_queue_for(webhook, as_of) for webhook in behind)


@atomic_or_busy()
def send_test_message(*, webhook: Webhook, by: User, as_of: datetime) -> WebhookMessage:
    """Let a message go out that is tried once and tells of nothing.

    Raises KeeperMissingError, WebhookDisabledError, TrialWaitsError.
    """
    require_keeper(by)
    row = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
    if row.disabled_at is not None:
        raise WebhookDisabledError
    if row.messages.filter(number=None).exclude(state__in=OVER).exists():
        raise TrialWaitsError
    message = _message(row, trial_event(as_of), None, as_of)
    message.save()
    return message


@atomic_or_busy()
def redeliver_messages(*, messages: QuerySet[WebhookMessage], by: User, as_of: datetime) -> int:
    """Send delivered or failed messages once more, with their ids; returns how many.

    Raises KeeperMissingError, NothingToSendAgainError.
    """
    require_keeper(by)
    over = WebhookMessage.objects.filter(pk__in=messages.values("pk"), state__in=OVER)
    enabled = over.filter(webhook__in=Webhook.objects.enabled())
    afresh = {"n_attempts": 0, "not_before": as_of, "delivered_at": None}
    n_messages = enabled.update(state=State.PENDING, **afresh)
    if not n_messages:
        raise NothingToSendAgainError
    return n_messages


def forget_messages(*, as_of: datetime, limit: int = AT_ONCE) -> int:
    """Delete what was settled 30 days ago, with its tries; returns how many messages."""
    old = WebhookMessage.objects.filter(state__in=OVER, made_at__lte=as_of - KEPT)
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:limit])
    if ids:
        # As they are now: one of them may have been sent again a moment ago.
        WebhookMessage.objects.filter(pk__in=ids, state__in=OVER).delete()
    return len(ids)


def forget_secrets(*, as_of: datetime) -> int:
    """Erase old secrets that sign no more; returns how many."""
    over = Webhook.objects.filter(old_secret_until__lte=as_of)
    return over.update(old_secret="", old_secret_until=None)


@transaction.atomic
def _queue_for(webhook: Webhook, as_of: datetime) -> int:
    if webhook.messages.filter(state=State.PENDING).count() >= MOST_WAITING:
        return 0
    following = LedgerEntry.objects.filter(number__gt=webhook.position).order_by("number")
    entries = list(following[:AT_ONCE])
    mine = Webhook.objects.enabled().filter(pk=webhook.pk, position=webhook.position)
    if not entries or not mine.update(position=entries[-1].number):
        return 0
    WebhookMessage.objects.bulk_create(_messages(webhook, entries, as_of), ignore_conflicts=True)
    return len(entries)


def _messages(
    webhook: Webhook, entries: Iterable[LedgerEntry], as_of: datetime
) -> list[WebhookMessage]:
    events = ((entry.number, event_of(entry)) for entry in entries)
    return [
        _message(webhook, event, number, as_of)
        for number, event in events
        if not webhook.kinds or event.type in webhook.kinds
    ]


def _message(webhook: Webhook, event: Event, number: int | None, as_of: datetime) -> WebhookMessage:
    return WebhookMessage(
        webhook=webhook,
        uid=f"msg_{secrets.token_hex(16)}",
        kind=event.type,
        number=number,
        body=event.body,
        not_before=as_of,
        made_at=as_of,
    )
