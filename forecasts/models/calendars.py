"""Calendar feeds: a secret address under which a reviewer's calendar program reads."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    """Feeds by whether their address still works."""

    def working(self) -> "CalendarFeedQuerySet":
        """Those that nobody revoked."""
        return self.filter(revoked_at=None)


class CalendarFeed(models.Model):
    """One address; only the hash of its token is kept. At most one of a user works."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ("made_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("user",), condition=Q(revoked_at=None), name="calendar_feed_one_works"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(revoked_at__gte=F("made_at")),
                name="calendar_feed_revoked_later",
            ),
        )

    def __str__(self) -> str:
        return f"Calendar of {self.user}"
