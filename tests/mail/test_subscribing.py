"""Double opt-in: one mail, a code and a link, and nothing that tells who is subscribed."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from forecasts.exceptions import LimitReachedError
from forecasts.models import Topic, Usage
from mail.models import Delivery, Subscriber
from mail.models.subscribers import CODE_TRIES
from mail.outbox import send_ready_mail
from mail.subscriptions import (
    BadTokenError,
    Choices,
    LinkOverError,
    confirm,
    confirm_by_code,
    confirmation_token,
    subscribe,
    unsubscribe,
)
from mail.subscriptions.consents import CONSENT
from mail.subscriptions.opt_ins import MOST_A_DAY, MOST_MAILS_A_DAY, MOST_TRIES_AN_HOUR
from mail.subscriptions.refusals import NothingLeftError, TooManyChosenError
from mail.subscriptions.tokens import CONFIRM_WITHIN, confirmation_of
from tests.factories import AFTER, make_expert
from tests.forecasts.test_races import at_once
from tests.mail.subscribers import ADA, ask, code_of, link_in, mail_to, make_subscriber
from tests.mailservers import Postbox
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def enter(code: str, *, email: str = ADA, as_of: Any = AFTER, network: str = "n") -> bool:
    return confirm_by_code(email=email, code=code, network=network, as_of=as_of) is not None


def test_who_asks_gets_a_code_and_is_subscribed_once_it_is_entered(postbox: Postbox) -> None:
    ask(" Ada@ADA.org ", weekday=3, hour=17, time_zone="Asia/Tokyo", wants_empty=True)
    asked = list(Subscriber.objects.active())
    code = code_of()

    send_ready_mail(clock=lambda: AFTER)
    assert enter(f"{code}")

    (message,) = postbox.to(ADA)
    text, html = (part.get_content() for part in message.iter_parts())
    for said in (code, "/subscribe/confirm/", "On Wednesdays at 17:00, time zone Asia/Tokyo"):
        assert said in text
        assert said in html
    row = Subscriber.objects.active().get()
    mail = Delivery.objects.get()
    assert asked == []
    assert (row.weekday, row.hour, row.wants_empty, row.consent) == (3, 17, True, CONSENT)
    assert (row.confirmed_at, row.code_hash, row.code_until) == (AFTER, "", None)
    assert (mail.state, mail.address, mail.text, mail.html) == ("sent", "", "", "")


def test_link_of_the_mail_confirms_within_a_day() -> None:
    ask()
    row = Subscriber.objects.get()
    token = link_in(mail_to().text, "subscribe/confirm").split("/")[3]

    assert token == confirmation_token(row, as_of=AFTER)
    assert confirmation_of(token, as_of=AFTER + CONFIRM_WITHIN - SECOND) == row
    with pytest.raises(LinkOverError):
        confirmation_of(token, as_of=AFTER + CONFIRM_WITHIN)
    with pytest.raises(BadTokenError):
        confirmation_of(f"{token[:-1]}x", as_of=AFTER)


def test_code_is_kept_as_a_keyed_hash_only() -> None:
    ask()

    row = Subscriber.objects.get()

    assert code_of() not in row.code_hash
    assert re.fullmatch(r"[0-9a-f]{64}", row.code_hash)


@pytest.mark.parametrize(("later", "is_good"), [(DAY - SECOND, True), (DAY, False)])
def test_code_is_good_for_a_day(later: timedelta, is_good: bool) -> None:
    ask()

    assert enter(code_of(), as_of=AFTER + later) is is_good


def test_code_can_be_tried_five_times() -> None:
    ask()
    wrong = f"{(int(code_of()) + 1) % 10**6:06}"

    tries = [enter(wrong) for _ in range(CODE_TRIES)]

    assert not any(tries)
    assert not enter(code_of())
    assert Subscriber.objects.get().code_tries == CODE_TRIES


def test_code_of_one_address_fits_no_other() -> None:
    ask()
    ask("other@ada.org")
    Subscriber.objects.update(code_hash=Subscriber.objects.get(email=ADA).code_hash)

    assert not enter(code_of(), email="other@ada.org")


@pytest.mark.parametrize("email", ["nobody@ada.org", "", "\0", "x" * 5000, "ada@ada.org\nBcc: b"])
def test_code_for_an_address_that_did_not_ask_is_wrong(email: str) -> None:
    ask()

    assert not enter(code_of(), email=email)


def test_codes_are_tried_so_often_from_one_network_an_hour() -> None:
    for number in range(MOST_TRIES_AN_HOUR):
        enter("000000", email=f"{number}@ada.org")

    with pytest.raises(LimitReachedError):
        enter("000000")
    assert not enter("000000", network="other")
    assert not enter("000000", as_of=AFTER + timedelta(hours=1))


def test_who_is_subscribed_gets_their_preferences_instead_and_nothing_changes(
    postbox: Postbox,
) -> None:
    row = make_subscriber(weekday=2)

    ask("ADA@ada.org", weekday=5, topics=[Topic.objects.create(slug="t", name="T").pk])
    send_ready_mail(clock=lambda: AFTER)

    (message,) = postbox.to(ADA)
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "subscribed already" in text
    assert "/subscriptions/" in text
    assert "Code:" not in text
    before = {**vars(row), "_state": None}
    row.refresh_from_db()
    assert {**vars(row), "_state": None} == before
    assert (Delivery.objects.get().text, Delivery.objects.get().html) == ("", "")


def shapes(queries: list[str]) -> list[str]:
    """Which statements, in which order, whatever is in them."""
    return [re.sub(r"\(.*|'.*|\d.*", "", sql, flags=re.DOTALL)[:40] for sql in queries]


def test_the_same_statements_are_made_for_known_and_unknown_addresses() -> None:
    topic, expert = Topic.objects.create(slug="t", name="T"), make_expert()
    make_subscriber("known@ada.org")
    ask("waiting@ada.org", as_of=AFTER - DAY)
    unsubscribe(subscriber=make_subscriber("left@ada.org"), as_of=AFTER - 3 * DAY)
    ask("warm@ada.org", topics=[topic.pk], experts=[expert.pk])
    made = {}

    for who in ("unknown", "known", "waiting", "left"):
        with counted_queries() as queries:
            ask(f"{who}@ada.org", topics=[topic.pk], experts=[expert.pk])
        made[who] = shapes(queries)

    assert made["known"] == made["unknown"] == made["waiting"] == made["left"]
    assert len(made["known"]) <= 40


def test_wrong_code_takes_the_same_statements_for_all() -> None:
    make_subscriber("known@ada.org")
    ask("waiting@ada.org")
    enter("x", email="warm@ada.org")
    made = []

    for who in ("unknown", "known", "waiting"):
        with counted_queries() as queries:
            enter("x", email=f"{who}@ada.org")
        made.append(shapes(queries))

    assert made[0] == made[1] == made[2]


def test_address_gets_so_many_mails_a_day_whoever_asks() -> None:
    for hours in range(MOST_MAILS_A_DAY + 2):
        ask(as_of=AFTER + timedelta(hours=hours))

    assert Delivery.objects.count() == MOST_MAILS_A_DAY
    ask(as_of=AFTER + DAY)
    assert Delivery.objects.count() == MOST_MAILS_A_DAY + 1


def test_last_code_stays_good_when_no_other_is_sent() -> None:
    for hours in range(MOST_MAILS_A_DAY + 1):
        ask(as_of=AFTER + timedelta(hours=hours))

    assert enter(code_of(), as_of=AFTER + timedelta(hours=4))


def test_who_asks_twice_within_a_minute_gets_one_mail() -> None:
    for seconds in (0, 59, 60, 61):
        ask(as_of=AFTER + timedelta(seconds=seconds))

    assert Delivery.objects.count() == 2


def test_another_mail_takes_the_place_of_the_first() -> None:
    ask(weekday=1)
    first = code_of()

    ask(as_of=AFTER + 2 * MINUTE, weekday=5)

    assert list(Delivery.objects.order_by("pk").values_list("state", "address", "text")[:1]) == [
        ("suppressed", "", "")
    ]
    assert first == code_of() or not enter(first, as_of=AFTER + 3 * MINUTE)
    assert enter(code_of(), as_of=AFTER + 3 * MINUTE)
    assert Subscriber.objects.get().weekday == 5


def test_network_asks_so_often_a_day() -> None:
    for number in range(MOST_A_DAY):
        ask(f"{number}@ada.org", network="n")

    with pytest.raises(LimitReachedError):
        ask(network="n")
    ask()
    assert Subscriber.objects.count() == MOST_A_DAY + 1


BAD = [
    "", "nobody", "a@a.org, b@b.org", "a@a.org\nBcc: b@b.org", "a@a.org\r\n\r\nbody", "a\0@a.org",
    "a\u2028@a.org", "a\u202e@a.org", "<a@a.org>", "Ada <a@a.org>", '"a b"@a.org',
    "a@[127.0.0.1", "ä@a.org", "a@" + "x" * 300 + ".org", "x" * 10_000_000, "a@a", "a@a..org",
    "a@-a.org", "@a.org", "a@", "a@a.org;b@b.org", "o'ada@ada.org",
]  # fmt: skip


@pytest.mark.parametrize("email", BAD, ids=lambda email: repr(email)[:20])
def test_address_that_is_none_is_refused_and_nothing_is_kept(email: str) -> None:
    with pytest.raises(ValidationError):
        ask(email)

    assert (Subscriber.objects.count(), Delivery.objects.count(), Usage.objects.count()) == (
        0, 0, 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ADA@ADA.ORG", "ada@ada.org"),
        ("ada+news@ada.org", "ada+news@ada.org"),
        ("a.d.a@ada.org", "a.d.a@ada.org"),
        ("ada@Bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("\tada@ada.org ", "ada@ada.org"),
    ],
)
def test_address_is_kept_in_one_way(typed: str, kept: str) -> None:
    ask(typed)
    ask(typed.upper(), as_of=AFTER + 2 * MINUTE)

    assert Subscriber.objects.get().email == kept


def test_plus_addresses_are_addresses_of_their_own() -> None:
    for email in ("ada@ada.org", "ada+1@ada.org"):
        ask(email)

    assert Subscriber.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../etc/passwd"},
        {"weekday": 0},
        {"weekday": 8},
        {"hour": 24},
        {"locale": "tlh"},
    ],
)
def test_choice_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        ask(**wrong)

    assert set(refused.value.message_dict) == set(wrong)


def test_nothing_to_send_and_too_much_to_choose_are_refused() -> None:
    with pytest.raises(NothingLeftError):
        ask(wants_digest=False, wants_corrections=False)
    with pytest.raises(TooManyChosenError):
        ask(topics=range(201))
    assert Subscriber.objects.count() == 0


def test_consent_of_no_version_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="2020"):
        subscribe(email=ADA, choices=Choices(), consent="2020", network="n", as_of=AFTER)


def test_who_left_comes_back_by_the_same_way_with_what_they_chose_anew() -> None:
    row = make_subscriber(weekday=1)
    Subscriber.objects.update(wants_digest=False, n_soft_bounces=3)
    unsubscribe(subscriber=row, as_of=AFTER)

    ask(as_of=AFTER + 2 * DAY, weekday=6)
    assert not Subscriber.objects.active().exists()
    assert enter(code_of(), as_of=AFTER + 2 * DAY)

    row = Subscriber.objects.active().get()
    assert (row.weekday, row.wants_digest, row.n_soft_bounces) == (6, True, 0)


def test_stranger_who_asks_for_who_has_just_left_changes_nothing_that_an_undo_restores() -> None:
    row = make_subscriber(weekday=1)
    unsubscribe(subscriber=row, as_of=AFTER)

    ask(as_of=AFTER + MINUTE, weekday=6)

    assert Subscriber.objects.get().weekday == 1
    assert Subscriber.objects.get().unsubscribed_at == AFTER


def test_address_that_was_refused_for_good_can_be_confirmed_anew() -> None:
    make_subscriber()
    Subscriber.objects.update(suppressed_at=AFTER, suppressed_for="550", n_soft_bounces=1)

    ask(as_of=AFTER + DAY)
    enter(code_of(), as_of=AFTER + DAY)

    row = Subscriber.objects.active().get()
    assert (row.suppressed_for, row.n_soft_bounces) == ("", 0)


def test_confirming_twice_is_confirming_once() -> None:
    ask()
    row = Subscriber.objects.get()

    done = [confirm(subscriber=row, as_of=AFTER + n * MINUTE) for n in range(2)]

    assert done == [True, False]
    assert Subscriber.objects.get().confirmed_at == AFTER
    assert not enter(code_of())


def test_neither_address_nor_link_is_logged(
    caplog: pytest.LogCaptureFixture, postbox: Postbox
) -> None:
    caplog.set_level(logging.DEBUG)
    ask()
    token = link_in(mail_to().text, "subscribe/confirm").split("/")[3]

    send_ready_mail(clock=lambda: AFTER)

    ours = [row for row in caplog.records if row.name.startswith(("mail.outbox", "forecasts"))]
    logged = " ".join(row.getMessage() for row in ours)
    assert "sent" in logged
    assert ADA not in logged
    assert token not in logged


@pytest.mark.django_db(transaction=True)
def test_fifty_who_ask_at_once_are_one_subscriber_with_one_mail() -> None:
    topic = Topic.objects.create(slug="t", name="T")

    at_once(*[lambda: ask(topics=[topic.pk])] * 50)

    assert (Subscriber.objects.count(), Delivery.objects.count()) == (1, 1)
    assert enter(code_of())


@pytest.mark.django_db(transaction=True)
def test_fifty_who_confirm_at_once_confirm_once() -> None:
    ask()
    row = Subscriber.objects.get()
    done = []

    at_once(*[lambda: done.append(confirm(subscriber=row, as_of=AFTER))] * 50)

    assert sorted(done) == [False] * 49 + [True]


@pytest.mark.django_db(transaction=True)
def test_fifty_tries_at_once_are_five() -> None:
    ask()

    at_once(*[lambda: enter("x", network="a")] * 20)

    assert Subscriber.objects.get().code_tries == CODE_TRIES
