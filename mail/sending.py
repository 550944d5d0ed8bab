"""Handing one mail to the mail server, and what its answer means."""

import hashlib
import re
import smtplib
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from mail.models import Delivery

PERMANENT = 500
POLICY = re.compile(r"5\.7\.\d")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail; `pending` means that it is worth another attempt."""

    state: str
    error: str = ""
    is_link_broken: bool = False
    is_outage: bool = False
    """Whether it says something of the server and nothing of the mail or its reader."""


def message_id(key: str) -> str:
    """The Message-ID that this key always gets, so that a duplicate can be recognized."""
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{key}".encode()).hexdigest()[:40]
    return f"<{digest}@{urlsplit(settings.SITE_URL).hostname}>"


def address_of(delivery: Delivery) -> str:
    """Where it goes; empty where that has been erased."""
    recipient = delivery.user or delivery.subscriber
    return recipient.email if recipient else delivery.address


def build_message(delivery: Delivery) -> EmailMultiAlternatives:
    """The mail as it goes out: one recipient, both parts, headers as frozen."""
    address = address_of(delivery)
    message = EmailMultiAlternatives(
        subject=delivery.subject,
        body=delivery.text,
        to=[address] if address else [],
        headers={
            **delivery.headers,
            "Message-ID": message_id(delivery.key),
            "Idempotency-Key": delivery.key,
        },
    )
    message.attach_alternative(delivery.html, "text/html")
    return message


def hand_over(message: EmailMultiAlternatives, connection: BaseEmailBackend) -> Outcome:
    """Send one mail over an open connection. Never raises: one bad mail stops no other."""
    try:
        message.message()
    except Exception as error:  # noqa: BLE001, a mail that cannot be built must not stop the rest
        return Outcome(Delivery.State.FAILED, f"{type(error).__name__}: {error}")
    return _send(message, connection)


def _send(message: EmailMultiAlternatives, connection: BaseEmailBackend) -> Outcome:
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        return _refused_recipient(code, _text(reason))
    except smtplib.SMTPSenderRefused as error:
        return _outage(f"{error.smtp_code} {_text(error.smtp_error)}")
    except smtplib.SMTPResponseException as error:
        state = _state_of(error.smtp_code, Delivery.State.FAILED)
        return Outcome(state, f"{error.smtp_code} {_text(error.smtp_error)}", is_link_broken=True)
    except Exception as error:  # noqa: BLE001, whatever cut it short, it may have arrived
        return Outcome(Delivery.State.UNCERTAIN, _text(error), is_link_broken=True)
    return Outcome(Delivery.State.SENT)


def _refused_recipient(code: int, reason: str) -> Outcome:
    """A refusal by policy (5.7.x, such as "relaying denied") says nothing of the address."""
    if code >= PERMANENT and (POLICY.match(reason) or "relay" in reason.lower()):
        return _outage(f"{code} {reason}")
    return Outcome(_state_of(code, Delivery.State.SUPPRESSED), f"{code} {reason}")


def _outage(error: str) -> Outcome:
    return Outcome(Delivery.State.PENDING, error, is_link_broken=True, is_outage=True)


def _state_of(code: int, permanent: str) -> str:
    return permanent if code >= PERMANENT else Delivery.State.PENDING


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
