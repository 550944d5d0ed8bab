"""Keys to the API: who may write through it, what, and how much."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

MAX_IDEMPOTENCY_KEY = 255


class Scope(models.TextChoices):
    """What a key may do beyond reading."""

    SOURCES = "sources:write", "Record sources"
    QUESTIONS = "questions:write", "Record questions"
    FORECASTS = "forecasts:write", "Record forecasts"
    EVIDENCE = "evidence:write", "Propose evidence"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Keys by whether they work."""

    def working(self, as_of: datetime) -> "ApiKeyQuerySet":
        """Neither revoked nor run out, and their user may log in."""
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=as_of), revoked_at=None, user__is_active=True
        )


class ApiKey(models.Model):
    """A key with which a program acts for a user. Only its hash is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_keys"
    )
    name = models.CharField(max_length=100, help_text="What uses it, for whoever reads the list.")
    prefix = models.CharField(max_length=16, help_text="How the key begins, to tell it by.")
    key_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    per_minute = models.PositiveIntegerField(default=600, help_text="Requests a minute.")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = "API key"
        constraints = (
            models.CheckConstraint(condition=Q(per_minute__gte=1), name="api_key_some_requests"),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(revoked_at__gte=F("made_at")),
                name="api_key_revoked_later",
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("made_at")),
                name="api_key_expires_later",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class KeptAnswer(models.Model):
    """What a write with an Idempotency-Key was answered, to answer it again for a day."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="kept_answers")
    idempotency_key = models.CharField(max_length=MAX_IDEMPOTENCY_KEY)
    fingerprint = models.CharField(
        max_length=64, help_text="SHA-256 of method, path, query and body."
    )
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-made_at", "-pk")
        indexes = (models.Index(fields=("made_at",), name="kept_answer_by_time"),)
        constraints = (
            models.UniqueConstraint(
                fields=("api_key", "idempotency_key"), name="kept_answer_once_per_key"
            ),
        )

    def __str__(self) -> str:
        return f"{self.status} for {self.idempotency_key}"
