"""Assignments: which reviewer looks after which due question."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from forecasts.models.questions import Question


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Assignments by whether they still wait."""

    def open(self) -> "AssignmentQuerySet":
        """Those that still wait for an answer."""
        return self.filter(closed_at=None)


class Assignment(models.Model):
    """One person asked to answer one due question; at most one is open per question."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="assignments")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments"
    )
    assigned_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ("assigned_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("question",), condition=Q(closed_at=None), name="assignment_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.question} for {self.reviewer}"
