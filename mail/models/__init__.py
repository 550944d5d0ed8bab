"""The tables of prompts, subscribers, digests and deliveries."""

from mail.models.contacts import DisputeContact
from mail.models.deliveries import Delivery
from mail.models.digests import Digest, EditorsNote
from mail.models.editions import Edition, Picture
from mail.models.heartbeats import Heartbeat
from mail.models.prompts import Arming, Asking, Prompt
from mail.models.selections import Selection
from mail.models.subscribers import Stream, Subscriber, Unsubscription
from mail.models.webhooks import Webhook, WebhookAttempt, WebhookMessage

__all__ = [
    "Arming",
    "Asking",
    "Delivery",
    "Digest",
    "DisputeContact",
    "Edition",
    "EditorsNote",
    "Heartbeat",
    "Picture",
    "Prompt",
    "Selection",
    "Stream",
    "Subscriber",
    "Unsubscription",
    "Webhook",
    "WebhookAttempt",
    "WebhookMessage",
]
