"""Subscribers: who gets the weekly digest."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models import Q

from forecasts.models.users import validate_zone


def validate_address(address: str) -> None:
    """Refuse what could reach somebody else: lists, white space, control characters."""
    if any(character in address for character in ",;<>\"'() ") or not address.isprintable():
        msg = "Enter one plain e-mail address."
        raise ValidationError(msg, code="address")
    validate_email(address)


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Subscribers by whether they want mail."""

    def active(self) -> "SubscriberQuerySet":
        """Confirmed, not unsubscribed, not suppressed after a bounce."""
        return self.filter(confirmed_at__isnull=False, unsubscribed_at=None, suppressed_at=None)


class Subscriber(models.Model):
    """One address that asked for the digest."""

    email = models.EmailField(max_length=254, unique=True, validators=[validate_address])
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    suppressed_at = models.DateTimeField(
        null=True, blank=True, help_text="Set when the address was refused for good."
    )

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=~Q(email=""), name="subscriber_has_address"),
        )

    def __str__(self) -> str:
        return f"Subscriber {self.pk}"

    def clean_fields(self, exclude: Any = None) -> None:
        """Addresses are kept in lower case, so that each is kept once."""
        self.email = self.email.strip().lower()
        super().clean_fields(exclude)
