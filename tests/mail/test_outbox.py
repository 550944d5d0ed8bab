"""The outbox against a real SMTP server: what is sent, once, and what its answers mean."""

import logging
from datetime import datetime, timedelta
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import Settings

from mail.models import Delivery, Digest, Subscriber
from mail.outbox import (
    LEASE,
    MAX_ATTEMPTS,
    MAX_DEATHS,
    SET_ASIDE,
    _begin,
    _set_aside,
    decide_uncertain,
    release_abandoned,
    send_ready_mail,
)
from mail.sending import message_id
from mail.subscriptions import resubscribe, unsubscribe
from tests.factories import START, make_user
from tests.mailservers import Postbox, smtp_server

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def make_subscriber(**fields: Any) -> Subscriber:
    number = Subscriber.objects.count() + 1
    return Subscriber.objects.create(
        **{"email": f"reader{number}@example.org", "confirmed_at": START, **fields}
    )


def make_digest_delivery(subscriber: Subscriber | None = None, **fields: Any) -> Delivery:
    digest, _ = Digest.objects.get_or_create(
        week="2026-W01", starts_at=START - DAY, as_of=START, made_at=START, content={}
    )
    reader = subscriber or make_subscriber()
    return make_delivery(kind="digest", digest=digest, subscriber=reader, **fields)


def make_prompt_delivery(**fields: Any) -> Delivery:
    return make_delivery(kind="prompt", user=make_user(), **fields)


def make_delivery(**fields: Any) -> Delivery:
    key = f"key:{Delivery.objects.count() + 1}"
    return Delivery.objects.create(
        **{
            "key": key,
            "subject": "Größe: 5 ✓",
            "text": "Text: part é",
            "html": "<p>HTML: part é</p>",
            "headers": {"List-Id": "Digest <digest.hindcast>"},
            "not_before": START,
            "created_at": START,
            **fields,
        }
    )


def send(as_of: datetime = START) -> int:
    return send_ready_mail(clock=lambda: as_of)


