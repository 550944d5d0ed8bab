"""Subscribers: who gets the weekly digest, of what, when and how."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, validate_email
from django.db import models
from django.db.models import Q
from django.utils.encoding import punycode

from forecasts.models.users import validate_zone
from mail.models.selections import Selection

CODE_TRIES = 5
LAST_HOUR = 23


def validate_address(address: str) -> None:
    """Refuse what could reach somebody else: lists, white space, control characters."""
    if any(character in address for character in ",;<>\"'() ") or not address.isprintable():
        msg = "Enter one plain e-mail address."
        raise ValidationError(msg, code="address")
    validate_email(address)


def normal_address(address: str) -> str:
    """As it is kept, so that each is kept once: in lower case, the domain as servers write it."""
    local, at, domain = address.strip().lower().rpartition("@")
    try:
        return f"{local}{at}{punycode(domain)}"
    except UnicodeError:
        return f"{local}{at}{domain}"


class Stream(models.TextChoices):
    """What can be left on its own."""

    DIGEST = "digest", "The weekly digest"
    CORRECTIONS = "corrections", "Corrections of what you were sent, in weeks without a digest"
    EVERYTHING = "everything", "All mail to this address"


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Subscribers by whether they want mail."""

    def active(self) -> "SubscriberQuerySet":
        """Confirmed, not unsubscribed, not suppressed after a bounce."""
        return self.filter(confirmed_at__isnull=False, unsubscribed_at=None, suppressed_at=None)


class Subscriber(models.Model):
    """One address that asked for the digest."""

    class Weekday(models.IntegerChoices):
        """The first of these after the freeze is the day of delivery; as ISO counts."""

        MONDAY = 1
        TUESDAY = 2
        WEDNESDAY = 3
        THURSDAY = 4
        FRIDAY = 5
        SATURDAY = 6
        SUNDAY = 7

    class Locale(models.TextChoices):
        """How dates are written. The text is English whatever is chosen."""

        BRITISH = "en-gb", "21 November 2026"
        AMERICAN = "en-us", "November 21, 2026"
        ISO = "iso", "2026-11-21"
        GERMAN = "de", "21. November 2026"
        SPANISH = "es", "21 de noviembre de 2026"
        FRENCH = "fr", "21 novembre 2026"
        ITALIAN = "it", "21 novembre 2026 (italiano)"
        DUTCH = "nl", "21 november 2026"
        POLISH = "pl", "21 listopada 2026"
        PORTUGUESE = "pt", "21 de novembro de 2026"
        RUSSIAN = "ru", "21 ноября 2026 г."  # noqa: RUF001, Russian
        UKRAINIAN = "uk", "21 листопада 2026 р."  # noqa: RUF001, Ukrainian

    email = models.EmailField(max_length=254, unique=True, validators=[validate_address])
    selection = models.ForeignKey(
        Selection,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="subscribers",
        help_text="The topics and experts chosen; empty: everything.",
    )
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    weekday = models.PositiveSmallIntegerField(choices=Weekday, default=Weekday.MONDAY)
    hour = models.PositiveSmallIntegerField(default=8, validators=[MaxValueValidator(LAST_HOUR)])
    locale = models.CharField(max_length=5, choices=Locale, default=Locale.BRITISH)
    is_text_only = models.BooleanField("text only", default=False)
    wants_digest = models.BooleanField("weekly digest", default=True)
    wants_corrections = models.BooleanField("corrections", default=True)
    wants_empty = models.BooleanField("one line in weeks without news", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    consent = models.CharField(max_length=20, blank=True)
    """The version of the text that was agreed to; empty where an editor entered the address."""
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    n_soft_bounces = models.PositiveSmallIntegerField(default=0)
    """In a row: what is taken sets it back."""
    suppressed_at = models.DateTimeField(
        null=True, blank=True, help_text="Set when the address was refused for good."
    )
    suppressed_for = models.CharField(max_length=200, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=~Q(email=""), name="subscriber_has_address"),
            models.CheckConstraint(
                condition=Q(weekday__gte=1, weekday__lte=7, hour__lte=LAST_HOUR),
                name="subscriber_when",
            ),
            models.CheckConstraint(
                condition=Q(code_tries__lte=CODE_TRIES), name="subscriber_code_tries"
            ),
        )

    def __str__(self) -> str:
        return f"Subscriber {self.pk}"

    @property
    def is_active(self) -> bool:
        """As `active()` has it."""
        has_left = self.unsubscribed_at is not None or self.suppressed_at is not None
        return self.confirmed_at is not None and not has_left

    def clean_fields(self, exclude: Any = None) -> None:
        """Addresses are kept in one way of writing them."""
        self.email = normal_address(self.email)
        super().clean_fields(exclude)


class Unsubscription(models.Model):
    """That a subscriber left a stream, by which issue's link, and whether they came back."""

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="unsubscriptions"
    )
    stream = models.CharField(max_length=11, choices=Stream)
    digest = models.ForeignKey(
        "mail.Digest", null=True, on_delete=models.PROTECT, related_name="unsubscriptions"
    )
    left_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-left_at", "-pk")

    def __str__(self) -> str:
        return f"{self.subscriber} left {self.stream}"
