"""Scorecards: each expert's scores as last computed, and whether they still hold."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

from forecasts.models.experts import Expert
from forecasts.scoring.versions import STATISTICS_VERSION


class ScorecardQuerySet(models.QuerySet["Scorecard"]):
    """Scorecards by whether they still hold."""

    def stale(self, as_of: datetime) -> "ScorecardQuerySet":
        """Touched since they were computed, overtaken by a deadline, or of other formulas."""
        is_touched = ~Q(touches=F("computed_touches"))
        is_of_old = ~Q(statistics_version=STATISTICS_VERSION)
        return self.filter(is_touched | is_of_old | Q(recheck_at__lte=as_of))

    def touched_by(self, as_of: datetime) -> "ScorecardQuerySet":
        """Whose latest change was recorded by `as_of`, wherever that clock stands."""
        return self.filter(Q(touched_at=None) | Q(touched_at__lte=as_of))

    def undrawn(self) -> "ScorecardQuerySet":
        """Computed, but for what takes a thousand draws."""
        # `drawn=None` would ask for the JSON value null, which is never stored.
        return self.filter(statistics_version=STATISTICS_VERSION, drawn__isnull=True)


class Scorecard(models.Model):
    """Derived from the base rows and recomputed whole, never adjusted.

    `touches` counts the changes that concern the expert; the scores hold while
    `computed_touches` has caught up and `recheck_at`, the next deadline that lets a ruling
    count, lies ahead.
    """

    expert = models.OneToOneField(Expert, on_delete=models.CASCADE, related_name="scorecard")
    touches = models.PositiveBigIntegerField(default=0)
    touched_at = models.DateTimeField(null=True)
    computed_touches = models.PositiveBigIntegerField(null=True)
    computed_at = models.DateTimeField(null=True)
    statistics_version = models.PositiveSmallIntegerField(default=0)
    recheck_at = models.DateTimeField(null=True)
    scores: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    drawn: "models.JSONField[dict[str, Any] | None, dict[str, Any] | None]" = models.JSONField(
        null=True
    )
    """corp.band and corp.mcb_floor, of a thousand draws: null until they are drawn."""
    keys = models.BinaryField(default=b"")
    clusters = models.BinaryField(default=b"")
    """The packed row: see forecasts.scoring.packed_rows."""
    n_clusters = models.PositiveIntegerField(default=0)
    brier = models.FloatField(null=True)
    brier_se = models.FloatField(null=True)
    n_relative_clusters = models.PositiveIntegerField(default=0)
    relative = models.FloatField(null=True)
    relative_se = models.FloatField(null=True)
    mcb = models.FloatField(null=True)
    mcb_floor = models.FloatField(null=True)
    """Null until it is drawn."""

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("recheck_at",), name="scorecard_by_recheck"),)

    def __str__(self) -> str:
        return f"Scores of {self.expert}"

    def is_stale(self, as_of: datetime) -> bool:
        """Whether something has changed since the scores were computed."""
        is_overtaken = self.recheck_at is not None and self.recheck_at <= as_of
        return self.touches != self.computed_touches or is_overtaken or not self.is_readable

    @property
    def is_readable(self) -> bool:
        """Whether there are scores, by the formulas of today."""
        return self.computed_at is not None and self.statistics_version == STATISTICS_VERSION
