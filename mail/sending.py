"""Handing one mail to the mail server, and what its answer means."""

import smtplib
from dataclasses import dataclass

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from mail.models import Delivery

PERMANENT = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail; `pending` means that it is worth another attempt."""

    state: str
    error: str = ""
    is_link_broken: bool = False


def build_message(delivery: Delivery) -> EmailMultiAlternatives:
    """The mail as it goes out: one recipient, both parts, headers as frozen."""
    recipient = delivery.user or delivery.subscriber
    message = EmailMultiAlternatives(
        subject=delivery.subject,
        body=delivery.text,
        to=[recipient.email] if recipient else [],
        headers={
            **delivery.headers,
            "Message-ID": delivery.message_id,
            "Idempotency-Key": delivery.key,
        },
    )
    message.attach_alternative(delivery.html, "text/html")
    return message


def hand_over(message: EmailMultiAlternatives, connection: BaseEmailBackend) -> Outcome:
    """Send one mail over an open connection. Never raises: one bad mail stops no other."""
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        return Outcome(_state_of(code, Delivery.State.SUPPRESSED), f"{code} {_text(reason)}")
    except smtplib.SMTPResponseException as error:
        state = _state_of(error.smtp_code, Delivery.State.FAILED)
        return Outcome(state, f"{error.smtp_code} {_text(error.smtp_error)}", is_link_broken=True)
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(Delivery.State.UNCERTAIN, _text(error), is_link_broken=True)
    except Exception as error:  # noqa: BLE001 — a mail that cannot be built must not stop the rest
        return Outcome(Delivery.State.FAILED, f"{type(error).__name__}: {error}")
    return Outcome(Delivery.State.SENT)


def _state_of(code: int, permanent: str) -> str:
    return permanent if code >= PERMANENT else Delivery.State.PENDING


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
