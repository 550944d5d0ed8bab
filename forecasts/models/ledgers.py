"""The ledger: a chain of hashes over everything that scores rest on."""

from django.db import models
from django.db.models import Q

from forecasts.models.append_only import AppendOnly, AppendOnlyQuerySet


class LedgerEntry(AppendOnly):
    """One line about one row, chained to the entry before it.

    The numbers have no gaps, and order the entries: clocks may differ, so that `recorded_at` can
    go back.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    kind = models.CharField(max_length=20)
    row_id = models.PositiveBigIntegerField()
    recorded_at = models.DateTimeField()
    line = models.TextField(help_text="Canonical JSON: what the row said when it was recorded.")
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64)

    objects = AppendOnlyQuerySet["LedgerEntry"].as_manager()

    class Meta:
        ordering = ("number",)
        verbose_name_plural = "ledger entries"
        indexes = (models.Index(fields=("recorded_at", "number"), name="ledger_by_time"),)
        constraints = (
            models.CheckConstraint(condition=Q(number__gte=1), name="ledger_from_one"),
            models.UniqueConstraint(fields=("kind", "row_id"), name="ledger_once_per_row"),
        )

    def __str__(self) -> str:
        return f"{self.number}: {self.kind} {self.row_id}"
