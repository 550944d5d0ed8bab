"""The outbox: mails are rows with a unique key, claimed one by one and sent outside any
transaction."""

import logging
import re
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, QuerySet

from mail.bounces import forget_soft_bounces, record_hard_bounce, record_soft_bounce
from mail.models import Delivery
from mail.models.deliveries import ONE_OFF, DeliveryQuerySet
from mail.sending import Molds, Outcome, address_of, hand_over
from mail.statements import Update

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
# Of mails that one sender sets aside, and how long, should it die before it claims them.
BATCH = 500
SET_ASIDE = timedelta(minutes=1)
# About three days of being put off; a mail over which its sender dies gets fewer.
MAX_ATTEMPTS = 25
MAX_DEATHS = 3
LONGEST_RUN = timedelta(seconds=20)
FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=4)

# Twice is better than not at all for these; a digest is held and listed.
RESENT = (Delivery.Kind.PROMPT, Delivery.Kind.SUMMARY, *ONE_OFF)

# Servers name others, too: where it was forwarded to, or the same in another spelling.
ANY_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")

Clock = Callable[[], datetime]


def send_ready_mail(*, clock: Clock, limit: int = BATCH) -> int:
    """Send at most `limit` mails whose time has come; returns how many were handed over.

    As many senders as one wants: each sets some mails aside for itself, and claims them one by
    one. A mail server that cannot be reached stops the run and costs no mail an attempt. A mail
    whose sender died is `uncertain`: prompts are sent again, digests are held and listed.
    """
    release_abandoned(as_of=clock())
    claim = uuid.uuid4()
    ready = _set_aside(claim, clock(), limit)
    if not ready:
        return 0
    connection = get_connection()
    try:
        return _send_all(claim, ready, connection, clock)
    finally:
        connection.close()
        _give_back(claim)


def _set_aside(claim: uuid.UUID, as_of: datetime, limit: int) -> list[Delivery]:
    """Mails that no other sender looks at for a while. They stay pending: nothing has begun."""
    with transaction.atomic():
        free = Delivery.objects.ready(as_of).order_by("not_before", "pk")
        locked = free.select_for_update(skip_locked=True, of=("self",))
        chosen = list(locked.values_list("pk", flat=True)[:limit])
        rows = Delivery.objects.filter(pk__in=chosen)
        rows.update(claim=claim, lease_until=as_of + SET_ASIDE)
    found = rows.select_related("user", "subscriber", "digest").defer("digest__content")
    return list(found.order_by("not_before", "pk"))


def _give_back(claim: uuid.UUID) -> None:
    unsent = Delivery.objects.filter(claim=claim, state=Delivery.State.PENDING)
    unsent.update(claim=None, lease_until=None)


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


def _send_all(
    claim: uuid.UUID, ready: Sequence[Delivery], connection: BaseEmailBackend, clock: Clock
) -> int:
    n_sent, started, molds = 0, clock(), Molds()
    for delivery in ready:
        if clock() - started > LONGEST_RUN:
            break
        try:
            connection.open()
        except OSError as error:
            logger.warning("mail server out of reach: %s", error)
            break
        if not _begin(delivery, claim, clock()):
            continue
        outcome = hand_over(delivery, connection, molds)
        if outcome.is_link_broken:
            connection.close()
        n_sent += _report(delivery, outcome, clock())
        if outcome.is_outage:
            said = _without_address(outcome.error, delivery)
            logger.error("the mail server refuses this sender: %s", said)
            break
    return n_sent


def _begin(delivery: Delivery, claim: uuid.UUID, as_of: datetime) -> bool:
    """Claim a mail, unless somebody else has, its reader has left or an editor holds it."""
    taken = _claiming().run(pk=delivery.pk, claim=claim, as_of=as_of, lease=as_of + LEASE)
    if not taken:
        _suppress_unwanted(Delivery.objects.due(as_of).filter(pk=delivery.pk, claim=claim), as_of)
        return False
    delivery.attempts += 1
    delivery.claim = claim
    return True


@cache
def _claiming() -> Update:
    """One row, if it is due, wanted and set aside for this sender still."""
    pk, claim, as_of = -1, uuid.UUID(int=1), datetime(1990, 1, 1, tzinfo=UTC)
    mine = Delivery.objects.due(as_of).wanted(as_of).filter(pk=pk, claim=claim)
    changes = {
        "state": Delivery.State.SENDING,
        "lease_until": as_of + LEASE,
        "attempts": F("attempts") + 1,
    }
    field: Callable[[str], Any] = Delivery._meta.get_field
    places = {
        "pk": (pk, field("id")),
        "claim": (claim, field("claim")),
        "as_of": (as_of, field("not_before")),
        "lease": (as_of + LEASE, field("lease_until")),
    }
    return Update(mine, changes, places)


def _suppress_unwanted(mine: DeliveryQuerySet, as_of: datetime) -> None:
    rows = mine.exclude(pk__in=mine.wanted(as_of).values("pk"))
    changes: dict[str, Any] = {
        "state": Delivery.State.SUPPRESSED,
        "claim": None,
        "lease_until": None,
    }
    rows.filter(kind=Delivery.Kind.DIGEST).update(error="unsubscribed", **changes)
    rows.filter(user__is_active=False).update(error="account closed", **changes)
    rows.filter(kind=Delivery.Kind.SUMMARY).update(error="unsubscribed", **changes)
    rows.update(error="out of date", **changes, **_erased(Delivery.Kind.CODE))


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
    _learn(delivery, outcome, error, as_of)
    logger.info("mail %s: %s", delivery.pk, state)
    return state == Delivery.State.SENT


def _learn(delivery: Delivery, outcome: Outcome, error: str, as_of: datetime) -> None:
    """What it says of the address; of several attempts at one mail, the first counts."""
    if delivery.subscriber is None:
        return
    reader = delivery.subscriber.pk
    if outcome.state == Delivery.State.SENT:
        if delivery.subscriber.n_soft_bounces:
            forget_soft_bounces(subscriber=reader)
    elif outcome.state == Delivery.State.SUPPRESSED:
        record_hard_bounce(subscriber=reader, reason=error, as_of=as_of)
    elif outcome.is_of_reader and delivery.attempts == 1:
        record_soft_bounce(subscriber=reader, reason=error, as_of=as_of)
