"""Digests: the weekly issues, each frozen when it is made."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Digest(models.Model):
    """One issue. The unique week is its slot: whoever inserts it makes it, once."""

    week = models.CharField(max_length=8, unique=True, help_text="ISO week, such as 2026-W47.")
    starts_at = models.DateTimeField(help_text="What was recorded before this is not in it.")
    as_of = models.DateTimeField(help_text="The freeze: Sunday 10:00 UTC.")
    made_at = models.DateTimeField()
    content = models.JSONField()
    queued_at = models.DateTimeField(null=True)
    """When the last of its deliveries was put in the outbox."""
    held_at = models.DateTimeField(null=True)
    """Since when no delivery of it is sent, on an editor's word."""
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("-as_of",)
        constraints = (
            models.CheckConstraint(
                condition=Q(week__regex=r"^[0-9]{4}-W[0-9]{2}$"), name="digest_week"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("as_of"), as_of__lte=F("made_at")), name="digest_order"
            ),
            models.CheckConstraint(
                condition=Q(held_at=None, held_by=None)
                | Q(held_at__isnull=False, held_by__isnull=False),
                name="digest_held_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.week


class EditorsNote(models.Model):
    """What the editors say on top of a week's issue, as long as it has not been made."""

    week = models.CharField(max_length=8, unique=True, help_text="ISO week, such as 2026-W47.")
    text = models.TextField(max_length=2000)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        ordering = ("-week",)
        constraints = (
            models.CheckConstraint(
                condition=Q(week__regex=r"^[0-9]{4}-W[0-9]{2}$"), name="editors_note_week"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="editors_note_not_empty"),
        )

    def __str__(self) -> str:
        return f"Note on {self.week}"
