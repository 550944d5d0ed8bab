"""Making and revoking the secret address of a reviewer's calendar."""

import secrets
from datetime import datetime

from django.db import transaction

from forecasts.models import CalendarFeed, User
from forecasts.selectors.calendars import hash_of
from forecasts.services.roles import REVIEWERS, require_role

TOKEN_BYTES = 32


@transaction.atomic
def make_calendar(*, user: User, as_of: datetime) -> str:
    """A new token for the user's calendar, shown this once; the old one ceases to work.

    Raises RoleMissingError.
    """
    require_role(user, REVIEWERS)
    revoke_calendar(user=user, as_of=as_of)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    CalendarFeed.objects.create(user=user, token_hash=hash_of(token), made_at=as_of)
    return token


@transaction.atomic
def revoke_calendar(*, user: User, as_of: datetime) -> bool:
    """Let the address of the user's calendar work no more; says whether one did."""
    # Two that make one at once wait for each other here, and meet the unique index behind it.
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    feed = CalendarFeed.objects.working().filter(user=user).first()
    if feed is None:
        return False
    feed.revoked_at = max(as_of, feed.made_at)
    feed.save(update_fields=["revoked_at"])
    return True
