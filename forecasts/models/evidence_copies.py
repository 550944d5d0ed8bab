"""Copies of pages that evidence links to, and what became of fetching them."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from forecasts.models.hosts import MAX_HOST, is_reserved
from forecasts.models.verdicts import Evidence

MAX_TITLE = 300
MAX_ADDRESS = 4000
MAX_REASON = 300


class EvidenceCopyQuerySet(models.QuerySet["EvidenceCopy"]):
    """Copies by what is to be done with them."""

    def ready(self, as_of: datetime) -> "EvidenceCopyQuerySet":
        """Waiting to be fetched, and their time has come."""
        return self.filter(state=EvidenceCopy.State.WAITING, not_before__lte=as_of)

    def abandoned(self, as_of: datetime) -> "EvidenceCopyQuerySet":
        """Claimed by somebody who never reported back within the lease."""
        return self.filter(state=EvidenceCopy.State.FETCHING, lease_until__lt=as_of)


class EvidenceCopy(models.Model):
    """A linked page as it was received. What is kept never changes; a failure can be retried."""

    class State(models.TextChoices):
        """Where the copy is on its way."""

        WAITING = "waiting"
        FETCHING = "fetching"
        KEPT = "kept"
        FAILED = "failed"

    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="copy")
    host = models.CharField(max_length=MAX_HOST)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    claim = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=MAX_REASON, blank=True)
    """Why the last attempt failed, as the end of "could not be kept: …"."""
    final_url = models.CharField(max_length=MAX_ADDRESS, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    media_type = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=MAX_TITLE, blank=True)
    text = models.TextField(blank=True)
    file = models.FileField(blank=True, max_length=100)
    size = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    kept_at = models.DateTimeField(null=True)

    objects = EvidenceCopyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "evidence copies"
        indexes = (models.Index(fields=("state", "not_before", "id"), name="evidence_copy_state"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "fetching", "kept", "failed")),
                name="evidence_copy_known_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="fetching") | Q(claim__isnull=False, lease_until__isnull=False),
                name="evidence_copy_claimed",
            ),
            models.CheckConstraint(
                condition=~Q(state="kept")
                | Q(kept_at__isnull=False, size__isnull=False) & ~Q(file="") & ~Q(sha256=""),
                name="evidence_copy_kept_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(reason=""), name="evidence_copy_failed_why"
            ),
            # Politeness: nobody asks a host while somebody else does.
            models.UniqueConstraint(
                fields=("host",), condition=Q(state="fetching"), name="evidence_copy_host_alone"
            ),
        )

    def __str__(self) -> str:
        return f"Copy of {self.evidence}"

    @property
    def can_be_retried(self) -> bool:
        """Whether it failed, and there is somebody who could be asked."""
        return self.state == self.State.FAILED and not is_reserved(self.host)
