"""Disputes by mail: codes and news, once, and addresses that do not stay."""

import logging
import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from forecasts.models import Dispute, Role, Usage
from forecasts.services.disputes import acknowledge_dispute, dismiss_dispute
from mail.disputes import (
    CODE_LASTS,
    CONFIRMED_KEPT,
    MOST_CODES_A_DAY,
    UNCONFIRMED_KEPT,
    confirm_contact,
    erase_contacts,
    queue_dispute_news,
    receive_dispute,
    send_code_again,
)
from mail.models import Delivery, DisputeContact
from mail.models.contacts import CODE_TRIES
from mail.outbox import LEASE, decide_uncertain, release_abandoned, send_ready_mail
from tests.factories import AFTER, make_expert, make_user
from tests.forecasts.disputes import HOUR, decide
from tests.forecasts.test_races import at_once
from tests.mail.claims import claimed
from tests.mailservers import Postbox

pytestmark = pytest.mark.django_db
ADA = "ada@ada.org"
TEXT = "Buy my book at https://spam.example"
DAY = timedelta(days=1)


def receive(email: str = ADA, as_of: datetime = AFTER, **said: Any) -> Dispute:
    defaults = {"record": make_expert(), "text": TEXT, "nonce": uuid4(), "network": str(uuid4())}
    return receive_dispute(email=email, as_of=as_of, **{**defaults, **said})


def code_of(dispute: Dispute) -> str:
    mail = Delivery.objects.filter(key__startswith=f"dispute:{dispute.pk}:code:").latest("pk")
    return re.search(r"Code: (\d{6})", mail.text)[1]  # type: ignore[index]


def confirmed(email: str = ADA) -> Dispute:
    dispute = receive(email)
    assert confirm_contact(dispute=dispute, code=code_of(dispute), as_of=AFTER)
    return dispute


def acknowledge(dispute: Dispute) -> Dispute:
    return acknowledge_dispute(dispute=dispute, lead=make_user(Role.LEAD), as_of=AFTER + HOUR)


def send(as_of: datetime = AFTER) -> int:
    return send_ready_mail(clock=lambda: as_of)


def test_code_is_mailed_and_then_forgotten(postbox: Postbox) -> None:
    dispute = receive("Ada@ADA.org ")
    code = code_of(dispute)

    send()

    (message,) = postbox.to(ADA)
    mail = Delivery.objects.get()
    assert code in text_of(message)
    assert f"/disputes/received/{dispute.nonce}/" in message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert (mail.state, mail.address, mail.text, mail.html) == ("sent", "", "", "")
    assert code not in mail.subject + DisputeContact.objects.get().code_hash


def test_mail_to_a_stranger_holds_nothing_that_was_typed(postbox: Postbox) -> None:
    receive(name="Winner of a million")

    send()

    (message,) = postbox.to(ADA)
    assert "spam.example" not in str(message)
    assert "million" not in str(message)


def test_without_an_address_there_is_no_mail() -> None:
    receive("")

    assert (DisputeContact.objects.count(), Delivery.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "email", ["a@a.org, b@b.org", "a@a.org\nBcc: b@b.org", "nobody", "a\0@a.org"]
)
def test_address_that_could_reach_another_is_refused(email: str) -> None:
    with pytest.raises(ValidationError):
        receive(email)

    assert (Dispute.objects.count(), Usage.objects.count()) == (0, 0)


def test_same_form_sent_twice_makes_one_code() -> None:
    nonce, expert = uuid4(), make_expert()
    for _ in range(2):
        receive(nonce=nonce, record=expert)

    assert (Dispute.objects.count(), Delivery.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("as_of", "is_good"),
    [(AFTER + CODE_LASTS - timedelta(seconds=1), True), (AFTER + CODE_LASTS, False)],
)
def test_code_runs_out(as_of: datetime, is_good: bool) -> None:
    dispute = receive()

    assert confirm_contact(dispute=dispute, code=code_of(dispute), as_of=as_of) is is_good


def test_code_can_be_tried_five_times() -> None:
    dispute = receive()
    wrong = f"{(int(code_of(dispute)) + 1) % 10**6:06}"

    tries = [confirm_contact(dispute=dispute, code=wrong, as_of=AFTER) for _ in range(CODE_TRIES)]

    assert not any(tries)
    assert not confirm_contact(dispute=dispute, code=code_of(dispute), as_of=AFTER)


@pytest.mark.django_db(transaction=True)
def test_fifty_tries_at_once_are_five() -> None:
    dispute = receive()

    at_once(*[lambda: confirm_contact(dispute=dispute, code="x", as_of=AFTER)] * 50)

    assert DisputeContact.objects.get().tries == CODE_TRIES


def test_code_of_one_dispute_fits_no_other() -> None:
    one, other = receive(), receive("other@ada.org")
    other_contact = DisputeContact.objects.get(dispute=other)
    DisputeContact.objects.filter(dispute=one).update(code_hash=other_contact.code_hash)

    assert not confirm_contact(dispute=one, code=code_of(other), as_of=AFTER)


