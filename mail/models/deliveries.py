"""Deliveries: the outbox, one row per mail and recipient."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from mail.models.digests import Digest
from mail.models.editions import Edition
from mail.models.subscribers import Stream, Subscriber

# Mails to an address that is neither a user's nor a subscriber's.
ONE_OFF = ("code", "notice")


def _is_wanted_by_reader() -> Q:
    readers = Subscriber.objects.active()
    corrections = Q(edition__stream=Stream.CORRECTIONS)
    news = Q(edition=None) | Q(edition__stream=Stream.DIGEST)
    return (corrections & Q(subscriber__in=readers.filter(wants_corrections=True))) | (
        news & Q(subscriber__in=readers.filter(wants_digest=True))
    )


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries by what is to be done with them."""

    def due(self, as_of: datetime) -> "DeliveryQuerySet":
        """Waiting to be sent, their time has come, and no editor holds them."""
        held = Digest.objects.filter(held_at__isnull=False)
        waiting = self.filter(state=Delivery.State.PENDING, not_before__lte=as_of)
        return waiting.exclude(digest__in=held.values("pk"))

    def ready(self, as_of: datetime) -> "DeliveryQuerySet":
        """Due, and no sender has set them aside for itself."""
        return self.due(as_of).filter(Q(lease_until=None) | Q(lease_until__lte=as_of))

    def wanted(self, as_of: datetime) -> "DeliveryQuerySet":
        """Worth sending still: their reader is there and wants them, and they are not too late."""
        kinds = Delivery.Kind
        return self.filter(
            Q(kind__in=ONE_OFF)
            | Q(kind=kinds.PROMPT, user__is_active=True)
            | Q(kind=kinds.SUMMARY, user__is_active=True, user__wants_summary=True)
            | Q(kind=kinds.DIGEST) & _is_wanted_by_reader(),
            Q(not_after=None) | Q(not_after__gt=as_of),
        )

    def one_off(self) -> "DeliveryQuerySet":
        """To an address that is neither a user's nor a subscriber's."""
        return self.filter(kind__in=ONE_OFF)

    def unwanted(self) -> "DeliveryQuerySet":
        """Digests whose reader has left since they were made, altogether or that stream."""
        digests = self.filter(kind=Delivery.Kind.DIGEST)
        return digests.exclude(pk__in=digests.filter(_is_wanted_by_reader()).values("pk"))

    def abandoned(self, as_of: datetime) -> "DeliveryQuerySet":
        """Claimed by a sender that never reported back within its lease."""
        return self.filter(state=Delivery.State.SENDING, lease_until__lt=as_of)


class Delivery(models.Model):
    """A frozen mail to one recipient. Its key is unique: the same mail is never made twice."""

    class Kind(models.TextChoices):
        """What the mail is, which decides what happens when its fate is unknown."""

        PROMPT = "prompt"
        DIGEST = "digest"
        SUMMARY = "summary", "Weekly summary for leads"
        CODE = "code", "Code that confirms an address"
        NOTICE = "notice", "Notice to an address that is no subscriber's"

    class State(models.TextChoices):
        """Where the mail is on its way."""

        PENDING = "pending"
        SENDING = "sending"
        SENT = "sent"
        UNCERTAIN = "uncertain"
        FAILED = "failed"
        SUPPRESSED = "suppressed"

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="deliveries",
    )
    subscriber = models.ForeignKey(
        Subscriber, null=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    digest = models.ForeignKey(
        Digest, null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    edition = models.ForeignKey(
        Edition, null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    """What a digest says; subject and bodies of the row itself are not used then."""
    address = models.EmailField(max_length=254, blank=True)
    """Of a one-off mail only, to somebody of whom nothing is kept: erased once it is sent."""
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    corrects = models.JSONField(
        default=list, help_text="Errors of earlier issues that it puts right: ruling:7, forecast:9."
    )
    not_before = models.DateTimeField()
    not_after = models.DateTimeField(null=True)
    """From when on it is worth nothing any more, as a code that has run out."""
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(fields=("state", "not_before", "id"), name="delivery_by_state"),
            models.Index(fields=("digest", "state"), name="delivery_by_issue"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=("prompt", "summary"), user__isnull=False)
                & Q(subscriber=None, digest=None, address="")
                | Q(kind="digest", user=None, subscriber__isnull=False, digest__isnull=False)
                & Q(address="")
                | Q(kind__in=("code", "notice"), user=None, subscriber=None, digest=None)
                & (~Q(address="") | Q(state__in=("sent", "failed", "suppressed"))),
                name="delivery_one_recipient",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=("pending", "sending", "sent", "uncertain", "failed", "suppressed")
                ),
                name="delivery_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(claim__isnull=False, lease_until__isnull=False),
                name="delivery_claimed",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="delivery_sent_when"
            ),
        )

    def __str__(self) -> str:
        return self.key
