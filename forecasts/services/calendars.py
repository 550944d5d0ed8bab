"""Making and revoking the secret address of a reviewer's calendar."""

import secrets
from datetime import datetime

from forecasts.models import CalendarFeed, Role, User
from forecasts.selectors.calendars import hash_of
from forecasts.services.roles import require_role
from forecasts.services.saving import atomic_or_busy

TOKEN_BYTES = 32


@atomic_or_busy()
def make_calendar(*, user: User, as_of: datetime) -> str:
    """A new token for the user's calendar, shown this once; the old one ceases to work.

    Raises RoleMissingError.
    """
    require_role(user, (Role.REVIEWER, Role.LEAD))
    revoke_calendar(user=user, as_of=as_of)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    CalendarFeed.objects.create(user=user, token_hash=hash_of(token), made_at=as_of)
    return token


@atomic_or_busy()
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