def test_address_gets_so_many_codes_a_day_whoever_asks() -> None:
    for _ in range(MOST_CODES_A_DAY + 2):
        receive()

    assert Delivery.objects.count() == MOST_CODES_A_DAY
    assert Dispute.objects.count() == MOST_CODES_A_DAY + 2
    receive(as_of=AFTER + DAY)
    assert Delivery.objects.count() == MOST_CODES_A_DAY + 1


def test_another_code_takes_the_place_of_the_first(postbox: Postbox) -> None:
    dispute, later = receive(), AFTER + CODE_LASTS
    first = code_of(dispute)
    for _ in range(CODE_TRIES):
        confirm_contact(dispute=dispute, code="x", as_of=AFTER)

    send_code_again(dispute=dispute, as_of=later)
    send(later)

    second = code_of_mail(postbox)
    assert list(Delivery.objects.order_by("pk").values_list("state", "error")) == [
        ("suppressed", "another code was sent"),
        ("sent", ""),
    ]
    assert first == second or not confirm_contact(dispute=dispute, code=first, as_of=later)
    assert confirm_contact(dispute=dispute, code=second, as_of=later)


def code_of_mail(postbox: Postbox) -> str:
    (message,) = postbox.to(ADA)
    return re.search(r"Code: (\d{6})", text_of(message))[1]  # type: ignore[index]


def text_of(message: EmailMessage) -> str:
    text: str = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    return text


def test_code_asked_for_twice_within_a_minute_is_one() -> None:
    dispute = receive()

    for seconds in (0, 59, 61, 62):
        send_code_again(dispute=dispute, as_of=AFTER + timedelta(seconds=seconds))

    assert Delivery.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_fifty_who_ask_again_at_once_get_one_code() -> None:
    dispute, later = receive(), AFTER + HOUR

    at_once(*[lambda: send_code_again(dispute=dispute, as_of=later)] * 50)

    assert Delivery.objects.count() == 2
    assert confirm_contact(dispute=dispute, code=code_of(dispute), as_of=later)


def test_codes_sent_again_count_against_the_limit_and_the_last_stays_good() -> None:
    dispute = receive()

    for minutes in range(2, 12, 2):
        send_code_again(dispute=dispute, as_of=AFTER + timedelta(minutes=minutes))

    assert Delivery.objects.count() == MOST_CODES_A_DAY
    assert confirm_contact(
        dispute=dispute, code=code_of(dispute), as_of=AFTER + timedelta(minutes=12)
    )


def test_who_got_no_code_for_the_limit_gets_one_the_next_day() -> None:
    for _ in range(MOST_CODES_A_DAY):
        receive()
    dispute = receive()

    send_code_again(dispute=dispute, as_of=AFTER + HOUR)
    none = Delivery.objects.filter(key__startswith=f"dispute:{dispute.pk}:").count()
    send_code_again(dispute=dispute, as_of=AFTER + DAY)

    assert none == 0
    assert confirm_contact(dispute=dispute, code=code_of(dispute), as_of=AFTER + DAY)


def test_nothing_is_sent_again_to_who_confirmed_or_is_erased_or_gave_no_address() -> None:
    disputes = [confirmed(), receive("other@ada.org"), receive("")]
    erase_contacts(as_of=AFTER + UNCONFIRMED_KEPT)
    before = Delivery.objects.count()

    for dispute in disputes:
        send_code_again(dispute=dispute, as_of=AFTER + UNCONFIRMED_KEPT)

    assert Delivery.objects.count() == before


def test_code_that_has_run_out_is_not_sent(postbox: Postbox) -> None:
    receive()

    send(AFTER + CODE_LASTS)

    mail = Delivery.objects.get()
    assert (mail.state, mail.error, mail.address, mail.text) == (
        "suppressed",
        "out of date",
        "",
        "",
    )
    assert postbox.messages == []


def test_whoever_confirmed_is_told_once_of_each_step(postbox: Postbox) -> None:
    dispute = acknowledge(confirmed())
    Delivery.objects.filter(kind="code").update(state="suppressed", address="")

    n_queued = [queue_dispute_news(as_of=AFTER + HOUR) for _ in range(2)]
    first = decide(dispute, outcome="rejected", answer="No.")
    n_queued += [queue_dispute_news(as_of=AFTER + 2 * HOUR) for _ in range(2)]
    decide(dispute, answer="Yes.", replaces=first.pk)
    n_queued += [queue_dispute_news(as_of=AFTER + 3 * HOUR) for _ in range(2)]
    while send(AFTER + 4 * HOUR):
        pass

    assert n_queued == [1, 0, 1, 0, 1, 0]
    assert [message["Subject"] for message in postbox.to(ADA)] == [
        f"Your dispute {dispute.pk} is acknowledged",
        f"Your dispute {dispute.pk}: rejected",
        f"Your dispute {dispute.pk}: upheld",
    ]
    assert "decided anew: upheld" in text_of(postbox.to(ADA)[-1])
    assert set(Delivery.objects.values_list("address", flat=True)) == {""}


