"""Snoozes: until when nobody is asked about a question, and why."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from forecasts.models.fields import InstantField, ProseField
from forecasts.models.questions import Question


class SnoozeQuerySet(models.QuerySet["Snooze"]):
    """Snoozes by whether they last."""

    def in_force(self, as_of: datetime) -> "SnoozeQuerySet":
        """Neither over nor lifted."""
        return self.filter(lifted_at=None, until__gt=as_of)


class Snooze(models.Model):
    """A time in which a question is not asked about, with its reason.

    Lifted by hand, by another snooze, by a moved deadline, a verdict, a hand-on or a ruling.
    """

    class Kind(models.TextChoices):
        """How long."""

        WEEK = "week", "For a week"
        MONTH = "month", "For a month"
        DATE = "date", "Until a date"
        NOT_KNOWABLE = "not_knowable", "Not knowable yet"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="snoozes")
    kind = models.CharField(max_length=12, choices=Kind)
    until = InstantField()
    reason = ProseField(max_length=2000)
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    snoozed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = SnoozeQuerySet.as_manager()

    class Meta:
        ordering = ("snoozed_at", "pk")
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="snooze_reasoned"),
            models.CheckConstraint(condition=Q(until__gt=F("snoozed_at")), name="snooze_lasts"),
            models.CheckConstraint(
                condition=Q(kind__in=("week", "month", "date", "not_knowable")), name="snooze_kind"
            ),
        )

    def __str__(self) -> str:
        return f"{self.question} until {self.until:%Y-%m-%d}"
