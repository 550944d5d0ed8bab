"""Files that were uploaded to be imported, until somebody has looked at what they would do."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from forecasts.models.fields import LineField


class ImportDraft(models.Model):
    """A file between its dry run and its import: in the database, which all web servers share.

    Deleted with the import, with the next upload of the same person, or after a day.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="import_drafts"
    )
    table = models.CharField(max_length=30)
    format = models.CharField(max_length=5)
    encoding = models.CharField(max_length=20)
    name = LineField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    report: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField()
    """What the import would do, as it was shown."""
    fingerprint = models.CharField(max_length=64)
    """Of that: the same while it would do the same."""
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ("uploaded_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(format__in=("csv", "json", "jsonl")), name="import_draft_format"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_refused(self) -> bool:
        """Whether nothing of it can be imported as it is."""
        return bool(self.report["counts"]["refused"])

    @property
    def changes_something(self) -> bool:
        """Whether there is anything to import."""
        counts = self.report["counts"]
        return bool(counts["new"] or counts["changed"])
