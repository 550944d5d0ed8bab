"""Disputes by mail: a code that confirms an address, and news to whoever confirmed theirs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet

from forecasts.bell import ring
from forecasts.models import Dispute
from forecasts.services.disputes import open_dispute
from forecasts.services.saving import atomic_or_busy, save_checked
from mail.codes import fits, has_mail_left, hash_code, new_code
from mail.links import site_link
from mail.models import Delivery, DisputeContact
from mail.models.contacts import CODE_TRIES
from mail.one_offs import queue_one_off, suppress_waiting

CODE_LASTS = timedelta(minutes=30)
CODE_SALT = "hindcast.dispute-code"
MOST_CODES_A_DAY = 3
TWICE_WITHIN = timedelta(minutes=1)
UNCONFIRMED_KEPT = timedelta(days=7)
CONFIRMED_KEPT = timedelta(days=30)


@transaction.atomic
def receive_dispute(*, email: str = "", as_of: datetime, **said: Any) -> Dispute:
    """Take in a dispute and, where an address is given, send it a code.

    What else is said, and what is raised, is open_dispute's. An address that has had its codes of
    the day gets none, and nobody is told, for that would say whose address is in use.
    """
    dispute = open_dispute(**said, as_of=as_of)
    if email and not DisputeContact.objects.filter(dispute=dispute).exists():
        _open_contact(dispute, email.strip().lower(), as_of)
    return dispute


@atomic_or_busy()
def send_code_again(*, dispute: Dispute, as_of: datetime) -> None:
    """Send a new code, which takes the place of the one before, to who has not confirmed theirs.

    An address that has had its codes of the day gets none, and its last one stays good; nobody is
    told. Pressed twice within a minute it is one code.
    """
    waiting = DisputeContact.objects.filter(dispute=dispute, confirmed_at=None, erased_at=None)
    contact = waiting.select_for_update().first()
    if contact is None or contact.code_until > as_of + CODE_LASTS - TWICE_WITHIN:
        return
    if _counts(contact.email, as_of):
        suppress_waiting(_codes_of(dispute.pk), "another code was sent")
        _send_code(contact, as_of)


def _open_contact(dispute: Dispute, email: str, as_of: datetime) -> None:
    contact = DisputeContact(
        dispute=dispute, email=email, code_hash="-", code_until=as_of, created_at=as_of
    )
    save_checked(contact)
    if _counts(email, as_of):
        _send_code(contact, as_of)


def _counts(email: str, as_of: datetime) -> bool:
    """Whether the address may have one more code today; it is counted."""
    return has_mail_left(purpose="dispute-code", address=email, most=MOST_CODES_A_DAY, as_of=as_of)


def _send_code(contact: DisputeContact, as_of: datetime) -> None:
    dispute, code = contact.dispute, new_code()
    number = _codes_of(dispute.pk).count() + 1
    contact.code_hash = hash_code(CODE_SALT, dispute.pk, code)
    contact.code_until = as_of + CODE_LASTS
    contact.tries = 0
    contact.save(update_fields=["code_hash", "code_until", "tries"])
    context = {"code": code, "link": site_link("web:dispute-received", dispute.nonce)}
    key = f"dispute:{dispute.pk}:code:{number}"
    _queue(key, "code", contact.email, context, as_of=as_of, not_after=contact.code_until)
    ring()


def _codes_of(dispute: int) -> QuerySet[Delivery]:
    return Delivery.objects.one_off().filter(key__startswith=f"dispute:{dispute}:code")


@transaction.atomic
def confirm_contact(*, dispute: Dispute, code: str, as_of: datetime) -> bool:
    """Confirm the address beside a dispute by its code; says whether it is confirmed now.

    The answer is no, and nothing more, for a wrong code, one that has run out or was tried too
    often, and where there is no address.
    """
    contact = DisputeContact.objects.filter(dispute=dispute, erased_at=None)
    if contact.filter(confirmed_at__isnull=False).exists():
        return True
    waiting = contact.filter(confirmed_at=None, code_until__gt=as_of, tries__lt=CODE_TRIES)
    if not waiting.update(tries=F("tries") + 1):
        return False
    expected = contact.values_list("code_hash", flat=True).get()
    if not fits(CODE_SALT, dispute.pk, code, expected):
        return False
    contact.update(confirmed_at=as_of)
    ring()
    return True


def queue_dispute_news(*, as_of: datetime) -> int:
    """Put in the outbox what those who confirmed their address are to learn; returns how many.

    Safe to repeat and at once: a mail's key is the dispute and what happened to it.
    """
    contacts = DisputeContact.objects.filter(confirmed_at__isnull=False, erased_at=None)
    rows = contacts.exclude(dispute__acknowledged_at=None).select_related("dispute")
    due = {
        key: (contact, context)
        for contact in rows.prefetch_related("dispute__decisions").order_by("pk")
        for key, context in _news(contact.dispute)
    }
    known = Delivery.objects.filter(key__in=due).values_list("key", flat=True)
    for key in known:
        del due[key]
    for key, (contact, context) in due.items():
        _queue(key, "notice", contact.email, context, as_of=as_of)
    return len(due)


def _news(dispute: Dispute) -> Iterator[tuple[str, dict[str, Any]]]:
    link = site_link("web:dispute", dispute.pk)
    context = {"dispute": dispute, "link": link}
    decision = next((row for row in dispute.decisions.all() if row.superseded_at is None), None)
    if decision is None:
        yield f"dispute:{dispute.pk}:acknowledged", context
    else:
        is_later = decision.supersedes_id is not None
        news = {"decision": decision, "is_later": is_later}
        yield f"dispute:{dispute.pk}:decision:{decision.pk}", context | news


def _queue(key: str, kind: str, email: str, context: dict[str, Any], **times: datetime) -> None:
    template = f"dispute_{kind}"
    queue_one_off(key=key, kind=kind, template=template, address=email, context=context, **times)


@transaction.atomic
def erase_contacts(*, as_of: datetime) -> int:
    """Erase the addresses that are needed no more; returns how many.

    Those never confirmed after a week, those of dismissed disputes at once, and the others thirty
    days after the latest decision. Mails to them that wait are not sent.
    """
    held = DisputeContact.objects.filter(erased_at=None)
    decided = held.annotate(latest=Max("dispute__decisions__decided_at"))
    done = decided.filter(
        Q(confirmed_at=None, created_at__lte=as_of - UNCONFIRMED_KEPT)
        | Q(dispute__dismissed_at__isnull=False)
        | Q(latest__lte=as_of - CONFIRMED_KEPT)
    )
    contacts = list(done.values_list("pk", "dispute"))
    for _, dispute in contacts:
        _erase_mails(dispute)
    _erase_failed(as_of)
    return held.filter(pk__in=[pk for pk, _ in contacts]).update(email="", erased_at=as_of)


def _erase_mails(dispute: int) -> None:
    mails = Delivery.objects.one_off().filter(key__startswith=f"dispute:{dispute}:")
    suppress_waiting(mails, "address erased")
    mails.filter(state=Delivery.State.FAILED).update(address="")


def _erase_failed(as_of: datetime) -> None:
    """Who administers the outbox can send what failed once more, but not for ever."""
    is_over = Q(not_after__lte=as_of) | Q(created_at__lte=as_of - CONFIRMED_KEPT)
    failed = Delivery.objects.one_off().filter(is_over, state=Delivery.State.FAILED)
    failed.exclude(address="").update(address="")
    failed.filter(kind=Delivery.Kind.CODE).update(text="", html="")
