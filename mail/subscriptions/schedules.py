"""When a reader's next mail comes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mail.models import Delivery, Subscriber
from mail.weeks import Week

ONE_WEEK = timedelta(days=7)
ON_THEIR_WAY = (Delivery.State.PENDING, Delivery.State.SENDING)


def next_digest_at(subscriber: Subscriber, *, as_of: datetime) -> datetime | None:
    """When the next digest is sent, where they live; None where they get none.

    That of an issue which waits to be sent or, without one, of the next that is frozen. A time
    that has passed means: as soon as the mail server takes it.
    """
    if not subscriber.is_active or not subscriber.wants_digest:
        return None
    waiting = subscriber.deliveries.filter(state__in=ON_THEIR_WAY).order_by("not_before")
    at = waiting.values_list("not_before", flat=True).first()
    if at is None:
        upcoming = Week.containing((Week.latest_frozen(as_of).freeze + ONE_WEEK).date())
        at = upcoming.delivery_time(
            subscriber.time_zone, weekday=subscriber.weekday, hour=subscriber.hour
        )
    return at.astimezone(ZoneInfo(subscriber.time_zone))
