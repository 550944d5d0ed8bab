"""Prompts: the checks at which a reviewer is asked to resolve a due question."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from forecasts.models import Question
from mail.models.deliveries import Delivery

CHECK_DAYS = (0, 3, 7, 14, 30)


class PromptQuerySet(models.QuerySet["Prompt"]):
    """Prompts by where they stand."""

    def waiting(self) -> "PromptQuerySet":
        """Neither mailed nor cancelled."""
        return self.filter(delivery=None, cancelled_at=None)

    def come_due(self, as_of: datetime) -> "PromptQuerySet":
        """Waiting, and their time has come."""
        return self.waiting().filter(due_at__lte=as_of)


class Prompt(models.Model):
    """One check of one question, `day` days after `counts_from`.

    The days count from the deadline or, where an answer was not possible or not enough then,
    from the moment it became so: the condition was met, the question reopened, a verdict given
    that needs another. When that moment moves, the checks that wait are cancelled and new ones
    armed.
    """

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="prompts")
    counts_from = models.DateTimeField()
    day = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="prompts"
    )
    delivery = models.ForeignKey(
        Delivery, null=True, on_delete=models.SET_NULL, related_name="prompts"
    )
    cancelled_at = models.DateTimeField(null=True)

    objects = PromptQuerySet.as_manager()

    class Meta:
        ordering = ("due_at", "pk")
        indexes = (models.Index(fields=("due_at", "id"), name="prompt_by_due_time"),)
        constraints = (
            models.UniqueConstraint(
                fields=("question", "counts_from", "day"), name="prompt_once_per_check"
            ),
            models.CheckConstraint(condition=Q(day__in=CHECK_DAYS), name="prompt_day"),
            models.CheckConstraint(
                condition=Q(delivery=None) | Q(reviewer__isnull=False), name="prompt_has_reader"
            ),
        )

    def __str__(self) -> str:
        return f"{self.question}, day {self.day}"
