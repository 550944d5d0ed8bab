"""Webhooks: who is told by HTTP what entered the ledger, and what became of telling them."""

from datetime import datetime

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q

from forecasts.models.fields import LineField

MAX_URL = 2000
MAX_ERROR = 300
MAX_EXCERPT = 500


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks by whether they are told."""

    def enabled(self) -> "WebhookQuerySet":
        """Those that nobody and nothing turned off."""
        return self.filter(disabled_at=None)


class Webhook(models.Model):
    """An address that is told of every new ledger entry of its kinds."""

    name = LineField(max_length=100, help_text="What listens there, for whoever reads the list.")
    url = LineField(
        "address",
        max_length=MAX_URL,
        validators=[URLValidator(schemes=("http", "https"))],
        help_text="Public, and best with https://.",
    )
    kinds = models.JSONField(
        "events", default=list, blank=True, help_text="Choose none to be told of all."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="webhooks"
    )
    secret = models.CharField(max_length=100, help_text="Signs every message; shown once.")
    old_secret = models.CharField(max_length=100, blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    """Until then messages are signed with both."""
    position = models.PositiveBigIntegerField(help_text="Number of the last ledger entry seen.")
    made_at = models.DateTimeField()
    tried_at = models.DateTimeField("last try", null=True, blank=True)
    """The one that was tried longest ago comes next."""
    delivered_at = models.DateTimeField("last success", null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    """When the first try failed after the last success."""
    disabled_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was disabled.")

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(old_secret="") | Q(old_secret_until__isnull=False),
                name="webhook_old_secret_ends",
            ),
            models.CheckConstraint(
                condition=Q(disabled_at=None) | ~Q(reason=""), name="webhook_disabled_why"
            ),
        )

    def __str__(self) -> str:
        return self.name


class WebhookMessageQuerySet(models.QuerySet["WebhookMessage"]):
    """Messages by what is to be done with them."""

    def ready(self, as_of: datetime) -> "WebhookMessageQuerySet":
        """Waiting to be sent, and their time has come."""
        return self.filter(
            state=WebhookMessage.State.PENDING, not_before__lte=as_of, webhook__disabled_at=None
        )

    def abandoned(self, as_of: datetime) -> "WebhookMessageQuerySet":
        """Claimed by a sender that never reported back within its lease."""
        return self.filter(state=WebhookMessage.State.SENDING, lease_until__lt=as_of)


class WebhookMessage(models.Model):
    """One event for one webhook, frozen. Its id stays the same however often it is sent."""

    class State(models.TextChoices):
        """Where the message is on its way."""

        PENDING = "pending"
        SENDING = "sending"
        DELIVERED = "delivered"
        FAILED = "failed"

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="messages")
    uid = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=40)
    number = models.PositiveBigIntegerField(
        "ledger entry", null=True, help_text="That it tells of; none for a test."
    )
    body = models.TextField()
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    n_attempts = models.PositiveSmallIntegerField("tries", default=0)
    not_before = models.DateTimeField()
    claim = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    objects = WebhookMessageQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=("state", "not_before", "id"), name="webhook_by_state"),
            models.Index(
                fields=("webhook", "number"), condition=Q(state="pending"), name="webhook_pending"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("webhook", "number"), name="webhook_told_once"),
            # In order, and politely: nobody sends to a webhook while somebody else does.
            models.UniqueConstraint(
                fields=("webhook",), condition=Q(state="sending"), name="webhook_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("pending", "sending", "delivered", "failed")),
                name="webhook_message_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(claim__isnull=False, lease_until__isnull=False),
                name="webhook_message_claimed",
            ),
            models.CheckConstraint(
                condition=~Q(state="delivered") | Q(delivered_at__isnull=False),
                name="webhook_message_delivered_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.number or ''}".strip()

    @property
    def is_test(self) -> bool:
        """Whether somebody pressed a button, and nothing happened in the ledger."""
        return self.number is None


class WebhookAttempt(models.Model):
    """One try at sending a message, and the answer."""

    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="attempts")
    made_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=MAX_ERROR, blank=True)
    excerpt = models.CharField(
        max_length=MAX_EXCERPT, blank=True, help_text="How the answer began."
    )

    class Meta:
        ordering = ("made_at", "pk")

    def __str__(self) -> str:
        return f"{self.status or self.error} at {self.made_at:%Y-%m-%d %H:%M}"
