"""Digests: the weekly issues, each frozen when it is made."""

from django.db import models
from django.db.models import F, Q


class Digest(models.Model):
    """One issue. The unique week is its slot: whoever inserts it makes it, once."""

    week = models.CharField(max_length=8, unique=True, help_text="ISO week, such as 2026-W47.")
    starts_at = models.DateTimeField(help_text="What was recorded before this is not in it.")
    as_of = models.DateTimeField(help_text="The freeze: Sunday 10:00 UTC.")
    made_at = models.DateTimeField()
    content = models.JSONField()

    class Meta:
        ordering = ("-as_of",)
        constraints = (
            models.CheckConstraint(
                condition=Q(week__regex=r"^[0-9]{4}-W[0-9]{2}$"), name="digest_week"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("as_of"), as_of__lte=F("made_at")), name="digest_order"
            ),
        )

    def __str__(self) -> str:
        return self.week
