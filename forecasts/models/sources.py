"""Sources: where a forecast was made."""

from django.conf import settings
from django.core.validators import RegexValidator, URLValidator
from django.db import models

from forecasts.models.fields import (
    ExternalIdField,
    InstantField,
    LineField,
    ProseField,
    unique_where_given,
)


class Source(models.Model):
    """An article, broadcast or post. Its address may be unknown; its date has a basis."""

    class DateBasis(models.TextChoices):
        """How the date of publication is known."""

        PRINTED = "printed", "Printed on it"
        ARCHIVED = "archived", "Proved by an archive"
        INFERRED = "inferred", "Inferred from its contents"

    outlet = LineField(max_length=200)
    title = LineField(max_length=400)
    url = models.URLField(
        max_length=2000, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    published_at = InstantField()
    date_basis = models.CharField(max_length=8, choices=DateBasis)
    note = ProseField(blank=True, max_length=2000)
    sha256 = models.CharField(
        "SHA-256 of the text",
        max_length=64,
        blank=True,
        validators=[RegexValidator(r"\A[0-9a-f]{64}\Z", "64 hexadecimal digits, in lower case.")],
    )
    synthetic = models.BooleanField(default=False)
    external_id = ExternalIdField()
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )

    class Meta:
        ordering = ("-published_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(date_basis__in=("printed", "archived", "inferred")),
                name="source_date_basis",
            ),
            models.CheckConstraint(
                condition=models.Q(sha256="") | models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="source_sha256",
            ),
            models.UniqueConstraint(
                fields=("url",), condition=~models.Q(url=""), name="source_url_once"
            ),
            unique_where_given("source"),
        )

    def __str__(self) -> str:
        return f"{self.outlet}: {self.title}"

    @property
    def proves_its_date(self) -> bool:
        """Whether the date rests on more than inference."""
        return self.date_basis != self.DateBasis.INFERRED