def test_who_did_not_confirm_is_told_nothing() -> None:
    dispute = acknowledge(receive())
    decide(dispute)

    assert queue_dispute_news(as_of=AFTER + DAY) == 0


def test_answer_is_escaped_in_html_only() -> None:
    dispute = acknowledge(confirmed())
    decide(dispute, answer="<b>A & B</b>")
    queue_dispute_news(as_of=AFTER + DAY)

    mail = Delivery.objects.get(kind="notice")

    assert "<b>A & B</b>" in mail.text
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in mail.html


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_tell_once() -> None:
    acknowledge(confirmed())

    at_once(*[lambda: queue_dispute_news(as_of=AFTER + HOUR)] * 10)

    assert Delivery.objects.filter(kind="notice").count() == 1


def test_refused_address_is_not_written_down(
    caplog: pytest.LogCaptureFixture, postbox: Postbox
) -> None:
    receive()
    caplog.set_level(logging.DEBUG)

    postbox.recipients[ADA] = "550 5.1.1 <Ada@ada.org>: unknown"

    send()

    mail = Delivery.objects.get()
    assert (mail.state, mail.address, mail.text) == ("suppressed", "", "")
    logged = [row.getMessage() for row in caplog.records if row.name == "mail.outbox"]
    assert logged == [f"mail {mail.pk}: suppressed"]
    assert mail.error == "550 5.1.1 <…>: unknown"


@pytest.mark.parametrize("kind", ["code", "notice"])
def test_one_off_mail_whose_sender_died_goes_again(kind: str, postbox: Postbox) -> None:
    if kind == "notice":
        acknowledge(confirmed())
        Delivery.objects.update(state="suppressed", address="")
        queue_dispute_news(as_of=AFTER)
    else:
        receive()
    mail = Delivery.objects.get(state="pending")
    assert claimed(mail.pk, AFTER)
    later = AFTER + LEASE + timedelta(seconds=1)

    release_abandoned(as_of=later)
    send(later)

    mail.refresh_from_db()
    assert (mail.kind, mail.state, mail.attempts) == (kind, "sent", 2)


def test_mail_without_its_address_cannot_be_sent_again() -> None:
    receive()
    Delivery.objects.update(state="failed", address="")

    n = decide_uncertain(deliveries=Delivery.objects.all(), resend=True, as_of=AFTER)

    assert n == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": ""},
        {"kind": "prompt"},
        {"kind": "digest"},
    ],
)
def test_one_off_mail_has_an_address_and_no_other_has(wrong: dict[str, str]) -> None:
    receive()

    with pytest.raises(IntegrityError, match="delivery_one_recipient"), transaction.atomic():
        Delivery.objects.update(**wrong)


def test_addresses_are_erased_when_they_are_done_with() -> None:
    lead = make_user(Role.LEAD)
    unconfirmed, open_, decided, spam = (
        receive("a@ada.org"), *(confirmed(f"{name}@ada.org") for name in "bcd"),
    )  # fmt: skip
    acknowledge(open_)
    decide(acknowledge(decided))
    dismiss_dispute(dispute=spam, lead=lead, reason="Spam", as_of=AFTER)
    decided_at = AFTER + 2 * HOUR

    def held(as_of: datetime) -> list[int]:
        erase_contacts(as_of=as_of)
        rows = DisputeContact.objects.exclude(email="").order_by("pk")
        return list(rows.values_list("dispute", flat=True))

    assert held(AFTER) == [unconfirmed.pk, open_.pk, decided.pk]
    assert held(AFTER + UNCONFIRMED_KEPT) == [open_.pk, decided.pk]
    assert held(decided_at + CONFIRMED_KEPT - timedelta(seconds=1)) == [open_.pk, decided.pk]
    assert held(decided_at + CONFIRMED_KEPT) == [open_.pk]
    waiting = Delivery.objects.exclude(address="")
    assert [mail.address for mail in waiting] == ["b@ada.org"]


def test_later_decision_keeps_the_address_for_another_month() -> None:
    dispute = acknowledge(confirmed())
    first = decide(dispute)
    decide(dispute, replaces=first.pk, as_of=AFTER + 20 * DAY)

    assert erase_contacts(as_of=AFTER + 40 * DAY) == 0
    assert erase_contacts(as_of=AFTER + 50 * DAY) == 1


def test_erased_contact_cannot_be_confirmed() -> None:
    dispute = receive()
    code = code_of(dispute)
    dismiss_dispute(dispute=dispute, lead=make_user(Role.LEAD), reason="Spam", as_of=AFTER)
    erase_contacts(as_of=AFTER)

    assert not confirm_contact(dispute=dispute, code=code, as_of=AFTER)
