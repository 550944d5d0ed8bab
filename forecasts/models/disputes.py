"""Disputes: what anybody says against a public record, and what a lead answers."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q

from forecasts.models.append_only import AppendOnly, SupersedableQuerySet
from forecasts.models.experts import Expert
from forecasts.models.fields import LineField, ProseField
from forecasts.models.forecasts import Forecast
from forecasts.models.questions import Question
from forecasts.models.resolutions import Resolution
from forecasts.models.sources import Source
from forecasts.models.statements import UnscorableStatement

Record = Expert | Question | Forecast | Resolution | Source | UnscorableStatement
# The column of each kind of record.
TARGETS: dict[str, type[models.Model]] = {
    "expert": Expert,
    "question": Question,
    "forecast": Forecast,
    "resolution": Resolution,
    "source": Source,
    "statement": UnscorableStatement,
}


def _only(target: str) -> Q:
    others = {other: None for other in TARGETS if other != target}
    return Q(**{f"{target}__isnull": False}, **others)


def _exactly_one_target() -> Q:
    first, *others = map(_only, TARGETS)
    for other in others:
        first |= other
    return first


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Disputes by where they stand."""

    def waiting(self) -> "DisputeQuerySet":
        """Nobody has looked at them yet."""
        return self.filter(acknowledged_at=None, dismissed_at=None)

    def public(self) -> "DisputeQuerySet":
        """Acknowledged, and perhaps decided."""
        return self.filter(acknowledged_at__isnull=False)

    def open(self, as_of: datetime) -> "DisputeQuerySet":
        """Acknowledged by then and not yet decided then."""
        undecided = Q(decided_at=None) | Q(decided_at__gt=as_of)
        return self.filter(undecided, acknowledged_at__lte=as_of)

    def to_do(self) -> "DisputeQuerySet":
        """Those that wait for a lead."""
        return self.filter(dismissed_at=None, decided_at=None)


class Dispute(models.Model):
    """One objection to one record. What was said never changes; it gets stamps and answers.

    Public from its acknowledgement on. What is private about it, an address, is elsewhere.
    """

    class SpeaksAs(models.TextChoices):
        """Who the writer says they are."""

        EXPERT = "expert", "I am the expert"
        REPRESENTATIVE = "representative", "I speak for the expert"
        OTHER = "other", "Somebody else"

    expert = models.ForeignKey(
        Expert, null=True, blank=True, on_delete=models.PROTECT, related_name="disputes"
    )
    question = models.ForeignKey(
        Question, null=True, blank=True, on_delete=models.PROTECT, related_name="disputes"
    )
    forecast = models.ForeignKey(
        Forecast, null=True, blank=True, on_delete=models.PROTECT, related_name="disputes"
    )
    resolution = models.ForeignKey(
        Resolution, null=True, blank=True, on_delete=models.PROTECT, related_name="disputes"
    )
    source = models.ForeignKey(
        Source, null=True, blank=True, on_delete=models.PROTECT, related_name="disputes"
    )
    statement = models.ForeignKey(
        UnscorableStatement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="disputes",
    )
    text = ProseField(max_length=4000)
    name = LineField(max_length=200, blank=True)
    speaks_as = models.CharField(max_length=14, choices=SpeaksAs, blank=True)
    link = models.URLField(
        max_length=2000, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    nonce = models.UUIDField(unique=True, editable=False)
    """Of the form that was sent: the same form makes one dispute, however often it comes."""
    received_at = models.DateTimeField(editable=False)
    acknowledge_by = models.DateTimeField(editable=False)
    decide_by = models.DateTimeField(editable=False)
    acknowledged_at = models.DateTimeField(null=True, editable=False)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    dismissed_at = models.DateTimeField(null=True, editable=False)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    dismissal_reason = ProseField(max_length=2000, blank=True)
    decided_at = models.DateTimeField(null=True, editable=False)
    """Of the first decision: what supersedes it does not open the dispute again."""

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ("-received_at", "-pk")
        indexes = (
            models.Index(fields=("received_at", "id"), name="dispute_by_receipt"),
            models.Index(
                fields=("acknowledged_at", "decided_at"),
                condition=Q(acknowledged_at__isnull=False),
                name="dispute_public",
            ),
        )
        constraints = (
            models.CheckConstraint(condition=_exactly_one_target(), name="dispute_one_target"),
            models.CheckConstraint(condition=~Q(text=""), name="dispute_said"),
            models.CheckConstraint(
                condition=Q(speaks_as__in=("", "expert", "representative", "other")),
                name="dispute_speaks_as",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__gte=F("received_at"), acknowledged_by__isnull=False),
                name="dispute_acknowledged_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(dismissed_at=None, dismissed_by=None, dismissal_reason="")
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False, acknowledged_at=None)
                & ~Q(dismissal_reason=""),
                name="dispute_dismissed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) | Q(decided_at__gte=F("acknowledged_at")),
                name="dispute_decided_in_public",
            ),
        )

    def __str__(self) -> str:
        return f"Dispute {self.pk}"

    @property
    def target(self) -> str:
        """The column of the record that it is about."""
        return next(name for name in TARGETS if getattr(self, f"{name}_id") is not None)

    @property
    def record(self) -> Any:
        """The record that it is about."""
        return getattr(self, self.target)

    @property
    def is_open(self) -> bool:
        """Whether it is acknowledged and waits for a decision."""
        return self.acknowledged_at is not None and self.decided_at is None


class DisputeDecision(AppendOnly):
    """A lead's answer to a dispute. A later one supersedes; nothing is overwritten."""

    class Outcome(models.TextChoices):
        """What a lead can decide."""

        UPHELD = "upheld", "Upheld"
        PARTLY = "partly", "Partly upheld"
        REJECTED = "rejected", "Rejected"

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=8, choices=Outcome)
    answer = ProseField(max_length=4000)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    superseded_at = models.DateTimeField(null=True, editable=False)

    objects = SupersedableQuerySet["DisputeDecision"].as_manager()

    class Meta:
        ordering = ("decided_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("dispute",),
                condition=Q(superseded_at=None),
                name="dispute_decision_one_in_force",
            ),
            models.UniqueConstraint(
                fields=("dispute",), condition=Q(supersedes=None), name="dispute_decision_one_first"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=("upheld", "partly", "rejected")),
                name="dispute_decision_outcome",
            ),
            models.CheckConstraint(condition=~Q(answer=""), name="dispute_decision_answered"),
        )

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.dispute}"
