"""What is kept of a reader: all of it on request, none of it after erasing."""

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError

from forecasts.models import Topic
from mail.disputes import receive_dispute
from mail.models import Delivery, DisputeContact, Subscriber, Unsubscription
from mail.outbox import _report, send_ready_mail
from mail.sending import Outcome
from mail.subscriptions import erase, erase_forgotten, export_of, unsubscribe
from mail.subscriptions.personal_data import LEFT_KEPT, UNCONFIRMED_KEPT
from tests.factories import AFTER, make_expert
from tests.forecasts.test_races import at_once
from tests.mail.claims import claimed
from tests.mail.subscribers import ADA, ask, make_delivery, make_subscriber
from tests.mailservers import Postbox
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def made_at(email: str, moment: Any) -> None:
    Subscriber.objects.filter(email=email).update(created_at=moment)


def test_export_holds_everything_that_is_kept(postbox: Postbox) -> None:
    topic, expert = Topic.objects.create(slug="seas", name="Seas"), make_expert(slug="grace")
    row = make_subscriber(topics={topic.pk}, experts={expert.pk}, wants_empty=True)
    make_delivery(row)
    send_ready_mail(clock=lambda: AFTER)
    make_delivery(row, not_before=AFTER + DAY)
    ask()
    unsubscribe(subscriber=row, stream="corrections", as_of=AFTER)  # type: ignore[arg-type]
    receive_dispute(record=expert, text="No.", email=ADA, nonce=uuid4(), network="n", as_of=AFTER)

    data = export_of(Subscriber.objects.get(), as_of=AFTER + DAY)

    assert json.loads(json.dumps(data, cls=DjangoJSONEncoder))["address"] == ADA
    assert data["choices"] == {
        "everything": False, "topics": ["seas"], "experts": ["grace"], "time_zone": "UTC",
        "weekday": 1, "hour": 8, "locale": "en-gb", "is_text_only": False, "wants_digest": True,
        "wants_corrections": False, "wants_empty": True,
    }  # fmt: skip
    assert data["consent"]["version"] == "2026-11"
    assert "have it erased at any time" in data["consent"]["text"]
    assert [mail["week"] for mail in data["mails"]] == ["2026-W05", "2026-W05", None]
    assert [(mail["kind"], mail["state"], mail["subject"]) for mail in data["mails"]] == [
        ("digest", "sent", "The week"), ("digest", "pending", "The week"),
        ("code", "pending", "Your subscription to Hindcast's weekly digest"),
    ]  # fmt: skip
    assert [(one["stream"], one["left_at"]) for one in data["departures"]] == [
        ("corrections", AFTER)
    ]
    assert [one["dispute"] for one in data["disputes"]] == [DisputeContact.objects.get().dispute_id]


def test_every_column_of_a_subscriber_is_in_the_export_or_is_told_why_not() -> None:
    data = export_of(make_subscriber(), as_of=AFTER)

    said = {*data, *data["choices"], *data["confirmation"]}
    elsewhere = {
        "id", "email", "selection", "consent", "n_soft_bounces", "suppressed_at", "suppressed_for",
        # Of a code there is only a hash, which says nothing of anybody.
        "code_hash",
    }  # fmt: skip
    columns = {field.name for field in Subscriber._meta.fields}
    assert columns - said == elsewhere - {"consent"}


def test_export_costs_the_same_queries_for_many_mails() -> None:
    row = make_subscriber()
    for _ in range(20):
        make_delivery(row)

    with counted_queries() as queries:
        export_of(row, as_of=AFTER)

    assert len(queries) == 4


def rows_with(text: str) -> list[str]:
    """Tables in which any column of any row holds the text."""
    return [
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        for row in model._base_manager.values()
        if any(text in str(value) for value in row.values())
    ]