def state_of(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def test_mail_arrives_as_it_was_frozen(postbox: Postbox) -> None:
    delivery = make_digest_delivery()

    assert send() == 1

    message = postbox.messages[0]
    assert message["To"] == "reader1@example.org"
    assert message["Subject"] == "Größe: 5 ✓"
    assert message["Message-ID"] == message_id(delivery.key)
    assert message["Idempotency-Key"] == delivery.key
    assert message["List-Id"] == "Digest <digest.hindcast>"
    parts = [part.get_content().strip() for part in message.iter_parts()]
    assert parts == ["Text: part é", "<p>HTML: part é</p>"]
    assert (state_of(delivery), delivery.sent_at, delivery.attempts) == ("sent", START, 1)


def test_mail_is_sent_once(postbox: Postbox) -> None:
    make_digest_delivery()

    assert [send(START + day * DAY) for day in range(3)] == [1, 0, 0]
    assert len(postbox.messages) == 1


def test_mail_waits_for_its_time(postbox: Postbox) -> None:
    make_digest_delivery(not_before=START + DAY)

    assert [send(START), send(START + DAY)] == [0, 1]


def test_server_out_of_reach_costs_no_attempt(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    delivery = make_digest_delivery()

    assert [send() for _ in range(20)] == [0] * 20

    assert (state_of(delivery), delivery.attempts) == ("pending", 0)


def test_recipient_refused_for_good_is_suppressed_after_one(postbox: Postbox) -> None:
    postbox.recipients["reader1@example.org"] = "550 No such user"
    refused, other = make_digest_delivery(), make_digest_delivery()

    assert send() == 1

    assert (state_of(refused), state_of(other)) == ("suppressed", "sent")
    assert refused.error == "550 No such user"
    assert list(Subscriber.objects.active()) == [other.subscriber]


def test_recipient_refused_for_now_is_tried_again_later(postbox: Postbox) -> None:
    postbox.recipients["reader1@example.org"] = "451 Greylisted"
    delivery = make_digest_delivery()

    assert send() == 0
    assert state_of(delivery) == "pending"
    assert delivery.not_before > START
    postbox.recipients.clear()

    assert send(delivery.not_before) == 1


def test_mail_refused_for_now_again_and_again_is_given_up(postbox: Postbox) -> None:
    postbox.data = "451 Try later"
    delivery = make_digest_delivery()

    for day in range(MAX_ATTEMPTS + 5):
        send(START + day * DAY)

    assert (state_of(delivery), delivery.attempts) == ("failed", MAX_ATTEMPTS)


def test_mail_refused_for_its_contents_blames_no_recipient(postbox: Postbox) -> None:
    postbox.data = "554 Looks like spam"
    delivery = make_digest_delivery()

    send()

    assert state_of(delivery) == "failed"
    assert Subscriber.objects.active().count() == 1


def test_line_lost_in_the_middle_holds_a_digest_and_repeats_a_prompt(postbox: Postbox) -> None:
    postbox.data = "drop"
    digest, prompt = make_digest_delivery(), make_prompt_delivery()

    send()

    assert (state_of(digest), state_of(prompt)) == ("uncertain", "pending")
    postbox.data = "250 OK"
    assert send(START + DAY) == 1
    assert (state_of(digest), state_of(prompt)) == ("uncertain", "sent")


def test_sender_that_died_leaves_a_digest_uncertain_and_a_prompt_pending(
    postbox: Postbox,
) -> None:
    claimed: dict[str, Any] = {"state": "sending", "claim": "0" * 32, "lease_until": START + LEASE}
    digest, prompt = make_digest_delivery(**claimed), make_prompt_delivery(**claimed)

    assert send(START + LEASE) == 0
    assert send(START + LEASE + timedelta(seconds=1)) == 1

    assert (state_of(digest), state_of(prompt)) == ("uncertain", "sent")


@pytest.mark.parametrize(("resend", "state", "n_mails"), [(True, "sent", 1), (False, "sent", 0)])
def test_uncertain_mail_is_settled_by_hand(
    postbox: Postbox, resend: bool, state: str, n_mails: int
) -> None:
    held, other = (
        make_digest_delivery(state="uncertain"),
        make_digest_delivery(state="pending", not_before=START + DAY),
    )

    n_settled = decide_uncertain(deliveries=Delivery.objects.all(), resend=resend, as_of=START)
    send()

    assert n_settled == 1
    assert (state_of(held), len(postbox.messages), state_of(other)) == (state, n_mails, "pending")


def test_failed_mail_can_be_sent_again(postbox: Postbox) -> None:
    failed = make_digest_delivery(state="failed", attempts=MAX_ATTEMPTS)

    decide_uncertain(deliveries=Delivery.objects.all(), resend=True, as_of=START)

    assert (send(), state_of(failed)) == (1, "sent")


@pytest.mark.parametrize("answer", ["554 5.7.1 Relay access denied", "550 5.7.26 Unauthenticated"])
def test_refusal_of_the_sender_blames_no_reader(postbox: Postbox, answer: str) -> None:
    readers = [make_digest_delivery() for _ in range(3)]
    postbox.recipients = {f"reader{n}@example.org": answer for n in range(1, 4)}

    assert send() == 0

    assert [(state_of(row), row.attempts) for row in readers] == [("pending", 0)] * 3
    assert Subscriber.objects.active().count() == 3
    postbox.recipients = {}
    assert send(START + DAY) == 3


@pytest.mark.parametrize("kind", ["prompt", "digest", "notice"])
@pytest.mark.parametrize("code", ["554 5.7.1", "550 5.1.1"])
def test_what_the_server_says_is_kept_and_logged_without_addresses(
    postbox: Postbox, caplog: pytest.LogCaptureFixture, kind: str, code: str
) -> None:
    caplog.set_level(logging.DEBUG)
    address = "Dr.O'Hara+x@example.org"
    delivery = {
        "prompt": lambda: make_delivery(kind=kind, user=make_user(email=address)),
        "digest": lambda: make_digest_delivery(make_subscriber(email=address)),
        "notice": lambda: make_delivery(kind=kind, address=address),
    }[kind]()
    said = "{}: {} is forwarded to <other@xn--bcher-kva.example>, refused"
    postbox.recipients[address] = f"{code} " + said.format(f"<{address.lower()}>", address)

    send()

    delivery.refresh_from_db()
    assert delivery.error == f"{code} " + said.format("<…>", "…").replace(
        "other@xn--bcher-kva.example", "…"
    )
    ours = [one.getMessage().lower() for one in caplog.records if one.name == "mail.outbox"]
    assert ours
    assert not [line for line in ours if "hara" in line or "xn--" in line]


def test_mail_over_which_senders_die_is_set_aside() -> None:
    prompt = make_prompt_delivery(attempts=MAX_DEATHS)
    Delivery.objects.update(state="sending", claim="0" * 32, lease_until=START)

    release_abandoned(as_of=START + DAY)

    assert state_of(prompt) == "failed"


def test_second_sender_with_an_old_list_respects_the_pause(postbox: Postbox) -> None:
    postbox.data = "451 Try later"
    make_digest_delivery()
    claim = uuid4()
    (delivery,) = _set_aside(claim, START, 1)
    later = START + SET_ASIDE + timedelta(seconds=1)
    send(later)

    assert not _begin(delivery, claim, later)


def test_what_one_sender_set_aside_no_other_takes_until_it_must_have_died(
    postbox: Postbox,
) -> None:
    make_digest_delivery()
    _set_aside(uuid4(), START, 10)

    assert [send(START), send(START + SET_ASIDE + timedelta(seconds=1))] == [0, 1]


def test_what_a_sender_did_not_come_to_is_free_at_once(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    delivery = make_digest_delivery()

    send()

    assert _set_aside(uuid4(), START, 10) == [delivery]


def test_run_ends_in_time_however_slow_the_server(postbox: Postbox) -> None:
    for _ in range(5):
        make_digest_delivery()
    hours = iter(range(100))

    n_sent = send_ready_mail(clock=lambda: START + timedelta(hours=next(hours)))

    assert n_sent < 5


def test_mail_that_cannot_be_built_stops_no_other(postbox: Postbox) -> None:
    poison = make_digest_delivery(subject="two\nlines", headers={"X": "a\r\nBcc: b@example.org"})
    other = make_digest_delivery()

    assert send() == 1

    assert (state_of(poison), state_of(other)) == ("failed", "sent")
    assert "BadHeaderError" in poison.error


def test_reader_who_left_gets_nothing_more(postbox: Postbox) -> None:
    delivery = make_digest_delivery(not_before=START + DAY)
    assert delivery.subscriber is not None

    unsubscribe(subscriber=delivery.subscriber, as_of=START)

    assert (send(START + DAY), state_of(delivery)) == (0, "suppressed")


def test_subscription_is_checked_again_in_the_claim(postbox: Postbox) -> None:
    delivery = make_digest_delivery()
    Subscriber.objects.update(unsubscribed_at=START)

    assert (send(), state_of(delivery)) == (0, "suppressed")


def test_reader_who_comes_back_in_time_gets_what_waits(postbox: Postbox) -> None:
    delivery = make_digest_delivery(not_before=START + DAY)
    assert delivery.subscriber is not None
    unsubscribe(subscriber=delivery.subscriber, as_of=START)

    resubscribe(subscriber=delivery.subscriber, as_of=START)

    assert send(START + DAY) == 1


def test_account_that_was_closed_is_not_prompted(postbox: Postbox) -> None:
    delivery = make_prompt_delivery()
    assert delivery.user is not None
    delivery.user.is_active = False
    delivery.user.save()

    assert (send(), state_of(delivery)) == (0, "suppressed")


def test_mail_goes_out_when_the_server_is_back(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    make_digest_delivery()
    assert send() == 0

    with smtp_server() as postbox:
        settings.EMAIL_PORT = postbox.port
        assert send() == 1


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_nothing_twice(postbox: Postbox) -> None:
    for _ in range(30):
        make_digest_delivery()

    def work() -> None:
        try:
            while send():
                pass
        finally:
            connection.close()

    senders = [Thread(target=work) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert len(postbox.messages) == 30
    assert len({message["Message-ID"] for message in postbox.messages}) == 30
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
