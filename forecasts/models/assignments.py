"""Assignments: who was asked to answer which question."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from forecasts.models.fields import ProseField
from forecasts.models.questions import Question


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Assignments by whether they still wait."""

    def open(self) -> "AssignmentQuerySet":
        """Those that still wait for an answer."""
        return self.filter(closed_at=None)


class Assignment(models.Model):
    """One person asked to answer one question.

    Of each kind at most one is open per question: the first who was asked, and a backup who is
    asked beside them after a week without an answer. Where the verdicts are stuck it is a lead.
    """

    class Kind(models.TextChoices):
        """As what somebody is asked."""

        FIRST = "first", "First"
        BACKUP = "backup", "Backup"
        LEAD = "lead", "Lead"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="assignments")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments"
    )
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.FIRST)
    assigned_at = models.DateTimeField()
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = ProseField(blank=True, max_length=2000)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ("assigned_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("question", "kind"), condition=Q(closed_at=None), name="assignment_one_open"
            ),
            models.UniqueConstraint(
                fields=("question", "reviewer"),
                condition=Q(closed_at=None),
                name="assignment_once_per_reviewer",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("first", "backup", "lead")), name="assignment_kind"
            ),
        )

    def __str__(self) -> str:
        return f"{self.question} for {self.reviewer}"
