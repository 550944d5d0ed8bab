"""Exports: files of everything public, made once a day."""

from django.db import models
from django.db.models import Q


class Export(models.Model):
    """One file of one day's export; it never changes."""

    day = models.DateField(
        help_text="In UTC; it holds what was public on this day when it was made."
    )
    name = models.CharField(max_length=80, help_text="Such as forecasts.csv.")
    file = models.FileField(max_length=200)
    media_type = models.CharField(max_length=100)
    n_rows = models.PositiveBigIntegerField(null=True)
    size = models.PositiveBigIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-day", "name")
        constraints = (
            models.UniqueConstraint(fields=("day", "name"), name="export_once_a_day"),
            models.CheckConstraint(condition=~Q(sha256=""), name="export_has_checksum"),
        )

    def __str__(self) -> str:
        return f"{self.name} of {self.day}"
