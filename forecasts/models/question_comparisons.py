"""How those who answered a question did against each other, as last computed."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from forecasts.models.questions import Question
from forecasts.scoring.versions import STATISTICS_VERSION


class QuestionComparisonQuerySet(models.QuerySet["QuestionComparison"]):
    """Comparisons by whether they still hold."""

    def stale(self) -> "QuestionComparisonQuerySet":
        """Touched since they were computed, or of other formulas."""
        # Two ranges, since no index finds what differs from a value.
        below, above = (
            Q(statistics_version__lt=STATISTICS_VERSION),
            Q(statistics_version__gt=STATISTICS_VERSION),
        )
        return self.filter(below | above)

    def holding(self, as_of: datetime) -> "QuestionComparisonQuerySet":
        """What a computation from the rows recorded by `as_of` would give."""
        return self.filter(statistics_version=STATISTICS_VERSION).touched_by(as_of)

    def touched_by(self, as_of: datetime) -> "QuestionComparisonQuerySet":
        """Whose latest change was recorded by `as_of`, wherever that clock stands."""
        return self.filter(Q(touched_at=None) | Q(touched_at__lte=as_of))


class QuestionComparison(models.Model):
    """Derived from the base rows and computed whole, never adjusted.

    `touches` counts the changes that concern the question. A touch takes the version away, and
    what was computed of earlier touches is not stored. No deadline changes a comparison.
    """

    question = models.OneToOneField(
        Question, on_delete=models.CASCADE, primary_key=True, related_name="comparison"
    )
    touches = models.PositiveBigIntegerField(default=0)
    touched_at = models.DateTimeField(null=True)
    statistics_version = models.PositiveSmallIntegerField(default=0)
    opening = models.BigIntegerField(default=0)
    pairs = models.BinaryField(default=b"")
    """Both: see forecasts.scoring.kept_comparisons."""

    objects = QuestionComparisonQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("statistics_version",), name="comparison_by_version"),)

    def __str__(self) -> str:
        return f"Comparisons on {self.question}"
