"""Forecasts: what experts said about questions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from forecasts.models.append_only import AppendOnly, SupersedableQuerySet
from forecasts.models.experts import Expert
from forecasts.models.fields import (
    ExternalIdField,
    InstantField,
    LineField,
    ProbabilityField,
    ProseField,
    unique_where_given,
)
from forecasts.models.merges import index_of_moved, recorded_as_key
from forecasts.models.questions import Question
from forecasts.models.sources import Source

NUMBERS_ABSENT = Q(probability=None, low=None, high=None)
NUMBERS_ORDERED = Q(low__gte=0, high__lte=1, low__lte=F("probability"), probability__lte=F("high"))


class Forecast(AppendOnly):
    """One expert's belief about one question at one time, in the expert's words.

    An update is another row with its own `stated_at`; a correction supersedes, and the row it
    replaces never stood; a withdrawal ends the standing of what came before it.
    """

    class Kind(models.TextChoices):
        """What the expert did."""

        FORECAST = "forecast"
        WITHDRAWAL = "withdrawal"

    class Basis(models.TextChoices):
        """Whose number it is."""

        STATED = "stated", "The expert gave the number"
        INFERRED = "inferred", "Coders infer it from the words"

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="forecasts")
    recorded_as = recorded_as_key()
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="forecasts")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="forecasts")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FORECAST)
    basis = models.CharField(max_length=8, choices=Basis)
    stated_at = InstantField()
    quote = ProseField(max_length=600)
    phrase = LineField(max_length=200, blank=True, help_text="The words that carry the likelihood.")
    claims_yes = models.BooleanField(
        default=True, help_text="Whether the phrase speaks for yes or for no."
    )
    probability = ProbabilityField(null=True, blank=True)
    low = ProbabilityField(null=True, blank=True)
    high = ProbabilityField(null=True, blank=True)
    external_id = ExternalIdField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    correction_reason = ProseField(blank=True, max_length=2000)
    superseded_at = models.DateTimeField(null=True, editable=False)

    objects = SupersedableQuerySet["Forecast"].as_manager()

    class Meta:
        ordering = ("stated_at", "pk")
        indexes = (
            index_of_moved("forecast"),
            models.Index(fields=("expert", "question", "stated_at"), name="forecast_standing"),
            models.Index(fields=("recorded_at", "id"), name="forecast_by_recording"),
            models.Index(fields=("stated_at", "id"), name="forecast_by_statement"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="withdrawal") & NUMBERS_ABSENT
                | Q(kind="forecast", basis="inferred") & ~Q(phrase="") & NUMBERS_ABSENT
                | Q(kind="forecast", basis="stated", probability__isnull=False)
                & Q(low__isnull=False, high__isnull=False)
                & NUMBERS_ORDERED,
                name="forecast_number_fits_basis",
            ),
            models.CheckConstraint(
                condition=Q(supersedes=None, correction_reason="")
                | Q(supersedes__isnull=False) & ~Q(correction_reason=""),
                name="forecast_correction_reasoned",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None) | Q(superseded_at__gte=F("recorded_at")),
                name="forecast_superseded_later",
            ),
            models.CheckConstraint(
                condition=Q(stated_at__lte=F("recorded_at")), name="forecast_stated_before_recorded"
            ),
            models.CheckConstraint(condition=~Q(quote=""), name="forecast_quoted"),
            models.UniqueConstraint(
                fields=("expert", "question", "source", "stated_at", "quote"),
                # Of two who are merged, both may have it.
                condition=Q(superseded_at=None, recorded_as=None),
                name="forecast_once",
            ),
            unique_where_given("forecast"),
        )

    def __str__(self) -> str:
        return f"{self.expert} on {self.question}"
