"""Resolutions: the rulings on questions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from forecasts.models.append_only import AppendOnly, SupersedableQuerySet
from forecasts.models.fields import InstantField, ProseField


class Answer(models.TextChoices):
    """What a ruling can say; only the first two are scored."""

    YES = "yes"
    NO = "no"
    AMBIGUOUS = "ambiguous", "Ambiguous: cannot be told"
    ANNULLED = "annulled", "Annulled: should not be scored"
    REOPENED = "reopened", "Reopened: no ruling"


class Resolution(AppendOnly):
    """A ruling. A correction is a new row that supersedes; nothing is overwritten."""

    class Basis(models.TextChoices):
        """Where a ruling comes from."""

        VERDICTS = "verdicts", "Agreeing verdicts"
        LEAD = "lead", "A lead's decision"
        CONDITION = "condition", "The ruling on the question it hangs on"
        UNDO = "undo", "A reviewer taking back the verdict"

    question = models.ForeignKey(
        "forecasts.Question", on_delete=models.PROTECT, related_name="resolutions"
    )
    answer = models.CharField(max_length=9, choices=Answer)
    basis = models.CharField(max_length=9, choices=Basis)
    known_at = InstantField(null=True, blank=True)
    reason = ProseField(blank=True, max_length=4000)
    resolved_at = models.DateTimeField()
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    superseded_at = models.DateTimeField(null=True, editable=False)

    objects = SupersedableQuerySet["Resolution"].as_manager()

    class Meta:
        ordering = ("resolved_at", "pk")
        indexes = (models.Index(fields=("resolved_at", "id"), name="resolution_by_time"),)
        constraints = (
            models.UniqueConstraint(
                fields=("question",),
                condition=Q(superseded_at=None),
                name="resolution_one_in_force",
            ),
            models.UniqueConstraint(
                fields=("question",), condition=Q(supersedes=None), name="resolution_one_first"
            ),
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="resolution_answer"),
            models.CheckConstraint(
                condition=~Q(answer__in=("yes", "no")) | Q(known_at__isnull=False),
                name="resolution_known",
            ),
            models.CheckConstraint(
                condition=Q(known_at=None) | Q(known_at__lte=F("resolved_at")),
                name="resolution_known_before_ruling",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None) | Q(superseded_at__gte=F("resolved_at")),
                name="resolution_superseded_later",
            ),
            models.CheckConstraint(
                condition=~Q(basis="lead") | ~Q(reason=""), name="resolution_lead_reasoned"
            ),
            models.CheckConstraint(
                condition=~Q(answer="reopened") | Q(supersedes__isnull=False),
                name="resolution_reopens_something",
            ),
            models.CheckConstraint(
                condition=~Q(basis="undo") | Q(answer="reopened"), name="resolution_undo_reopens"
            ),
        )

    def __str__(self) -> str:
        return f"{self.question}: {self.get_answer_display()}"

    @property
    def is_scored(self) -> bool:
        """Whether forecasts are scored against this ruling."""
        return self.answer in {Answer.YES, Answer.NO}
