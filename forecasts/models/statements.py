"""Unscorable statements: what was left out, and why."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from forecasts.models.append_only import AppendOnly, AppendOnlyQuerySet
from forecasts.models.experts import Expert
from forecasts.models.fields import ExternalIdField, LineField, ProseField, unique_where_given
from forecasts.models.merges import index_of_moved, recorded_as_key
from forecasts.models.sources import Source


class UnscorableStatement(AppendOnly):
    """Something said about the future that no question can hold, kept so that it can be seen."""

    class Reason(models.TextChoices):
        """Why it cannot be scored."""

        NO_THRESHOLD = "no_threshold", "Names nothing that could be checked"
        UNOBSERVABLE = "unobservable", "Hangs on a condition nobody can observe"
        REPORTED = "reported", "Reports somebody else's plan or belief"
        DESCRIPTION = "description", "Describes rather than forecasts"
        NOBODY_NAMED = "nobody_named", "Nobody in particular said it"
        SAME_CLAIM = "same_claim", "The same claim is recorded elsewhere"
        DISCLAIMED = "disclaimed", "The speaker says it cannot be predicted"
        JUDGMENT = "judgment", "A judgment, not a forecast"

    expert = models.ForeignKey(
        Expert,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="unscorable_statements",
    )
    recorded_as = recorded_as_key()
    attributed_to = LineField(max_length=200, blank=True, help_text='Such as "many experts".')
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="unscorable_statements"
    )
    quote = ProseField(max_length=600)
    reason = models.CharField(max_length=12, choices=Reason)
    note = ProseField(blank=True, max_length=2000)
    external_id = ExternalIdField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["UnscorableStatement"].as_manager()

    class Meta:
        ordering = ("source", "pk")
        indexes = (index_of_moved("statement"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(expert=None) & ~Q(attributed_to="")
                | Q(expert__isnull=False, attributed_to=""),
                name="statement_has_one_speaker",
                violation_error_message="Name an expert or whom it is attributed to, not both.",
            ),
            models.CheckConstraint(condition=~Q(quote=""), name="statement_quoted"),
            models.UniqueConstraint(fields=("source", "quote"), name="statement_once"),
            unique_where_given("statement"),
        )

    def __str__(self) -> str:
        return self.quote
