"""Handing one mail to the mail server, and what its answer means."""

import hashlib
import re
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from mail.editions import PREFERENCES, UNSUBSCRIBE
from mail.links import site_host, site_link
from mail.models import Delivery, Edition, Picture, Stream
from mail.molds import Mold, MoldedMessage, mold_of
from mail.subscriptions import preferences_token, unsubscribe_token

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
    is_of_reader: bool = False
    """Whether it is the address that was refused."""


def message_id(key: str) -> str:
    """The Message-ID that this key always gets, so that a duplicate can be recognized."""
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{key}".encode()).hexdigest()[:40]
    return f"<{digest}@{site_host()}>"


def address_of(delivery: Delivery) -> str:
    """Where it goes; empty where that has been erased."""
    recipient = delivery.user or delivery.subscriber
    return recipient.email if recipient else delivery.address


@dataclass(frozen=True, slots=True)
class Body:
    """What a mail says to its one reader."""

    text: str
    html: str
    """Empty where only text is wanted."""
    pictures: Mapping[str, bytes]
    """PNG by name, for what HTML refers to as cid:name."""
    headers: Mapping[str, str]


def body_of(delivery: Delivery, pictures: Mapping[str, bytes] | None = None) -> Body:
    """The mail as its reader gets it. pictures: those of its edition, where they are at hand."""
    edition, reader = delivery.edition, delivery.subscriber
    if edition is None or reader is None:
        return Body(delivery.text, delivery.html, {}, delivery.headers)
    if pictures is None:
        pictures = pictures_of(edition)
    links = links_of(delivery)
    return Body(
        text=_with_links(edition.text, links),
        html="" if reader.is_text_only else _with_links(edition.html, links),
        pictures={} if reader.is_text_only else pictures,
        headers=_headers(delivery, links),
    )


def links_of(delivery: Delivery) -> dict[str, str]:
    """The reader's own addresses, by the marks of an edition; none for other mail."""
    edition, reader = delivery.edition, delivery.subscriber
    if edition is None or reader is None:
        return {}
    leaving = unsubscribe_token(reader, stream=Stream(edition.stream), digest=delivery.digest)
    return {
        UNSUBSCRIBE: site_link("web:unsubscribe", leaving),
        PREFERENCES: site_link("web:preferences", preferences_token(reader)),
    }


def _headers(delivery: Delivery, links: Mapping[str, str]) -> Mapping[str, str]:
    if not links:
        frozen: dict[str, str] = delivery.headers
        return frozen
    return {
        "List-Id": f"Hindcast weekly digest <digest.{site_host()}>",
        "List-Unsubscribe": f"<{links[UNSUBSCRIBE]}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }


def pictures_of(edition: Edition) -> dict[str, bytes]:
    """The pictures that an edition's HTML shows."""
    if not edition.pictures:
        return {}
    rows = Picture.objects.filter(digest=edition.digest_id, name__in=edition.pictures)
    return {name: bytes(png) for name, png in rows.values_list("name", "png")}


def _with_links(text: str, links: Mapping[str, str]) -> str:
    for mark, link in links.items():
        text = text.replace(mark, link)
    return text


class Molds:
    """The molds of editions, each made once for all of a sender's mails."""

    def __init__(self) -> None:
        """Begin with none."""
        self._editions: dict[int, Edition] = {}
        self._molds: dict[tuple[int, bool], Mold] = {}

    def of(self, delivery: Delivery) -> Mold:
        """The mold of a delivery, which gets its edition by the way."""
        pk, reader = delivery.edition_id, delivery.subscriber
        if pk is None or reader is None:
            return _mold(delivery)
        if pk not in self._editions:
            self._editions[pk] = Edition.objects.get(pk=pk)
        delivery.edition = self._editions[pk]
        kind = pk, reader.is_text_only
        if kind not in self._molds:
            self._molds[kind] = _mold(delivery)
        return self._molds[kind]


def build_message(delivery: Delivery, molds: Molds | None = None) -> MoldedMessage:
    """The mail as it goes out: one recipient, both parts, headers as frozen."""
    mold, address = (molds or Molds()).of(delivery), address_of(delivery)
    links = links_of(delivery)
    return MoldedMessage(
        mold,
        links,
        subject=delivery.subject,
        to=[address] if address else [],
        headers={
            **_headers(delivery, links),
            "Message-ID": message_id(delivery.key),
            "Idempotency-Key": delivery.key,
        },
    )


def _mold(delivery: Delivery) -> Mold:
    edition, reader = delivery.edition, delivery.subscriber
    if edition is None or reader is None:
        return mold_of(text=delivery.text, html=delivery.html, pictures={})
    return mold_of(
        text=edition.text,
        html="" if reader.is_text_only else edition.html,
        pictures={} if reader.is_text_only else pictures_of(edition),
        marks=(UNSUBSCRIBE, PREFERENCES),
    )


def hand_over(delivery: Delivery, connection: BaseEmailBackend, molds: Molds) -> Outcome:
    """Send one mail over an open connection. Never raises: one bad mail stops no other."""
    try:
        message = build_message(delivery, molds)
        message.message()
    except Exception as error:  # noqa: BLE001, a mail that cannot be built must not stop the rest
        return Outcome(Delivery.State.FAILED, f"{type(error).__name__}: {error}")
    return _send(message, connection)


def _send(message: MoldedMessage, connection: BaseEmailBackend) -> Outcome:
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
    state = _state_of(code, Delivery.State.SUPPRESSED)
    return Outcome(state, f"{code} {reason}", is_of_reader=True)


def _outage(error: str) -> Outcome:
    return Outcome(Delivery.State.PENDING, error, is_link_broken=True, is_outage=True)


def _state_of(code: int, permanent: str) -> str:
    return permanent if code >= PERMANENT else Delivery.State.PENDING


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
