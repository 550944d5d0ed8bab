"""The one subscriber of the demo, and where they choose."""

from datetime import datetime

from forecasts.services.saving import save_checked
from mail.links import site_link
from mail.models import Subscriber
from mail.subscriptions import preferences_token

READER = "reader@example.org"


def subscribe_reader(*, as_of: datetime) -> None:
    """As somebody who has confirmed."""
    save_checked(Subscriber(email=READER, confirmed_at=as_of))


def reader_line() -> str:
    """The link that stands in every mail to them; nothing where a visitor has erased them."""
    reader = Subscriber.objects.filter(email=READER).first()
    if reader is None:
        return ""
    link = site_link("web:preferences", preferences_token(reader))
    return f"\nThe reader of the digest needs no log-in: {link}"
