"""Usages: how often somebody did what has a limit, without saying who."""

from django.db import models


class Usage(models.Model):
    """How often one subject did one thing in one period.

    `key` is a keyed hash of all three, so that no subject stands here, and none can be followed
    from one period to the next. The row is deleted soon after its period.
    """

    key = models.CharField(max_length=64, unique=True)
    n = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("ends_at",), name="usage_by_end"),)

    def __str__(self) -> str:
        return f"{self.n} until {self.ends_at:%Y-%m-%d %H:%M}"
