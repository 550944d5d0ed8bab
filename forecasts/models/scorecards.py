"""Scorecards: each expert's scores as last computed, and whether they still hold."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

from forecasts.models.experts import Expert


class ScorecardQuerySet(models.QuerySet["Scorecard"]):
    """Scorecards by whether they still hold."""

    def stale(self, as_of: datetime) -> "ScorecardQuerySet":
        """Touched since they were computed, or overtaken by a deadline."""
        return self.filter(~Q(touches=F("computed_touches")) | Q(recheck_at__lte=as_of))


class Scorecard(models.Model):
    """Derived from the base rows and recomputed whole, never adjusted.

    `touches` counts the changes that concern the expert; the scores hold while
    `computed_touches` has caught up and `recheck_at`, the next deadline that lets a ruling
    count, lies ahead.
    """

    expert = models.OneToOneField(Expert, on_delete=models.CASCADE, related_name="scorecard")
    touches = models.PositiveBigIntegerField(default=0)
    computed_touches = models.PositiveBigIntegerField(null=True)
    computed_at = models.DateTimeField(null=True)
    recheck_at = models.DateTimeField(null=True)
    scores: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("recheck_at",), name="scorecard_by_recheck"),)

    def __str__(self) -> str:
        return f"Scores of {self.expert}"

    def is_stale(self, as_of: datetime) -> bool:
        """Whether something has changed since the scores were computed."""
        return self.touches != self.computed_touches or (
            self.recheck_at is not None and self.recheck_at <= as_of
        )
