"""Sending: a message is claimed, sent by the caller outside any transaction, reported on."""

import logging
import random
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from forecasts.bell import ring
from mail.models import Webhook, WebhookAttempt, WebhookMessage
from mail.models.webhooks import MAX_ERROR, MAX_EXCERPT
from mail.webhooks.notices import queue_disabled_notice
from mail.webhooks.registrations import stop_webhook
from mail.webhooks.signatures import signed_headers

logger = logging.getLogger(__name__)

State = WebhookMessage.State
# Longer than any request may take, with room for a slow database.
LEASE = timedelta(minutes=2)
# After the first try, the second, and so on; with the jitter, between 72 and 80 hours in all.
PAUSES = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 21)),
)
JITTER = 0.1
PATIENCE = timedelta(days=3)
# However long a server asks us to stay away.
LONGEST_REST = timedelta(days=1)
# Later messages wait for one until it was tried this often.
HOLDING = 3
GONE = 410
IS_GONE = "Its server answered that it is gone (410)."
IS_SILENT = "Nothing could be delivered for three days."
STOPPED = "whoever sent it stopped"
UNCLAIMED = {"claim": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one request."""

    milliseconds: int
    status: int | None = None
    error: str = ""
    """Why there was no status."""
    excerpt: str = ""
    rests_until: datetime | None = None
    """Before then its server wants to hear nothing (`Retry-After`)."""

    @property
    def is_success(self) -> bool:
        """Whether the server took the message."""
        return self.status is not None and 200 <= self.status < 300


def claim_message(
    *, as_of: datetime, except_webhooks: Collection[int] = ()
) -> WebhookMessage | None:
    """Take the next message of the webhook that has waited longest for its turn.

    Of one webhook, one message is under way at a time, in the order of the ledger.
    """
    ready = WebhookMessage.objects.ready(as_of).order_by().values("webhook")
    busy = WebhookMessage.objects.filter(state=State.SENDING).values("webhook")
    webhooks = Webhook.objects.enabled().filter(pk__in=ready).exclude(pk__in=busy)
    turns = webhooks.exclude(pk__in=except_webhooks)
    for webhook in turns.order_by(F("tried_at").asc(nulls_first=True), "pk"):
        pk = _next_of(webhook, as_of)
        if pk is not None and (message := _claim(pk, webhook, as_of)) is not None:
            return message
    return None


def headers_for(*, message: WebhookMessage, as_of: datetime) -> dict[str, str]:
    """The headers of a claimed message: signed with the secret, and the old one in its day."""
    webhook, keys = message.webhook, [message.webhook.secret]
    if webhook.old_secret and webhook.old_secret_until and webhook.old_secret_until > as_of:
        keys.append(webhook.old_secret)
    body = message.body.encode()
    signed = signed_headers(uid=message.uid, body=body, keys=keys, as_of=as_of)
    return {"Content-Type": "application/json", **signed}


@transaction.atomic
def record_reply(*, message: WebhookMessage, reply: Reply, as_of: datetime) -> bool:
    """Write down what became of a claimed message; says whether it was delivered.

    What is refused is tried again over three days, or longer where the server asks for rests.
    When nothing else was delivered meanwhile either, or the server says that it is gone, the
    webhook is disabled and its owner told.
    """
    _log(message, reply, as_of)
    webhook = Webhook.objects.filter(pk=message.webhook_id)
    if reply.is_success:
        is_mine = _report(message, state=State.DELIVERED, delivered_at=as_of)
        webhook.update(delivered_at=as_of, failing_since=None)
        return is_mine
    if not message.is_test:
        webhook.filter(failing_since=None).update(failing_since=as_of)
    is_over = _put_off(message, as_of, is_final=reply.status == GONE)
    if reply.rests_until is not None:
        _let_rest(message.webhook_id, min(reply.rests_until, as_of + LONGEST_REST))
    if reply.status == GONE:
        _give_up(message, IS_GONE, as_of)
    elif is_over and webhook.filter(failing_since__lte=as_of - PATIENCE).exists():
        _give_up(message, IS_SILENT, as_of)
    return False


def release_abandoned_messages(*, as_of: datetime) -> None:
    """Decide about messages that somebody claimed and never reported on: they were tried."""
    for message in WebhookMessage.objects.abandoned(as_of):
        with transaction.atomic():
            _put_off(message, as_of)
            _log(message, Reply(0, error=STOPPED), as_of)


def _next_of(webhook: Webhook, as_of: datetime) -> int | None:
    """The first message whose time has come, and no earlier one holds it up."""
    waiting = webhook.messages.filter(state=State.PENDING)
    holding = waiting.filter(number__isnull=False, n_attempts__lt=HOLDING).order_by("number")
    first = holding.values_list("number", flat=True).first()
    ready = waiting.filter(not_before__lte=as_of)
    if first is not None:
        ready = ready.exclude(number__gt=first)
    return (
        ready.order_by(F("number").asc(nulls_first=True), "pk").values_list("pk", flat=True).first()
    )


def _claim(pk: int, webhook: Webhook, as_of: datetime) -> WebhookMessage | None:
    claim = uuid.uuid4()
    try:
        with transaction.atomic():
            ready = WebhookMessage.objects.filter(pk=pk, state=State.PENDING, not_before__lte=as_of)
            taken = ready.update(
                state=State.SENDING,
                claim=claim,
                lease_until=as_of + LEASE,
                n_attempts=F("n_attempts") + 1,
            )
            if taken:
                Webhook.objects.filter(pk=webhook.pk).update(tried_at=as_of)
    except IntegrityError:  # another message of the webhook is under way since a moment ago
        return None
    if not taken:
        return None
    return WebhookMessage.objects.select_related("webhook").get(pk=pk, claim=claim)


def _put_off(message: WebhookMessage, as_of: datetime, *, is_final: bool = False) -> bool:
    """Try it again later, or no more; says whether it was given up."""
    is_over = is_final or message.is_test or message.n_attempts > len(PAUSES)
    if is_over:
        return _report(message, state=State.FAILED)
    pause = PAUSES[message.n_attempts - 1] * (1 + JITTER * random.random())  # noqa: S311 — no secret
    _report(message, state=State.PENDING, not_before=as_of + pause)
    return False


def _let_rest(webhook_id: int, until: datetime) -> None:
    """Send nothing of what waits for the webhook before then."""
    waiting = WebhookMessage.objects.filter(webhook=webhook_id, state=State.PENDING)
    waiting.filter(not_before__lt=until).update(not_before=until)


def _report(message: WebhookMessage, *, state: str, **facts: object) -> bool:
    """Write down where a claimed message stands; says whether the claim still held."""
    mine = WebhookMessage.objects.filter(pk=message.pk, claim=message.claim, state=State.SENDING)
    is_mine = mine.update(state=state, **UNCLAIMED, **facts)
    logger.info("message %s: %s", message.pk, state if is_mine else "claimed by somebody else")
    return bool(is_mine)


def _log(message: WebhookMessage, reply: Reply, as_of: datetime) -> None:
    WebhookAttempt.objects.create(
        message=message,
        made_at=as_of,
        milliseconds=reply.milliseconds,
        status=reply.status,
        error=reply.error[:MAX_ERROR],
        excerpt=reply.excerpt[:MAX_EXCERPT],
    )


def _give_up(message: WebhookMessage, reason: str, as_of: datetime) -> None:
    if stop_webhook(webhook=message.webhook, reason=reason, as_of=as_of):
        queue_disabled_notice(webhook=message.webhook, reason=reason, as_of=as_of)
        ring()