def test_nothing_is_left_after_erasing(postbox: Postbox) -> None:
    row, other = make_subscriber(), make_subscriber("other@bob.org")
    make_delivery(row, text="Dear ada@ada.org")
    send_ready_mail(clock=lambda: AFTER)
    for state in ("pending", "uncertain", "failed", "suppressed"):
        make_delivery(row, state=state)
    ask()
    unsubscribe(subscriber=row, as_of=AFTER)
    make_delivery(other)

    erase(subscriber=row)

    assert rows_with(ADA) == []
    assert list(Subscriber.objects.all()) == [other]
    assert Delivery.objects.count() == 1
    assert Unsubscription.objects.count() == 0
    before = len(postbox.messages)
    send_ready_mail(clock=lambda: AFTER)
    assert [message["To"] for message in postbox.messages[before:]] == ["other@bob.org"]


def test_erasing_twice_is_erasing_once() -> None:
    row = make_subscriber()
    same = Subscriber.objects.get()

    erase(subscriber=row)
    erase(subscriber=same)

    assert Subscriber.objects.count() == 0


def test_sender_who_holds_a_mail_of_who_is_erased_reports_to_nobody() -> None:
    row = make_subscriber()
    mail = make_delivery(row)
    held = claimed(mail.pk, AFTER)
    assert held is not None

    erase(subscriber=row)
    _report(held, Outcome(Delivery.State.SENT), AFTER)

    assert (Subscriber.objects.count(), Delivery.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_erasing_and_sending_at_once_leave_nothing(postbox: Postbox) -> None:
    row = make_subscriber()
    for number in range(20):
        make_delivery(row, key=f"digest:x:{number}")

    at_once(lambda: send_ready_mail(clock=lambda: AFTER), lambda: erase(subscriber=row))

    assert (Subscriber.objects.count(), Delivery.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_mail_made_while_its_reader_is_erased_is_refused_and_erasing_goes_on() -> None:
    row = make_subscriber()
    for number in range(5):
        make_delivery(row, key=f"digest:x:{number}")

    def make() -> None:
        with suppress(IntegrityError):
            for number in range(200):
                make_delivery(row, key=f"digest:y:{number}")

    told = at_once(make, lambda: erase(subscriber=row))

    assert told == {"ok": 2}
    assert (Subscriber.objects.count(), Delivery.objects.count()) == (0, 0)


def forgotten(as_of: Any) -> list[str]:
    n = erase_forgotten(as_of=as_of)
    left = list(Subscriber.objects.order_by("pk").values_list("email", flat=True))
    assert n >= 0
    return left


def test_address_that_nobody_confirmed_is_erased_after_a_week() -> None:
    ask("late@ada.org")
    ask("again@ada.org")
    make_subscriber("kept@ada.org")
    for email in ("late", "again", "kept"):
        made_at(f"{email}@ada.org", AFTER)
    ask("again@ada.org", as_of=AFTER + UNCONFIRMED_KEPT - SECOND)

    assert len(forgotten(AFTER + UNCONFIRMED_KEPT - SECOND)) == 3
    assert forgotten(AFTER + UNCONFIRMED_KEPT) == ["again@ada.org", "kept@ada.org"]
    assert forgotten(AFTER + UNCONFIRMED_KEPT + DAY) == ["kept@ada.org"]
    assert rows_with("late@ada.org") == []
    assert rows_with("again@ada.org") == []


def test_who_left_or_was_refused_is_erased_after_a_year() -> None:
    left, refused, silent, kept = (make_subscriber(f"{name}@ada.org") for name in "lrsk")
    unsubscribe(subscriber=left, as_of=AFTER)
    Subscriber.objects.filter(pk=refused.pk).update(suppressed_at=AFTER)
    for stream in ("digest", "corrections"):
        unsubscribe(subscriber=silent, stream=stream, as_of=AFTER)  # type: ignore[arg-type]

    assert len(forgotten(AFTER + LEFT_KEPT - SECOND)) == 4
    assert forgotten(AFTER + LEFT_KEPT) == [kept.email]


def test_who_left_a_year_ago_and_asks_anew_is_kept_while_the_code_is_good() -> None:
    row = make_subscriber()
    unsubscribe(subscriber=row, as_of=AFTER)
    ask(as_of=AFTER + LEFT_KEPT)

    assert forgotten(AFTER + LEFT_KEPT) == [ADA]
    assert forgotten(AFTER + LEFT_KEPT + DAY) == []
