"""Prompts: the checks of a question, and who was asked at which."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from forecasts.models import Question, Snooze
from mail.models.deliveries import Delivery

NOTICE_DAYS = (-14, -2)
CHECK_DAYS = (0, 3, 7, 14, 30)
# After the last of them a question is asked about again and again.
REPEAT_DAYS = 30


class PromptQuerySet(models.QuerySet["Prompt"]):
    """Prompts by where they stand."""

    def waiting(self) -> Self:
        """Nobody was asked yet, and it was not cancelled."""
        return self.filter(~Exists(Asking.objects.filter(prompt=OuterRef("pk"))), cancelled_at=None)

    def live(self, as_of: datetime) -> Self:
        """Come due, and still worth asking.

        Notices and looks before the deadline end when an answer is wanted; nothing is asked while
        a snooze lasts, and nothing of a series that has been armed anew.
        """
        kinds, armed_for = Prompt.Kind, F("question__arming__counts_from")
        ahead = Q(question__arming__counts_from__gt=as_of)
        snoozed = Snooze.objects.in_force(as_of).filter(question=OuterRef("question"))
        return self.filter(
            Q(kind=kinds.DUE, counts_from=armed_for)
            | (Q(kind=kinds.NOTICE, counts_from=armed_for) & ahead)
            | (Q(kind=kinds.INTERIM, answered_at=None) & ahead),
            ~Exists(snoozed),
            cancelled_at=None,
            due_at__lte=as_of,
        )


class Prompt(models.Model):
    """One check of one question, `day` days after `counts_from`, or before it.

    Notices and checks of what is due count from the moment at which an answer is wanted: the
    deadline or, where an answer was not possible or not enough then, the moment it became so.
    Looks before the deadline count from when the question opened. When the moment moves, the
    checks that wait are cancelled and new ones armed.
    """

    class Kind(models.TextChoices):
        """What is asked."""

        NOTICE = "notice", "Notice: comes due soon"
        DUE = "due", "Due: what is the answer?"
        INTERIM = "interim", "Interim: has it already happened?"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="prompts")
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.DUE)
    counts_from = models.DateTimeField()
    day = models.IntegerField()
    due_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PromptQuerySet.as_manager()

    class Meta:
        ordering = ("due_at", "pk")
        indexes = (models.Index(fields=("due_at", "id"), name="prompt_by_due_time"),)
        constraints = (
            models.UniqueConstraint(
                fields=("question", "kind", "counts_from", "day"), name="prompt_once_per_check"
            ),
            models.CheckConstraint(
                condition=Q(kind="notice", day__lt=0)
                | Q(kind="due", day__gte=0)
                | Q(kind="interim", day__gt=0),
                name="prompt_day",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(kind="interim", answered_at__isnull=False, answered_by__isnull=False),
                name="prompt_answered",
            ),
        )

    def __str__(self) -> str:
        return f"{self.question}, {self.kind}, day {self.day}"


class Asking(models.Model):
    """One person asked at one check, with the mail that asked; once each."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="askings")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="askings"
    )
    delivery = models.ForeignKey(
        Delivery, null=True, on_delete=models.SET_NULL, related_name="askings"
    )
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ("asked_at", "pk")
        constraints = (models.UniqueConstraint(fields=("prompt", "reviewer"), name="asking_once"),)

    def __str__(self) -> str:
        return f"{self.prompt} of {self.reviewer}"


class Arming(models.Model):
    """For which moment a question's checks are armed; without one, none wait."""

    question = models.OneToOneField(
        Question, on_delete=models.CASCADE, primary_key=True, related_name="arming"
    )
    counts_from = models.DateTimeField()
    interim_days = models.PositiveSmallIntegerField(null=True)
    """As the question said when it was armed."""
    next_at = models.DateTimeField()
    """When another check has to be armed."""

    def __str__(self) -> str:
        return f"{self.question}, armed for {self.counts_from:%Y-%m-%d}"
