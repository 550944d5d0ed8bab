"""A mail in the hands of a sender."""

from datetime import datetime
from uuid import uuid4

from mail.models import Delivery
from mail.outbox import SET_ASIDE, _begin


def claimed(pk: int, as_of: datetime) -> Delivery | None:
    """The mail, set aside and claimed as a sender does; None where it may not be sent."""
    claim = uuid4()
    ready = Delivery.objects.ready(as_of).filter(pk=pk)
    ready.update(claim=claim, lease_until=as_of + SET_ASIDE)
    delivery = Delivery.objects.select_related("user", "subscriber").get(pk=pk)
    return delivery if _begin(delivery, claim, as_of) else None
