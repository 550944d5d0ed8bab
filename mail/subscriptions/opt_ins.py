"""Double opt-in: an address asks, and whoever reads its mail confirms."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet

from forecasts.bell import ring
from forecasts.services.limits import count_usage
from forecasts.services.saving import atomic_or_busy
from mail.codes import ONE_DAY, fits, has_mail_left, hash_code, new_code
from mail.links import site_link
from mail.models import Delivery, Subscriber
from mail.models.subscribers import CODE_TRIES, normal_address
from mail.one_offs import queue_one_off, suppress_waiting
from mail.subscriptions.choices import COLUMNS, Choices, check_choices, summary_of
from mail.subscriptions.consents import CONSENTS
from mail.subscriptions.departures import UNDO_WITHIN, locked
from mail.subscriptions.selections import selection_for
from mail.subscriptions.tokens import CONFIRM_WITHIN, confirmation_token, preferences_token

CODE_SALT = "hindcast.subscription-code"
MOST_A_DAY = 20
MOST_MAILS_A_DAY = 3
MOST_TRIES_AN_HOUR = 30
ONE_HOUR = timedelta(hours=1)
TWICE_WITHIN = timedelta(minutes=1)
NO_CODE = {"code_hash": "", "code_until": None, "code_tries": 0}


@atomic_or_busy()
def subscribe(*, email: str, choices: Choices, consent: str, network: str, as_of: datetime) -> None:
    """Send the address a mail with a link and a code that confirm it, and keep what it chose.

    Who is subscribed gets a mail with the link to their preferences instead, and nothing is
    changed. Nothing tells the two apart: both take the same steps, statement by statement. An
    address gets three such mails a day, and one a minute; nobody is told of that. Raises
    ValidationError, NothingLeftError, TooManyChosenError, LimitReachedError and BusyError.
    """
    if consent not in CONSENTS:
        raise ValueError(consent)
    row = check_choices(choices, email=email)
    count_usage(purpose="subscribe", subject=network, most=MOST_A_DAY, per=ONE_DAY, as_of=as_of)
    row.selection = selection_for(topics=choices.topics, experts=choices.experts)
    row.consent = consent
    Subscriber.objects.bulk_create([row], ignore_conflicts=True)
    known = locked_by_address(row.email)
    mails = mails_of(known)
    if mails.filter(created_at__gt=as_of - TWICE_WITHIN).exists():
        return
    if has_mail_left(
        purpose="subscribe-mail", address=known.email, most=MOST_MAILS_A_DAY, as_of=as_of
    ):
        _send(known, row, mails, as_of)


def confirm(*, subscriber: Subscriber, as_of: datetime) -> bool:
    """Confirm the address of who has a code that waits; says whether it had not been yet.

    Who had left, or was refused as a recipient, gets mail again. Safe to repeat and at once.
    """
    waiting = Subscriber.objects.filter(pk=subscriber.pk).exclude(code_hash="")
    changes: dict[str, Any] = {"wants_digest": True, "unsubscribed_at": None, **NO_CODE}
    refused = {"suppressed_at": None, "suppressed_for": "", "n_soft_bounces": 0}
    return waiting.update(confirmed_at=as_of, **changes, **refused) == 1


@atomic_or_busy()
def confirm_by_code(*, email: str, code: str, network: str, as_of: datetime) -> Subscriber | None:
    """Confirm an address by the code that it was mailed; None, and nothing more, if it is wrong.

    So it is where the code has run out, or was tried too often, and for any address that waits
    for none. Raises LimitReachedError and BusyError.
    """
    count_usage(
        purpose="subscribe-code",
        subject=network,
        most=MOST_TRIES_AN_HOUR,
        per=ONE_HOUR,
        as_of=as_of,
    )
    # No address has what PostgreSQL would not even look for.
    known = normal_address(email) if email.isprintable() else ""
    address = Subscriber.objects.filter(email=known)
    waiting = address.exclude(code_hash="").filter(code_until__gt=as_of, code_tries__lt=CODE_TRIES)
    may_try = waiting.update(code_tries=F("code_tries") + 1) == 1
    found = address.first()
    row = found or Subscriber(pk=0)
    if not fits(CODE_SALT, row.pk, code, row.code_hash) or not may_try:
        return None
    confirm(subscriber=row, as_of=as_of)
    return row


def is_waiting(subscriber: Subscriber) -> bool:
    """Whether there is something to confirm."""
    return bool(subscriber.code_hash)


def locked_by_address(email: str) -> Subscriber:
    """The row of an address, which nobody else changes until this transaction ends."""
    return locked(Subscriber.objects.only("pk").get(email=email))


def mails_of(subscriber: Subscriber) -> QuerySet[Delivery]:
    """Those about subscribing, to the address itself."""
    return Delivery.objects.one_off().filter(key__startswith=f"subscription:{subscriber.pk}:")


def _send(known: Subscriber, asked: Subscriber, mails: QuerySet[Delivery], as_of: datetime) -> None:
    """A mail to confirm, or to who is subscribed; each step is taken for both."""
    code, until = new_code(), as_of + CONFIRM_WITHIN
    inactive = Subscriber.objects.filter(pk=known.pk).exclude(
        pk__in=Subscriber.objects.active().filter(pk=known.pk).values("pk")
    )
    kept = {
        "code_hash": hash_code(CODE_SALT, known.pk, code),
        "code_until": until,
        "code_tries": 0,
        "consent": asked.consent,
    }
    may_undo = _may_undo(known, as_of)
    if not may_undo:
        kept |= {name: getattr(asked, name) for name in ("selection_id", *COLUMNS)}
    is_asked = inactive.update(**kept) == 1
    known = locked(known)
    suppress_waiting(mails, "another was sent")
    number = mails.count() + 1
    queue_one_off(
        key=f"subscription:{known.pk}:mail:{number}",
        # Both hold what gives access, so that neither stays in the outbox once it is sent.
        kind=Delivery.Kind.CODE,
        template="subscription_confirm" if is_asked else "subscription_known",
        address=known.email,
        context={
            "code": code,
            "link": site_link("web:confirm", confirmation_token(known, as_of=as_of)),
            "code_link": site_link("web:subscription-code"),
            "preferences": site_link("web:preferences", preferences_token(known)),
            # Of what is asked, whoever it is: so it takes as long.
            "summary": summary_of(known if may_undo else asked),
        },
        as_of=as_of,
        not_after=until,
    )
    ring()


def _may_undo(known: Subscriber, as_of: datetime) -> bool:
    """Whether they left so lately that undoing it has to find their choices as they were."""
    left = known.unsubscribed_at
    return left is not None and left > as_of - UNDO_WITHIN
