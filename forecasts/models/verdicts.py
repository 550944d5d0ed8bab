"""Verdicts: reviewers' answers, each with its evidence."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q

from forecasts.models.append_only import AppendOnly, AppendOnlyQuerySet
from forecasts.models.fields import InstantField, LineField, ProseField
from forecasts.models.questions import Question
from forecasts.models.resolutions import Resolution


class VerdictQuerySet(AppendOnlyQuerySet["Verdict"]):
    """Verdicts, and the one change that they allow: their reviewer takes one back."""

    def counting(self) -> "VerdictQuerySet":
        """Those that nobody took back."""
        return self.filter(withdrawn_at=None)

    def withdraw(self, *, as_of: datetime) -> int:
        """Take these back; returns how many still counted."""
        return models.QuerySet.update(self.counting(), withdrawn_at=as_of)


class Verdict(AppendOnly):
    """One reviewer's answer, given without seeing forecasts or the other verdicts.

    A ruling, or an amendment of criteria or deadline, starts a new round, in which everybody may
    answer again. One that its reviewer took back stays to be seen, and counts for nothing.
    """

    class Answer(models.TextChoices):
        """What a reviewer can answer."""

        YES = "yes", "Yes, it happened"
        NO = "no", "No, it did not happen"
        AMBIGUOUS = "ambiguous", "Ambiguous: it cannot be told"
        ANNULLED = "annulled", "Annulled: it should not be scored"

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="verdicts")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="verdicts"
    )
    round = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=9, choices=Answer)
    known_at = InstantField(null=True, blank=True)
    note = ProseField(blank=True, max_length=4000)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = VerdictQuerySet.as_manager()

    class Meta:
        ordering = ("given_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("question", "reviewer", "round"),
                condition=Q(withdrawn_at=None),
                name="verdict_once_per_reviewer",
            ),
            models.CheckConstraint(
                condition=Q(answer__in=("yes", "no", "ambiguous", "annulled")),
                name="verdict_answer",
            ),
            models.CheckConstraint(
                condition=~Q(answer__in=("yes", "no")) | Q(known_at__isnull=False),
                name="verdict_known",
            ),
            models.CheckConstraint(
                condition=Q(known_at=None) | Q(known_at__lte=F("given_at")),
                name="verdict_known_before_given",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
                name="verdict_withdrawn_later",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_answer_display()} on {self.question}"

    @property
    def is_counting(self) -> bool:
        """Whether nobody took it back."""
        return self.withdrawn_at is None


class EvidenceQuerySet(AppendOnlyQuerySet["Evidence"]):
    """Evidence with what belongs to it."""

    def with_copies(self) -> Self:
        """Each link with its copy, if there is one, without the page's text."""
        return self.select_related("copy").defer("copy__text")


class Evidence(AppendOnly):
    """A link or a file: behind a verdict or a lead's ruling, or collected for a question."""

    verdict = models.ForeignKey(
        Verdict, null=True, on_delete=models.PROTECT, related_name="evidence"
    )
    resolution = models.ForeignKey(
        Resolution, null=True, on_delete=models.PROTECT, related_name="evidence"
    )
    question = models.ForeignKey(
        Question, null=True, on_delete=models.PROTECT, related_name="evidence"
    )
    collected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    collected_at = models.DateTimeField(null=True, blank=True)
    url = models.URLField(
        max_length=2000, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    file = models.FileField(upload_to="evidence/%Y/%m/", blank=True, max_length=200)
    file_name = LineField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "evidence"
        constraints = (
            models.CheckConstraint(
                condition=Q(file="") & ~Q(url="") | ~Q(file="") & Q(url="") & ~Q(sha256=""),
                name="evidence_link_or_file",
            ),
            models.CheckConstraint(
                condition=Q(verdict__isnull=False, resolution=None, question=None)
                | Q(verdict=None, resolution__isnull=False, question=None)
                | Q(verdict=None, resolution=None, question__isnull=False),
                name="evidence_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(question=None, collected_by=None, collected_at=None)
                | Q(question__isnull=False, collected_by__isnull=False, collected_at__isnull=False),
                name="evidence_collected_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.url or self.file_name
