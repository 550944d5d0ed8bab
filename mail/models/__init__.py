"""The tables of prompts, subscribers, digests and deliveries."""

from mail.models.contacts import DisputeContact
from mail.models.deliveries import Delivery
from mail.models.digests import Digest
from mail.models.heartbeats import Heartbeat
from mail.models.prompts import Arming, Asking, Prompt
from mail.models.subscribers import Subscriber
from mail.models.webhooks import Webhook, WebhookAttempt, WebhookMessage

__all__ = [
    "Arming",
    "Asking",
    "Delivery",
    "Digest",
    "DisputeContact",
    "Heartbeat",
    "Prompt",
    "Subscriber",
    "Webhook",
    "WebhookAttempt",
    "WebhookMessage",
]
