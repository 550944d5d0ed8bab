"""The people who work here: coders, reviewers and leads."""

from datetime import UTC, date, datetime, time
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q


class Role(models.TextChoices):
    """An editorial role; each is a group of this name."""

    CODER = "coder", "Coder"
    REVIEWER = "reviewer", "Reviewer"
    LEAD = "lead", "Lead"


def validate_zone(name: str) -> None:
    """Refuse what is not a time zone of the IANA database."""
    if name not in available_timezones():
        msg = "This is not a time zone; use a name such as Europe/Berlin."
        raise ValidationError(msg, code="zone")


class User(AbstractUser):
    """A member of staff. Experts, readers and subscribers have no account."""

    time_zone: models.CharField[str, str] = models.CharField(
        max_length=64, default="UTC", validators=[validate_zone]
    )
    prompt_hour = models.PositiveSmallIntegerField(
        default=8,
        validators=[MaxValueValidator(23)],
        help_text="From 0 to 23: when the daily mail of what waits is sent, where you live.",
    )
    wants_summary: models.BooleanField[bool, bool] = models.BooleanField(
        "weekly summary",
        default=True,
        help_text="For leads: what was resolved, what is overdue, who has how much to do.",
    )
    topics = models.ManyToManyField(
        "forecasts.Topic",
        blank=True,
        related_name="reviewers",
        help_text="Topics you know; between two who have equally much to do, they decide.",
    )

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined,misc]
        constraints = (
            models.CheckConstraint(
                condition=Q(prompt_hour__lte=23),
                name="user_prompt_hour",
                violation_error_message="An hour is a number from 0 to 23.",
            ),
        )

    def has_role(self, *roles: Role) -> bool:
        """Whether the user is active and in the group of one of `roles`; superusers too."""
        return self.is_active and any(group.name in roles for group in self.groups.all())

    def local_date(self, as_of: datetime) -> date:
        """The date where the user lives."""
        return as_of.astimezone(ZoneInfo(self.time_zone)).date()

    def prompted_at(self, day: date) -> datetime:
        """When their mail of that date is sent.

        An hour that the clock leaves out is the next there is; of one that comes twice, the first.
        """
        local = datetime.combine(day, time(self.prompt_hour), ZoneInfo(self.time_zone))
        return local.astimezone(UTC)
