"""Webhooks for tests."""

from datetime import datetime, timedelta

from forecasts.models import Role, User
from mail.models import Webhook, WebhookMessage
from mail.webhooks.messages import queue_messages
from mail.webhooks.registrations import make_webhook
from mail.webhooks.sendings import Reply, claim_message, record_reply
from tests.factories import AFTER, make_user

TAKEN = Reply(12, 200, excerpt="thank you")
FAILED = Reply(34, 500, excerpt="oh no")
SECOND = timedelta(seconds=1)


def hook_at(url: str, *kinds: str, by: User | None = None, as_of: datetime = AFTER) -> Webhook:
    """A webhook, also where no service would let one be: on this very machine."""
    webhook = Webhook(name="A site", url="https://hooks.dev/in", kinds=list(kinds))
    make_webhook(webhook=webhook, by=by or make_user(Role.LEAD), as_of=as_of)
    webhook.url = url
    webhook.save(update_fields=("url",))
    return webhook


def tell_of_everything(as_of: datetime = AFTER) -> None:
    """Make the messages that are due."""
    while queue_messages(as_of=as_of):
        pass


def take_next(as_of: datetime, reply: Reply = TAKEN) -> WebhookMessage | None:
    """Claim a message and let its server answer so."""
    message = claim_message(as_of=as_of)
    if message is not None:
        record_reply(message=message, reply=reply, as_of=as_of)
    return message
