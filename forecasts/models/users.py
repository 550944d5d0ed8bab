"""The people who work here: coders, reviewers and leads."""

from typing import ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models


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

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    def has_role(self, *roles: Role) -> bool:
        """Whether the user is active and in the group of one of `roles`; superusers too."""
        return self.is_active and any(group.name in roles for group in self.groups.all())
