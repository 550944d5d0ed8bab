"""The outbox: mails are rows with a unique key, claimed one by one and sent outside any
transaction."""

import logging
import re
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, QuerySet

from mail.models import Delivery, Subscriber
from mail.models.deliveries import ONE_OFF
from mail.sending import Outcome, address_of, build_message, hand_over

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 50
# About three days of being put off; a mail over which its sender dies gets fewer.
MAX_ATTEMPTS = 25
MAX_DEATHS = 3
LONGEST_RUN = timedelta(seconds=20)
FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=4)

# Twice is better than not at all for these; a digest is held and listed.
RESENT = (Delivery.Kind.PROMPT, *ONE_OFF)

# Servers name others, too: where it was forwarded to, or the same in another spelling.
ANY_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")

Clock = Callable[[], datetime]


def send_ready_mail(*, clock: Clock, limit: int = BATCH) -> int:
    """Send at most `limit` mails whose time has come; returns how many were handed over.

    A mail server that cannot be reached stops the run and costs no mail an attempt. A mail
    whose sender died is `uncertain`: prompts are sent again, digests are held and listed.
    """
    release_abandoned(as_of=clock())
    ready = list(
        Delivery.objects.ready(clock())
        .order_by("not_before", "pk")
        .values_list("pk", flat=True)[:limit]
    )
    if not ready:
        return 0
    connection = get_connection()
    try:
        return _send_all(ready, connection, clock)
    finally:
        connection.close()


def release_abandoned(*, as_of: datetime) -> None:
    """Decide about mails that somebody claimed and never reported on."""
    abandoned = Delivery.objects.abandoned(as_of)
    abandoned.filter(kind__in=RESENT, attempts__gte=MAX_DEATHS).update(
        state=Delivery.State.FAILED,
        claim=None,
        lease_until=None,
        error="Its sender stopped again and again.",
    )
    abandoned.filter(kind__in=RESENT).update(
        state=Delivery.State.PENDING, claim=None, lease_until=None
    )
    abandoned.filter(kind=Delivery.Kind.DIGEST).update(
        state=Delivery.State.UNCERTAIN,
        claim=None,
        lease_until=None,
        error="The sender stopped while handing it over.",
    )


def decide_uncertain(*, deliveries: QuerySet[Delivery], resend: bool, as_of: datetime) -> int:
    """Settle by hand what became of held mails; returns how many of them there were.

    Sent again, a mail that did arrive arrives twice, with the same Message-ID. Failed mails
    can be sent again as well.
    """
    rows = Delivery.objects.filter(pk__in=deliveries.values("pk"))
    if resend:
        stuck = rows.filter(state__in=(Delivery.State.UNCERTAIN, Delivery.State.FAILED))
        stuck = stuck.exclude(kind__in=ONE_OFF, address="")
        return stuck.update(state=Delivery.State.PENDING, not_before=as_of, attempts=0, error="")
    uncertain = rows.filter(state=Delivery.State.UNCERTAIN)
    return uncertain.update(state=Delivery.State.SENT, sent_at=as_of, error="")


def _send_all(ready: Iterable[int], connection: BaseEmailBackend, clock: Clock) -> int:
    n_sent, started = 0, clock()
    for pk in ready:
        if clock() - started > LONGEST_RUN:
            break
        try:
            connection.open()
        except OSError as error:
            logger.warning("mail server out of reach: %s", error)
            break
        delivery = _claim(pk, clock())
        if delivery is None:
            continue
        outcome = hand_over(build_message(delivery), connection)
        if outcome.is_link_broken:
            connection.close()
        n_sent += _report(delivery, outcome, clock())
        if outcome.is_outage:
            said = _without_address(outcome.error, delivery)
            logger.error("the mail server refuses this sender: %s", said)
            break
    return n_sent


def _claim(pk: int, as_of: datetime) -> Delivery | None:
    """Take a mail, unless somebody else has or its reader has left."""
    claim = uuid.uuid4()
    pending = Delivery.objects.ready(as_of).filter(pk=pk)
    pending.unwanted().update(state=Delivery.State.SUPPRESSED, error="unsubscribed")
    pending.filter(kind=Delivery.Kind.PROMPT, user__is_active=False).update(
        state=Delivery.State.SUPPRESSED, error="account closed"
    )
    pending.filter(not_after__lte=as_of).update(
        state=Delivery.State.SUPPRESSED, error="out of date", **_erased(Delivery.Kind.CODE)
    )
    taken = pending.update(
        state=Delivery.State.SENDING,
        claim=claim,
        lease_until=as_of + LEASE,
        attempts=F("attempts") + 1,
    )
    if not taken:
        return None
    return Delivery.objects.select_related("user", "subscriber").get(pk=pk, claim=claim)


def _erased(kind: str) -> dict[str, str]:
    """What no longer stands in a one-off mail that is done with: whose it is, and a code."""
    if kind not in ONE_OFF:
        return {}
    return {"address": ""} | ({"text": "", "html": ""} if kind == Delivery.Kind.CODE else {})


def _without_address(text: str, delivery: Delivery) -> str:
    """What the mail server said; it likes to repeat the address.

    Staff see the recipient beside the error, and the log is for whoever runs the service.
    """
    if address := address_of(delivery):
        text = re.sub(re.escape(address), "…", text, flags=re.IGNORECASE)
    return ANY_ADDRESS.sub("…", text)


def _pause_after(n_attempts: int) -> timedelta:
    pause: timedelta = FIRST_PAUSE * 2 ** (n_attempts - 1)
    return min(pause, LONGEST_PAUSE)


def _report(delivery: Delivery, outcome: Outcome, as_of: datetime) -> bool:
    """Write down what became of a claimed mail; says whether it was handed over."""
    error = _without_address(outcome.error, delivery)[:500]
    changes: dict[str, object] = {"claim": None, "lease_until": None, "error": error}
    state = outcome.state
    if state == Delivery.State.UNCERTAIN and delivery.kind in RESENT:
        state = Delivery.State.PENDING
    if outcome.is_outage:
        changes |= {"attempts": F("attempts") - 1, "not_before": as_of + FIRST_PAUSE}
    elif state == Delivery.State.PENDING and delivery.attempts >= MAX_ATTEMPTS:
        state = Delivery.State.FAILED
    elif state == Delivery.State.PENDING:
        changes["not_before"] = as_of + _pause_after(delivery.attempts)
    if state == Delivery.State.SENT:
        changes["sent_at"] = as_of
    if state in {Delivery.State.SENT, Delivery.State.SUPPRESSED}:
        changes |= _erased(delivery.kind)
    mine = Delivery.objects.filter(pk=delivery.pk, claim=delivery.claim)
    mine.update(state=state, **changes)
    if state == Delivery.State.SUPPRESSED and delivery.subscriber_id:
        Subscriber.objects.filter(pk=delivery.subscriber_id).update(suppressed_at=as_of)
    logger.info("mail %s: %s", delivery.pk, state)
    return state == Delivery.State.SENT
