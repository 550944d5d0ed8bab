"""Absences: when somebody is out of office."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Absences by whether they hold."""

    def standing(self) -> "AbsenceQuerySet":
        """Not cancelled."""
        return self.filter(cancelled_at=None)


class Absence(models.Model):
    """The days, both included and where the person lives, on which nobody asks them."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences"
    )
    starts_on = models.DateField()
    ends_on = models.DateField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ("starts_on", "pk")
        indexes = (models.Index(fields=("ends_on",), name="absence_by_end"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="absence_starts_before_end"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.starts_on} to {self.ends_on}"
