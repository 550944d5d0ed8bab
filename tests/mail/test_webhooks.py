"""Webhooks: who may keep them, what is told, in which order, how often, and when it ends."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import resolve as resolve_address

from forecasts.models import LedgerEntry, Role, User
from forecasts.selectors.ledgers import KINDS
from forecasts.services.questions import amend_question
from forecasts.services.resolutions import correct_resolution
from mail.models import Delivery, Webhook, WebhookAttempt, WebhookMessage
from mail.outbox import send_ready_mail
from mail.webhooks import messages
from mail.webhooks.events import EVENTS, NAMINGS
from mail.webhooks.exceptions import (
    KeeperMissingError,
    NothingToSendAgainError,
    NotPublicAddressError,
    TrialWaitsError,
    UnknownEventError,
    WebhookDisabledError,
    WebhookEnabledError,
)
from mail.webhooks.messages import (
    forget_messages,
    forget_secrets,
    queue_messages,
    redeliver_messages,
    send_test_message,
)
from mail.webhooks.registrations import (
    change_webhook,
    disable_webhook,
    enable_webhook,
    make_webhook,
    rotate_secret,
)
from mail.webhooks.sendings import (
    HOLDING,
    JITTER,
    LEASE,
    PATIENCE,
    PAUSES,
    Reply,
    claim_message,
    headers_for,
    record_reply,
    release_abandoned_messages,
)
from tests.factories import (
    AFTER,
    START,
    make_expert,
    make_forecast,
    make_user,
    resolve,
)
from tests.mail.webhooks import FAILED, SECOND, TAKEN, hook_at, take_next, tell_of_everything
from tests.mailservers import Postbox

pytestmark = pytest.mark.django_db
State = WebhookMessage.State
URL = "https://hooks.dev/in"
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def lead() -> User:
    return make_user(Role.LEAD)


def new(**fields: Any) -> Webhook:
    return Webhook(**{"name": "A site", "url": URL, **fields})


def told() -> list[str]:
    return list(WebhookMessage.objects.order_by("pk").values_list("kind", flat=True))


def numbers() -> list[int | None]:
    return list(WebhookMessage.objects.order_by("pk").values_list("number", flat=True))


# Keeping webhooks


def test_webhook_gets_a_secret_and_begins_at_the_head_of_the_ledger(lead: User) -> None:
    make_forecast()

    webhook = make_webhook(webhook=new(kinds=["range.adopted"]), by=lead, as_of=AFTER)

    row = Webhook.objects.get()
    raw = base64.b64decode(row.secret.removeprefix("whsec_"), validate=True)
    assert (row.pk, row.secret, len(raw)) == (webhook.pk, webhook.secret, 32)
    assert (row.owner, row.made_at, row.position) == (lead, AFTER, LedgerEntry.objects.count())
    assert row.kinds == ["range.adopted"]


@pytest.mark.parametrize("role", [Role.CODER, Role.REVIEWER])
def test_only_leads_and_administrators_keep_webhooks(role: Role) -> None:
    webhook, other = hook_at(URL), make_user(role)
    message = send_test_message(webhook=webhook, by=webhook.owner, as_of=AFTER)
    calls: list[Callable[[], Any]] = [
        lambda: make_webhook(webhook=new(), by=other, as_of=AFTER),
        lambda: change_webhook(webhook=webhook, by=other),
        lambda: rotate_secret(webhook=webhook, by=other, as_of=AFTER),
        lambda: disable_webhook(webhook=webhook, by=other, as_of=AFTER),
        lambda: enable_webhook(webhook=webhook, by=other, as_of=AFTER),
        lambda: send_test_message(webhook=webhook, by=other, as_of=AFTER),
        lambda: redeliver_messages(
            messages=WebhookMessage.objects.filter(pk=message.pk), by=other, as_of=AFTER
        ),
    ]

    for call in calls:
        with pytest.raises(KeeperMissingError):
            call()


def test_an_administrator_without_a_role_keeps_webhooks() -> None:
    make_webhook(webhook=new(), by=make_user(is_superuser=True), as_of=AFTER)

    assert Webhook.objects.count() == 1


def test_an_administrator_who_has_left_does_not() -> None:
    with pytest.raises(KeeperMissingError):
        make_webhook(webhook=new(), by=make_user(is_superuser=True, is_active=False), as_of=AFTER)


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/"),
        *("https://10.0.0.1/", "https://192.168.1.1/", "http://169.254.169.254/latest/"),
        *(
            "https://[::1]/",
            "https://[fd00::1]/",
            "https://[::ffff:8.8.8.8]/",
            "https://100.64.0.1/",
        ),
        *("http://localhost/", "http://db.internal/", "http://intranet/", "https://hooks.test/"),
        *("https://user:password@hooks.dev/", "https://hooks.dev:22/", "ftp://hooks.dev/"),
        *("file:///etc/passwd", "javascript:alert(1)", "https://", "", "https://hooks.dev:99999/"),
        *("http://①②⑦.⓪.⓪.①/", "https://hooks.dev/" + "a" * 5000),
    ],
)
def test_an_address_that_is_not_public_is_refused(url: str, lead: User) -> None:
    with pytest.raises(NotPublicAddressError, match="Nothing can be sent there: ") as error:
        make_webhook(webhook=new(url=url), by=lead, as_of=AFTER)

    assert (error.value.field, Webhook.objects.count()) == ("url", 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "two\nlines"},
        {"name": "a\0b"},
        {"name": "\u202egnp.exe"},
        {"name": "a" * 101},
        {"url": "https://hooks.dev/\0"},
        {"url": "https://hooks.dev/a b"},
        {"url": "https://hooks.dev/\u202ea"},
    ],
)
def test_what_cannot_be_stored_is_refused_by_name(fields: dict[str, str], lead: User) -> None:
    with pytest.raises(ValidationError) as error:
        make_webhook(webhook=new(**fields), by=lead, as_of=AFTER)

    assert set(error.value.message_dict) == set(fields)


def test_an_unknown_event_is_refused(lead: User) -> None:
    with pytest.raises(UnknownEventError, match=r"There is no event score\.changed\."):
        make_webhook(webhook=new(kinds=["score.changed"]), by=lead, as_of=AFTER)


def test_a_change_leaves_alone_what_a_sweep_writes(lead: User) -> None:
    webhook = hook_at(URL)
    Webhook.objects.update(position=77, failing_since=AFTER)
    webhook.name, webhook.kinds = "Another", ["forecast.corrected", "forecast.recorded"]
    webhook.url = "https://elsewhere.dev/"

    change_webhook(webhook=webhook, by=lead)

    row = Webhook.objects.get()
    assert (row.name, row.url, row.position) == ("Another", "https://elsewhere.dev/", 77)
    assert (row.kinds, row.failing_since) == (["forecast.recorded", "forecast.corrected"], AFTER)


def test_a_change_is_checked_as_a_new_one(lead: User) -> None:
    webhook = hook_at(URL)
    webhook.url = "http://10.0.0.1/"

    with pytest.raises(NotPublicAddressError):
        change_webhook(webhook=webhook, by=lead)


# What is told


def test_every_kind_of_entry_has_events_and_every_event_a_kind() -> None:
    named = {name for naming in NAMINGS.values() for name in (naming.first, naming.later) if name}

    assert set(NAMINGS) == set(KINDS)
    assert named == set(EVENTS)


def test_each_entry_of_the_ledger_is_told_once_and_what_was_before_is_not(lead: User) -> None:
    make_forecast()
    hook_at(URL)
    question = make_forecast().question
    amend_question(
        question=question, changes={"title": "Amended"}, reason="A typo.", by=lead, as_of=START
    )
    resolve(question)
    correct_resolution(
        question=question, lead=make_user(Role.LEAD), answer="no", known_at=AFTER,
        reason="It did not.", links=["https://page.dev/"], as_of=AFTER,
    )  # fmt: skip

    tell_of_everything()
    tell_of_everything()

    assert told() == [
        *("question.recorded", "forecast.recorded", "question.amended"),
        *("resolution.recorded", "resolution.corrected"),
    ]
    assert numbers() == [3, 4, 5, 6, 7]
    assert Webhook.objects.get().position == 7


def test_only_the_chosen_events_are_told() -> None:
    hook_at(URL, "resolution.recorded")
    resolve(make_forecast().question)

    tell_of_everything()

    assert told() == ["resolution.recorded"]
    assert Webhook.objects.get().position == LedgerEntry.objects.count()


def test_a_message_says_what_the_ledger_says_with_numbers_and_addresses() -> None:
    hook_at(URL, "forecast.recorded")
    forecast = make_forecast("0.7", expert=make_expert(slug="ada"), quote="It will “rain”")

    tell_of_everything()

    message = WebhookMessage.objects.get()
    entry = LedgerEntry.objects.get(kind="forecast")
    body = json.loads(message.body)
    facts = json.loads(entry.line)
    slug = forecast.question.slug
    assert message.uid.startswith("msg_")
    assert body == {
        "type": "forecast.recorded",
        "timestamp": "2026-01-01T00:00:00.000000Z",
        "data": {
            **facts,
            **dict.fromkeys(("low", "probability", "high"), 0.7),
            "expert_url": "https://hindcast.test/api/v1/experts/ada/",
            "question_url": f"https://hindcast.test/api/v1/questions/{slug}/",
            "ledger": {"number": entry.number, "hash": entry.hash},
        },
    }
    assert facts["quote"] == "It will “rain”"
    for name in ("expert_url", "question_url"):
        resolve_address(body["data"][name].removeprefix("https://hindcast.test"))


def test_no_message_names_staff() -> None:
    hook_at(URL)
    coder = make_user(Role.CODER, username="the-coder", email="coder@staff.dev")
    forecast = make_forecast(by=coder)
    resolve(forecast.question)

    tell_of_everything()

    said = " ".join(WebhookMessage.objects.values_list("body", flat=True))
    for secret in ("the-coder", "staff.dev", "reviewer", 'verdict"'):
        assert secret not in said


def test_a_long_ledger_is_told_in_portions_and_waits_where_nobody_takes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(messages, "AT_ONCE", 2)
    monkeypatch.setattr(messages, "MOST_WAITING", 4)
    hook_at(URL)
    for _ in range(4):
        make_forecast()

    portions = [queue_messages(as_of=AFTER) for _ in range(4)]
    take_next(AFTER)
    portions.append(queue_messages(as_of=AFTER))

    assert portions == [2, 2, 0, 0, 2]


def test_a_tick_without_news_asks_the_database_little(
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    for _ in range(3):
        hook_at(URL)

    with django_assert_num_queries(2):
        assert queue_messages(as_of=AFTER) == 0


# Signatures


def test_the_signature_is_that_of_the_specification() -> None:
    webhook = hook_at(URL)
    make_forecast()
    tell_of_everything()
    message = claim_message(as_of=AFTER)
    assert message is not None

    headers = headers_for(message=message, as_of=AFTER)

    key = base64.b64decode(webhook.secret.removeprefix("whsec_"))
    signed = f"{message.uid}.{int(AFTER.timestamp())}.{message.body}".encode()
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers == {
        "Content-Type": "application/json",
        "webhook-id": message.uid,
        "webhook-timestamp": str(int(AFTER.timestamp())),
        "webhook-signature": f"v1,{expected}",
    }


def test_the_old_secret_signs_for_a_day_and_is_then_forgotten(lead: User) -> None:
    webhook = hook_at(URL)
    make_forecast()
    tell_of_everything()

    secret = rotate_secret(webhook=webhook, by=lead, as_of=AFTER)

    message = claim_message(as_of=AFTER)
    assert message is not None
    counts = [
        len(headers_for(message=message, as_of=AFTER + span)["webhook-signature"].split(" "))
        for span in (timedelta(0), DAY - SECOND, DAY)
    ]
    assert counts == [2, 2, 1]
    assert secret != webhook.secret
    assert forget_secrets(as_of=AFTER + DAY - SECOND) == 0
    assert forget_secrets(as_of=AFTER + DAY) == 1
    row = Webhook.objects.get()
    assert (row.secret, row.old_secret, row.old_secret_until) == (secret, "", None)


def test_a_secret_that_got_out_signs_nothing_any_more(lead: User) -> None:
    webhook = hook_at(URL)

    secret = rotate_secret(webhook=webhook, by=lead, as_of=AFTER, at_once=True)

    row = Webhook.objects.get()
    assert (row.secret, row.old_secret, row.old_secret_until) == (secret, "", None)


# Trying and trying again


def attempts() -> list[tuple[int | None, str]]:
    return list(WebhookAttempt.objects.order_by("pk").values_list("status", "excerpt"))


def test_what_is_taken_is_delivered_and_logged() -> None:
    hook_at(URL, "forecast.recorded")
    make_forecast()
    tell_of_everything()

    take_next(AFTER)

    message, webhook = WebhookMessage.objects.get(), Webhook.objects.get()
    assert (message.state, message.delivered_at, message.n_attempts) == ("delivered", AFTER, 1)
    assert (message.claim, message.lease_until) == (None, None)
    assert (webhook.tried_at, webhook.delivered_at, webhook.failing_since) == (AFTER, AFTER, None)
    assert attempts() == [(200, "thank you")]
    assert claim_message(as_of=AFTER + 30 * DAY) is None


def tried_after(reply: Reply = FAILED, *, until: timedelta = 5 * DAY) -> Iterator[timedelta]:
    """When each try of the only message comes, by a clock that goes from one to the next."""
    now = AFTER
    while now <= AFTER + until:
        message = take_next(now, reply)
        if message is not None:
            yield now - AFTER
        pending = WebhookMessage.objects.filter(state=State.PENDING).first()
        if pending is None or message is None:
            return
        assert claim_message(as_of=pending.not_before - SECOND) is None
        now = pending.not_before


def test_rest_that_a_server_asks_for_holds_for_all_that_waits_and_not_for_others() -> None:
    resting, other = hook_at(URL), hook_at(URL)
    make_forecast()
    tell_of_everything()

    for reply in (Reply(9, 503, rests_until=AFTER + HOUR), TAKEN):
        take_next(AFTER, reply)

    waiting = WebhookMessage.objects.filter(state=State.PENDING)
    times = {
        webhook.pk: set(waiting.filter(webhook=webhook).values_list("not_before", flat=True))
        for webhook in (resting, other)
    }
    assert times == {resting.pk: {AFTER + HOUR}, other.pk: {AFTER}}


def test_rest_that_is_shorter_than_the_pause_changes_nothing() -> None:
    hook_at(URL, "forecast.recorded")
    make_forecast()
    tell_of_everything()

    take_next(AFTER, Reply(9, 429, rests_until=AFTER + SECOND))

    assert WebhookMessage.objects.get().not_before >= AFTER + PAUSES[0]


def test_failures_are_tried_again_over_three_days_with_growing_pauses() -> None:
    hook_at(URL, "forecast.recorded")
    make_forecast()
    tell_of_everything()

    tries = list(tried_after())

    pauses = [after - before for before, after in pairwise(tries)]
    assert len(tries) == 10
    assert [
        pause <= waited <= pause * (1 + JITTER)
        for pause, waited in zip(PAUSES, pauses, strict=True)
    ] == [True] * 9
    assert [p for p, waited in zip(PAUSES, pauses, strict=True) if p == waited] == []
    assert PATIENCE <= tries[-1] <= PATIENCE + 8 * HOUR
    assert WebhookMessage.objects.get().state == State.FAILED
    assert attempts() == [(500, "oh no")] * 10


@pytest.mark.parametrize(
    "reply",
    [
        *(Reply(1, status) for status in (199, 300, 302, 400, 401, 404, 429, 500, 503)),
        Reply(15_000, error="the server did not answer in time"),
    ],
)
def test_everything_but_success_is_tried_again(reply: Reply) -> None:
    hook_at(URL, "forecast.recorded")
    make_forecast()
    tell_of_everything()

    take_next(AFTER, reply)

    message, webhook = WebhookMessage.objects.get(), Webhook.objects.get()
    assert (message.state, webhook.failing_since) == (State.PENDING, AFTER)
    assert webhook.disabled_at is None


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_success_is_one(status: int) -> None:
    hook_at(URL, "forecast.recorded")
    make_forecast()
    tell_of_everything()

    take_next(AFTER, Reply(1, status))

    assert WebhookMessage.objects.get().state == State.DELIVERED


def test_after_three_days_it_is_disabled_and_its_owner_told(lead: User, postbox: Postbox) -> None:
    hook_at(URL, "forecast.recorded", by=lead)
    make_forecast()
    tell_of_everything()

    tries = list(tried_after())

    webhook = Webhook.objects.get()
    assert webhook.disabled_at == AFTER + tries[-1]
    assert (webhook.failing_since, webhook.reason) == (
        AFTER,
        "Nothing could be delivered for three days.",
    )
    send_ready_mail(clock=lambda: AFTER + 5 * DAY)
    (mail,) = postbox.to(lead.email)
    assert mail["Subject"] == "Webhook disabled: A site"
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Nothing could be delivered for three days." in text
    assert f"https://hindcast.test/admin/mail/webhook/{webhook.pk}/change/" in text
    assert Delivery.objects.get().address == ""


def test_where_the_owner_has_left_the_leads_are_told(lead: User) -> None:
    owner = make_user(Role.LEAD)
    hook_at(URL, "forecast.recorded", by=owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    make_forecast()
    tell_of_everything()

    take_next(AFTER, Reply(1, 410))

    assert [row.address for row in Delivery.objects.all()] == [lead.email]


def test_what_is_gone_is_disabled_at_once(lead: User) -> None:
    hook_at(URL, by=lead)
    make_forecast()
    tell_of_everything()

    take_next(AFTER, Reply(1, 410))

    webhook = Webhook.objects.get()
    assert webhook.disabled_at == AFTER
    assert webhook.reason == "Its server answered that it is gone (410)."
    assert [row.address for row in Delivery.objects.all()] == [lead.email]
    assert claim_message(as_of=AFTER + DAY) is None
    states = WebhookMessage.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.FAILED, State.PENDING]


def test_a_disabled_webhook_is_not_told(lead: User) -> None:
    webhook = hook_at(URL)
    disable_webhook(webhook=webhook, by=lead, as_of=AFTER)
    make_forecast()

    tell_of_everything()

    assert told() == []
    with pytest.raises(WebhookDisabledError):
        disable_webhook(webhook=webhook, by=lead, as_of=AFTER)
    with pytest.raises(WebhookDisabledError):
        send_test_message(webhook=webhook, by=lead, as_of=AFTER)


@pytest.mark.parametrize(("skip", "expected"), [(False, [2, 3, 4, 5, 6]), (True, [5, 6])])
def test_enabled_again_it_goes_on_where_it_stopped_or_is_told_from_now_on(
    lead: User, *, skip: bool, expected: list[int]
) -> None:
    webhook = hook_at(URL)
    make_forecast()
    tell_of_everything()
    take_next(AFTER)
    take_next(AFTER + SECOND, FAILED)
    disable_webhook(webhook=webhook, by=lead, as_of=AFTER)
    make_forecast()

    enable_webhook(webhook=webhook, by=lead, as_of=AFTER + HOUR, skip_missed=skip)

    make_forecast()
    later = AFTER + HOUR
    tell_of_everything(later)
    sent = []
    while message := take_next(later):
        sent.append(message.number)
    assert sent == expected
    assert Webhook.objects.get().failing_since is None
    with pytest.raises(WebhookEnabledError):
        enable_webhook(webhook=webhook, by=lead, as_of=AFTER)


# In order


def test_later_messages_wait_for_one_that_failed_a_little() -> None:
    hook_at(URL)
    make_forecast()
    tell_of_everything()
    now, sent = AFTER, []
    replies = [FAILED, FAILED, TAKEN, TAKEN]

    for reply in replies:
        message = take_next(now, reply)
        assert message is not None
        sent.append(message.number)
        assert reply is TAKEN or claim_message(as_of=now + SECOND) is None
        now += HOUR

    assert sent == [1, 1, 1, 2]


def test_one_that_fails_again_and_again_holds_up_no_other_for_ever() -> None:
    """Three tries, five minutes: then the others go on, and nothing is disabled for one."""
    hook_at(URL)
    make_forecast()
    tell_of_everything()
    poisoned = WebhookMessage.objects.get(number=1)
    sent: list[int | None] = []
    first_minutes = [AFTER + timedelta(minutes=n) for n in range(10)]

    for now in [*first_minutes, *(AFTER + n * HOUR for n in range(1, 100))]:
        if now.hour in {3, 15}:
            make_forecast()
            tell_of_everything(now)
        while message := claim_message(as_of=now):
            reply = FAILED if message.pk == poisoned.pk else TAKEN
            record_reply(message=message, reply=reply, as_of=now)
            sent.append(message.number)

    webhook = Webhook.objects.get()
    assert sent[: HOLDING + 1] == [1] * HOLDING + [2]
    assert sent.count(1) == 10
    others = [number for number in sent if number != 1]
    assert others == sorted(others, key=lambda number: number or 0)
    assert (webhook.disabled_at, webhook.failing_since) == (None, None)
    poisoned.refresh_from_db()
    assert poisoned.state == State.FAILED
    assert Delivery.objects.count() == 0


def test_webhooks_take_turns() -> None:
    first, second = hook_at(URL), hook_at(URL)
    make_forecast()
    tell_of_everything()

    turns = [take_next(AFTER + n * SECOND) for n in range(4)]

    assert [m.webhook_id for m in turns if m] == [first.pk, second.pk, first.pk, second.pk]


def test_of_one_webhook_one_message_is_under_way_at_a_time() -> None:
    hook_at(URL)
    make_forecast()
    tell_of_everything()

    first, second = claim_message(as_of=AFTER), claim_message(as_of=AFTER)

    assert first is not None
    assert second is None
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookMessage.objects.update(
            state=State.SENDING, claim=first.claim, lease_until=AFTER + LEASE
        )


# Senders that stop


def test_a_message_whose_sender_stopped_is_sent_again_with_the_same_id() -> None:
    hook_at(URL, "forecast.recorded")
    make_forecast()
    tell_of_everything()
    first = claim_message(as_of=AFTER)
    assert first is not None
    over = AFTER + LEASE + SECOND

    release_abandoned_messages(as_of=AFTER + LEASE)
    assert claim_message(as_of=AFTER + LEASE) is None
    release_abandoned_messages(as_of=over)
    second = take_next(over + 6 * SECOND)

    assert second is not None
    assert (second.pk, second.uid, second.body) == (first.pk, first.uid, first.body)
    assert second.claim != first.claim
    errors = list(WebhookAttempt.objects.order_by("pk").values_list("error", flat=True))
    assert errors == ["whoever sent it stopped", ""]
    assert Webhook.objects.get().failing_since is None


def test_who_comes_back_after_the_lease_changes_nothing() -> None:
    hook_at(URL, "forecast.recorded")
    make_forecast()
    tell_of_everything()
    late = claim_message(as_of=AFTER)
    over = AFTER + LEASE + SECOND
    release_abandoned_messages(as_of=over)
    second = claim_message(as_of=over + 6 * SECOND)
    assert late is not None
    assert second is not None

    assert record_reply(message=late, reply=TAKEN, as_of=over + 7 * SECOND) is False
    assert record_reply(message=late, reply=FAILED, as_of=over + 7 * SECOND) is False

    row = WebhookMessage.objects.get()
    assert (row.state, row.claim) == (State.SENDING, second.claim)


def test_a_message_over_which_every_sender_stops_is_given_up() -> None:
    hook_at(URL, "forecast.recorded")
    make_forecast()
    tell_of_everything()
    now, n_claims = AFTER, 0

    while claim_message(as_of=now):
        n_claims += 1
        release_abandoned_messages(as_of=now + HOUR)
        now += 2 * DAY

    assert n_claims == 10
    assert WebhookMessage.objects.get().state == State.FAILED
    assert Webhook.objects.get().disabled_at is None


# By hand


def test_a_test_overtakes_is_tried_once_and_blames_nobody(lead: User) -> None:
    webhook = hook_at(URL)
    make_forecast()
    tell_of_everything()

    message = send_test_message(webhook=webhook, by=lead, as_of=AFTER)
    with pytest.raises(TrialWaitsError):
        send_test_message(webhook=webhook, by=lead, as_of=AFTER)
    first = take_next(AFTER, FAILED)

    assert first == message
    message.refresh_from_db()
    assert (message.state, message.kind, message.number) == ("failed", "webhook.test", None)
    assert json.loads(message.body) == {
        "type": "webhook.test",
        "timestamp": "2026-02-01T00:00:00.000000Z",
        "data": {"message": "This is a test. Nothing happened."},
    }
    assert Webhook.objects.get().failing_since is None
    assert send_test_message(webhook=webhook, by=lead, as_of=AFTER).pk != message.pk


def test_what_failed_or_was_delivered_is_sent_again_under_its_id(lead: User) -> None:
    hook_at(URL)
    make_forecast()
    tell_of_everything()
    first = take_next(AFTER)
    assert first is not None
    rows = WebhookMessage.objects.all()

    n_again = redeliver_messages(messages=rows, by=lead, as_of=AFTER + HOUR)

    again = take_next(AFTER + HOUR)
    assert n_again == 1
    assert again is not None
    assert (again.pk, again.uid) == (first.pk, first.uid)
    assert again.attempts.count() == 2
    assert again.n_attempts == 1


def test_what_waits_or_is_under_way_is_not_sent_again(lead: User) -> None:
    webhook = hook_at(URL)
    make_forecast()
    tell_of_everything()
    claim_message(as_of=AFTER)
    rows = WebhookMessage.objects.all()

    with pytest.raises(NothingToSendAgainError):
        redeliver_messages(messages=rows, by=lead, as_of=AFTER)

    rows.update(state=State.FAILED, claim=None, lease_until=None)
    disable_webhook(webhook=webhook, by=lead, as_of=AFTER)
    with pytest.raises(NothingToSendAgainError):
        redeliver_messages(messages=rows, by=lead, as_of=AFTER)


def test_the_log_is_forgotten_after_thirty_days() -> None:
    hook_at(URL)
    make_forecast()
    tell_of_everything()
    take_next(AFTER)
    month = AFTER + timedelta(days=30)

    assert forget_messages(as_of=month - SECOND) == 0
    assert forget_messages(as_of=month) == 1

    assert list(WebhookMessage.objects.values_list("state", flat=True)) == [State.PENDING]
    assert WebhookAttempt.objects.count() == 0


# At once


def at_once(call: Callable[[int], Any], n: int = 4) -> list[Any]:
    barrier = Barrier(n)

    def run(number: int) -> Any:
        barrier.wait()
        try:
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(run, range(n)))


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_make_each_message_once() -> None:
    hook_at(URL)
    for _ in range(3):
        make_forecast()

    at_once(lambda _: tell_of_everything())

    assert numbers() == [1, 2, 3, 4, 5, 6]


@pytest.mark.django_db(transaction=True)
def test_of_senders_at_once_one_has_each_message_and_order_holds() -> None:
    hook_at(URL)
    for _ in range(3):
        make_forecast()
    tell_of_everything()
    sent: list[int | None] = []

    def send_all(_: int) -> None:
        misses = 0
        while misses < 20:
            message = claim_message(as_of=AFTER)
            if message is None:
                misses += 1
                continue
            sent.append(message.number)
            record_reply(message=message, reply=TAKEN, as_of=AFTER)

    at_once(send_all)

    assert sent == [1, 2, 3, 4, 5, 6]
    assert WebhookAttempt.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_webhook_disabled_by_several_at_once_is_disabled_once(lead: User) -> None:
    webhook = hook_at(URL)

    def disable(_: int) -> str:
        try:
            disable_webhook(webhook=webhook, by=lead, as_of=AFTER)
        except WebhookDisabledError:
            return "too late"
        return "done"

    assert sorted(at_once(disable)) == ["done", "too late", "too late", "too late"]
