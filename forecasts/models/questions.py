"""Questions: claims that can be resolved."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from forecasts.models.append_only import AppendOnly, AppendOnlyQuerySet
from forecasts.models.experts import marked
from forecasts.models.fields import (
    ExternalIdField,
    InstantField,
    LineField,
    ProseField,
    unique_where_given,
)
from forecasts.models.resolutions import Answer, Resolution


class Topic(models.Model):
    """What questions are about."""

    slug = models.SlugField(max_length=80, unique=True)
    name = LineField(max_length=100)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class QuestionFamily(models.Model):
    """Questions that overlap: one cluster in statistics."""

    slug = models.SlugField(max_length=80, unique=True)
    title = LineField(max_length=200)

    class Meta:
        ordering = ("title",)
        verbose_name_plural = "question families"

    def __str__(self) -> str:
        return self.title


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions by where they stand."""

    def _ruling(self, **lookups: object) -> Exists:
        return Exists(
            Resolution.objects.in_force()
            .filter(question=OuterRef("pk"), **lookups)
            .exclude(answer=Answer.REOPENED)
        )

    def resolved(self) -> Self:
        """With a ruling in force, of whatever kind."""
        return self.filter(self._ruling())

    def unresolved(self) -> Self:
        """Without a ruling in force."""
        return self.filter(~self._ruling())

    def past_deadline(self, as_of: datetime) -> Self:
        """Whose deadline has passed at `as_of`."""
        return self.filter(deadline__lte=as_of)

    def with_condition_met(self) -> Self:
        """Unconditional, or the parent was resolved as needed."""
        met = Resolution.objects.in_force().filter(
            question=OuterRef("depends_on"), answer=OuterRef("depends_on_answer")
        )
        return self.filter(Q(depends_on=None) | Exists(met))

    def answerable(self) -> Self:
        """Unresolved, and not waiting for a parent; the deadline may be ahead."""
        return self.unresolved().with_condition_met()

    def due(self, as_of: datetime) -> Self:
        """Past the deadline, unresolved, and not waiting for a parent."""
        return self.past_deadline(as_of).answerable()


class Question(models.Model):
    """A claim with criteria and a deadline. Its state is derived from its rulings."""

    class ConditionAnswer(models.TextChoices):
        """The ruling that a parent must get."""

        YES = "yes"
        NO = "no"

    slug = models.SlugField(max_length=100, unique=True)
    title = LineField(max_length=300)
    resolution_criteria = ProseField()
    opens_at = InstantField(
        null=True, blank=True, help_text="Empty: when the first forecast on it was made."
    )
    deadline = InstantField(help_text="A bare date means the end of that day, 24:00 UTC.")
    topics = models.ManyToManyField(Topic, blank=True, related_name="questions")
    family = models.ForeignKey(
        QuestionFamily, null=True, blank=True, on_delete=models.PROTECT, related_name="questions"
    )
    depends_on = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="dependents"
    )
    depends_on_answer = models.CharField(max_length=3, blank=True, choices=ConditionAnswer)
    required_verdicts = models.PositiveSmallIntegerField(default=1)
    interim_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(3650)],
        help_text="Days between looks before the deadline: has it already happened? "
        "0: never. Empty: 30 where the question stays open for more than three months.",
    )
    synthetic = models.BooleanField(default=False)
    external_id = ExternalIdField()
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )
    # Calendars count versions, and edits before anything is frozen leave no row of their own.
    n_edits = models.PositiveIntegerField(default=0, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ("deadline", "pk")
        indexes = (models.Index(fields=("deadline", "id"), name="question_by_deadline"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(opens_at__lt=F("deadline")),
                name="question_opens_before_deadline",
                violation_error_message="The deadline must come after the question opens.",
            ),
            models.CheckConstraint(
                condition=Q(depends_on=None, depends_on_answer="")
                | Q(depends_on__isnull=False, depends_on_answer__in=("yes", "no")),
                name="question_condition_complete",
                violation_error_message="A condition is a question and the answer it needs.",
            ),
            models.CheckConstraint(
                condition=Q(depends_on=None) | ~Q(depends_on=F("id")),
                name="question_not_its_own_condition",
                violation_error_message="A question cannot hang on itself.",
            ),
            models.CheckConstraint(
                condition=Q(required_verdicts__in=(1, 2)), name="question_one_or_two_verdicts"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(resolution_criteria=""), name="question_stated"
            ),
            unique_where_given("question"),
        )

    def __str__(self) -> str:
        return marked(self.title, synthetic=self.synthetic)


class Amendment(AppendOnly):
    """One recorded change to a frozen criterion, with its reason."""

    class Field(models.TextChoices):
        """What can be amended."""

        TITLE = "title"
        RESOLUTION_CRITERIA = "resolution_criteria"
        DEADLINE = "deadline"

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="amendments")
    field = models.CharField(max_length=20, choices=Field)
    before = models.TextField()
    after = models.TextField()
    reason = ProseField(max_length=2000)
    amended_at = models.DateTimeField()
    amended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["Amendment"].as_manager()

    class Meta:
        ordering = ("amended_at", "pk")
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="amendment_reasoned"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="amendment_changes"),
            models.CheckConstraint(
                condition=Q(field__in=("title", "resolution_criteria", "deadline")),
                name="amendment_field",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_field_display()} of {self.question}"


class TopicChange(AppendOnly):
    """That a question came on a topic or left it: what was cited is shown by topics as they were.

    The topics that a question was recorded with have no row: they hold from the beginning.
    """

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="topic_changes")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="changes")
    was_on = models.BooleanField()
    changed_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["TopicChange"].as_manager()

    class Meta:
        ordering = ("changed_at", "pk")
        indexes = (models.Index(fields=("changed_at",), name="topic_change_by_time"),)

    def __str__(self) -> str:
        return f"{self.question} {'left' if self.was_on else 'came on'} {self.topic}"
