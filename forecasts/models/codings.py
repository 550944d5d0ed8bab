"""Codings: how coders read a phrase as a range of probability."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from forecasts.models.append_only import AppendOnly, AppendOnlyQuerySet, SupersedableQuerySet
from forecasts.models.fields import ProbabilityField, ProseField
from forecasts.models.forecasts import Forecast
from forecasts.models.lexicons import LexiconPhrase

CODINGS_NEEDED = 2


class Coding(AppendOnly):
    """One coder's reading of a forecast in words, as P(yes); blind, but for what leads add."""

    forecast = models.ForeignKey(Forecast, on_delete=models.PROTECT, related_name="codings")
    coder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="codings"
    )
    low = ProbabilityField()
    mid = ProbabilityField()
    high = ProbabilityField()
    note = ProseField(blank=True, max_length=2000)
    coded_at = models.DateTimeField()
    lexicon_phrase = models.ForeignKey(
        LexiconPhrase,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="codings",
        help_text="What of which version of a lexicon it was read with, if any.",
    )
    is_blind = models.BooleanField(
        default=True, help_text="False where a lead had been shown what others read."
    )

    objects = AppendOnlyQuerySet["Coding"].as_manager()

    class Meta:
        ordering = ("coded_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("forecast", "coder"), name="coding_once_per_coder"),
            models.CheckConstraint(
                condition=Q(low__gte=0, high__lte=1, low__lte=F("mid"), mid__lte=F("high")),
                name="coding_range_ordered",
            ),
        )

    def __str__(self) -> str:
        return f"{self.low} / {self.mid} / {self.high}"


class AdoptedRange(AppendOnly):
    """The range a forecast in words is scored with: the median of at least two codings."""

    forecast = models.ForeignKey(Forecast, on_delete=models.PROTECT, related_name="adopted_ranges")
    low = ProbabilityField()
    probability = ProbabilityField()
    high = ProbabilityField()
    n_codings = models.PositiveSmallIntegerField()
    adopted_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, editable=False)

    objects = SupersedableQuerySet["AdoptedRange"].as_manager()

    class Meta:
        ordering = ("adopted_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("forecast",),
                condition=Q(superseded_at=None),
                name="adopted_range_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(n_codings__gte=CODINGS_NEEDED), name="adopted_range_two_codings"
            ),
            models.CheckConstraint(
                condition=Q(
                    low__gte=0, high__lte=1, low__lte=F("probability"), probability__lte=F("high")
                ),
                name="adopted_range_ordered",
            ),
        )

    def __str__(self) -> str:
        return f"{self.low} / {self.probability} / {self.high}"
