"""Telling webhooks what entered the ledger: in order, in turns, and within the time of one tick."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from mail.models import WebhookMessage
from mail.webhooks.messages import forget_messages, forget_secrets, queue_messages
from mail.webhooks.sendings import (
    Reply,
    claim_message,
    headers_for,
    record_reply,
    release_abandoned_messages,
)
from worker.fetching.pauses import wanted_moment
from worker.fetching.posts import Post
from worker.fetching.reaches import PUBLIC, Reach
from worker.fetching.refusals import FetchError

logger = logging.getLogger(__name__)

# No request begins after this; the last may take its 15 seconds, and the tick comes after 30.
LONGEST_START = 10.0
# Whose server takes longer gets no other message in this run, for others wait meanwhile.
SLOW = 2000
OUR_FAULT = "Hindcast could not send it"

Clock = Callable[[], datetime]


def tell_webhooks(*, clock: Clock, reach: Reach = PUBLIC) -> int:
    """Send messages whose time has come, webhooks in turns; returns how many were delivered."""
    started = time.monotonic()
    release_abandoned_messages(as_of=clock())
    forget_messages(as_of=clock())
    forget_secrets(as_of=clock())
    while _is_time_left(started) and queue_messages(as_of=clock()):
        pass
    n_delivered, resting = 0, set[int]()
    while _is_time_left(started):
        message = claim_message(as_of=clock(), except_webhooks=resting)
        if message is None:
            break
        reply = _sent(message, clock(), reach)
        is_delivered = record_reply(message=message, reply=reply, as_of=clock())
        n_delivered += is_delivered
        if not is_delivered or reply.milliseconds > SLOW:
            resting.add(message.webhook_id)
    return n_delivered


def user_agent() -> str:
    """Who sends, and where to complain."""
    return f"Hindcast/1 (webhooks; +{settings.SITE_URL})"


def _is_time_left(started: float) -> bool:
    return time.monotonic() - started < LONGEST_START


def _sent(message: WebhookMessage, as_of: datetime, reach: Reach) -> Reply:
    """Send a claimed message, and say what became of it. Never raises."""
    post = Post(message.webhook.url, reach=reach)
    started, error = time.monotonic(), ""
    try:
        headers = headers_for(message=message, as_of=as_of)
        post.send(message.body.encode(), headers, user_agent=user_agent())
    except FetchError as refusal:
        error = str(refusal)
    except Exception:
        # A server that nobody thought of must not stop the others.
        logger.exception("message %s", message.pk)
        error = OUR_FAULT
    milliseconds = round(1000 * (time.monotonic() - started))
    rests_until = wanted_moment(post.retry_after, as_of)
    return Reply(milliseconds, post.status, error, post.beginning, rests_until)
