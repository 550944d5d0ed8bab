"""Heartbeats: when each scheduled job last ran."""

from django.db import models


class Heartbeat(models.Model):
    """The last sign of life of one job."""

    job = models.CharField(max_length=40, unique=True)
    beaten_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.job} at {self.beaten_at:%Y-%m-%d %H:%M:%S}"
