"""Sending a test: an issue as a mail to one address, apart from its deliveries."""

from datetime import datetime, timedelta
from uuid import uuid4

from forecasts.bell import ring
from forecasts.models import User
from forecasts.services.limits import count_usage
from forecasts.services.saving import atomic_or_busy
from mail.issues.exceptions import NoAddressError
from mail.issues.holds import require_editor
from mail.issues.previews import Preview
from mail.models import Delivery

MOST_TESTS = 10
PERIOD = timedelta(hours=1)
MAX_SUBJECT = 300


@atomic_or_busy()
def send_test_to_oneself(*, preview: Preview, by: User, as_of: datetime) -> Delivery:
    """Put the preview in the outbox, to the address of the user's own account.

    Raises EditorMissingError, NoAddressError, LimitReachedError, BusyError.
    """
    require_editor(by)
    if not by.email:
        raise NoAddressError
    count_usage(purpose="digest-test", subject=str(by.pk), most=MOST_TESTS, per=PERIOD, as_of=as_of)
    return queue_test(preview=preview, address=by.email, as_of=as_of)


def queue_test(*, preview: Preview, address: str, as_of: datetime) -> Delivery:
    """Put the preview in the outbox as a mail of its own; its pictures are within its HTML."""
    delivery = Delivery.objects.create(
        key=f"digest-test:{preview.week}:{uuid4()}",
        kind=Delivery.Kind.NOTICE,
        address=address,
        subject=f"[Test] {preview.subject}"[:MAX_SUBJECT],
        text=preview.text,
        html=preview.html_alone,
        headers={"Auto-Submitted": "auto-generated"},
        not_before=as_of,
        not_after=as_of + timedelta(days=1),
        created_at=as_of,
    )
    ring()
    return delivery
