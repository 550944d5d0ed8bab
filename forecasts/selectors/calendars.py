"""Whose calendar a secret address is."""

import hashlib

from forecasts.models import CalendarFeed, Role, User


def hash_of(token: str) -> str:
    """What is kept of a token: it is random enough that a plain hash hides it."""
    return hashlib.sha256(token.encode()).hexdigest()


def calendar_owner(token: str) -> User | None:
    """The reviewer whose calendar it opens; None for a token that is unknown or revoked.

    The lookup is by hash, so that its time says nothing of the token.
    """
    feeds = CalendarFeed.objects.working().filter(token_hash=hash_of(token))
    feed = feeds.select_related("user").first()
    if feed is None or not feed.user.has_role(Role.REVIEWER, Role.LEAD):
        return None
    return feed.user


def calendar_of(user: User) -> CalendarFeed | None:
    """The user's feed that works, to say since when."""
    return CalendarFeed.objects.working().filter(user=user).first()
