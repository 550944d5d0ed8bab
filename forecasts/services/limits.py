"""Limits: how often somebody may do something within a period. Exact, whoever else is at it."""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from forecasts.exceptions import LimitReachedError
from forecasts.models import Usage

SALT = "hindcast.usage"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@transaction.atomic
def count_usage(*, purpose: str, subject: str, most: int, per: timedelta, as_of: datetime) -> None:
    """Count one use of what a subject may do `most` times in each period.

    Periods follow one another from 1970 on, so that one of a day is a day in UTC. The count is
    part of the caller's transaction: what fails is not counted. Raises LimitReachedError.
    """
    starts_at = EPOCH + (as_of - EPOCH) // per * per
    ends_at = starts_at + per
    key = _key(purpose, subject, starts_at)
    Usage.objects.bulk_create([Usage(key=key, ends_at=ends_at)], ignore_conflicts=True)
    # One statement looks and counts: two of them could both see the last free place.
    if not Usage.objects.filter(key=key, n__lt=most).update(n=F("n") + 1):
        raise LimitReachedError(most=most, starts_at=starts_at, retry_at=ends_at)


def forget_usages(*, as_of: datetime) -> int:
    """Delete the counts of periods that are over; returns how many there were."""
    return Usage.objects.filter(ends_at__lte=as_of).delete()[0]


def _key(purpose: str, subject: str, starts_at: datetime) -> str:
    value = f"{purpose}\n{starts_at.isoformat()}\n{subject}"
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()
