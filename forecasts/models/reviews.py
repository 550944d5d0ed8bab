"""What reviewing leaves behind beside verdicts: questions handed on, and blindness lifted."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from forecasts.models.append_only import AppendOnly, AppendOnlyQuerySet
from forecasts.models.fields import ProseField
from forecasts.models.questions import Question


class HandOn(AppendOnly):
    """One reviewer's "unsure, hand on": somebody else is asked, in this round."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="hand_ons")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hand_ons"
    )
    round = models.PositiveSmallIntegerField(default=0)
    note = ProseField(blank=True, max_length=4000)
    handed_on_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["HandOn"].as_manager()

    class Meta:
        ordering = ("handed_on_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("question", "reviewer", "round"), name="hand_on_once_per_reviewer"
            ),
        )

    def __str__(self) -> str:
        return f"{self.question}, handed on by {self.reviewer}"


class BlindnessLift(AppendOnly):
    """A lead's leave for the reviewers of one question to read its forecasts."""

    question = models.OneToOneField(
        Question, on_delete=models.PROTECT, related_name="blindness_lift"
    )
    lead = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = ProseField(max_length=2000)
    lifted_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["BlindnessLift"].as_manager()

    class Meta:
        ordering = ("lifted_at", "pk")
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="lift_reasoned"),)

    def __str__(self) -> str:
        return f"Blindness lifted for {self.question}"
