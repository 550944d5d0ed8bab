"""What a provider reports of mails that it sent for us; django-anymail reads its format."""

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from anymail.urls import urlpatterns
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, path
from django.utils import timezone

from mail.bounces import record_complaint, record_hard_bounce, record_soft_bounce
from mail.models import Subscriber

# Others, such as a time-out or a block for spam, may have passed by the next issue.
FOR_GOOD = (RejectReason.INVALID, RejectReason.BOUNCED)


def provider_urls() -> list[URLPattern]:
    """Where the provider reports to: its tracking address alone. None without a provider."""
    if not settings.MAIL_PROVIDER:
        return []
    names = (f"{settings.MAIL_PROVIDER}_tracking_webhook", f"{settings.MAIL_PROVIDER}_webhook")
    found = [one for one in urlpatterns if isinstance(one, URLPattern) and one.name in names]
    if not found:
        msg = f"MAIL_PROVIDER: django-anymail knows no {settings.MAIL_PROVIDER}."
        raise ImproperlyConfigured(msg)
    if ":" not in settings.MAIL_EVENTS_SECRET:
        msg = "MAIL_EVENTS_SECRET: write user:password, for anybody could report otherwise."
        raise ImproperlyConfigured(msg)
    return [path("mail-events/", one.callback, name="mail-events") for one in found[:1]]


def connect() -> None:
    """Learn from what is reported."""
    tracking.connect(learn, dispatch_uid="web.mail_events")


def learn(sender: object, event: AnymailTrackingEvent, **_: Any) -> None:
    """Write down what an event says of a subscriber. Reported twice, it says nothing more."""
    address = (event.recipient or "").strip().lower()
    reader = Subscriber.objects.filter(email=address).values_list("pk", flat=True).first()
    if reader is None:
        return
    as_of = timezone.now()
    reason = f"{event.event_type}: {event.reject_reason or ''}".rstrip(": ")
    if event.event_type in (EventType.COMPLAINED, EventType.UNSUBSCRIBED):
        record_complaint(subscriber=reader, as_of=as_of)
    elif event.event_type == EventType.BOUNCED and event.reject_reason in FOR_GOOD:
        record_hard_bounce(subscriber=reader, reason=reason, as_of=as_of)
    elif event.event_type in (EventType.BOUNCED, EventType.REJECTED, EventType.FAILED):
        record_soft_bounce(subscriber=reader, reason=reason, as_of=as_of)
