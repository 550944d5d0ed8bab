"""What bounces and complaints do to a subscription."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import clear_url_caches
from pytest_django import Settings

from config import urls
from mail.bounces import record_complaint, record_hard_bounce, record_soft_bounce
from mail.models import Delivery, Stream, Subscriber, Unsubscription
from mail.outbox import send_ready_mail
from tests.factories import START
from tests.mail.test_outbox import make_digest_delivery, make_subscriber
from tests.mailservers import Postbox
from web.mail_events import provider_urls

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_fifth_mail_in_a_row_that_is_refused_for_now_ends_the_mail(postbox: Postbox) -> None:
    reader = make_subscriber()
    postbox.recipients[reader.email] = "452 Mailbox full"

    for week in range(5):
        assert Subscriber.objects.active().exists()
        make_digest_delivery(reader, not_before=START + 7 * week * DAY)
        send_ready_mail(clock=lambda at=START + 7 * week * DAY: at)  # type: ignore[misc]

    reader.refresh_from_db()
    assert not Subscriber.objects.active().exists()
    assert "452 Mailbox full" in reader.suppressed_for
    assert set(Delivery.objects.values_list("state", flat=True)) == {"suppressed"}


def test_mail_that_is_taken_sets_the_count_back(postbox: Postbox) -> None:
    reader = make_subscriber(n_soft_bounces=4)
    make_digest_delivery(reader)

    send_ready_mail(clock=lambda: START)

    reader.refresh_from_db()
    assert reader.n_soft_bounces == 0


def test_several_attempts_at_one_mail_count_once(postbox: Postbox) -> None:
    reader = make_subscriber()
    postbox.recipients[reader.email] = "451 Greylisted"
    make_digest_delivery(reader)

    for day in range(6):
        send_ready_mail(clock=lambda at=START + day * DAY: at)  # type: ignore[misc]

    reader.refresh_from_db()
    assert (reader.n_soft_bounces, reader.suppressed_at) == (1, None)


@pytest.mark.parametrize("record", [record_hard_bounce, record_complaint])
def test_what_waits_is_not_sent_any_more(record: Any, postbox: Postbox) -> None:
    reader = make_subscriber()
    make_digest_delivery(reader)
    reason = {"reason": "550 No such user"} if record is record_hard_bounce else {}

    record(subscriber=reader.pk, as_of=START, **reason)
    record(subscriber=reader.pk, as_of=START, **reason)

    assert send_ready_mail(clock=lambda: START) == 0
    assert Delivery.objects.get().state == "suppressed"
    assert Unsubscription.objects.count() == (record is record_complaint)


def test_soft_bounces_of_others_do_not_count() -> None:
    reader, other = make_subscriber(), make_subscriber()

    for _ in range(5):
        record_soft_bounce(subscriber=other.pk, reason="full", as_of=START)

    assert list(Subscriber.objects.active()) == [reader]


@pytest.fixture
def provider(settings: Settings) -> Iterator[None]:
    settings.MAIL_PROVIDER = "postmark"
    settings.MAIL_EVENTS_SECRET = "hindcast:secret"
    settings.ANYMAIL = {"WEBHOOK_SECRET": "hindcast:secret"}
    added = provider_urls()
    urls.urlpatterns[:0] = added
    clear_url_caches()
    yield
    del urls.urlpatterns[: len(added)]
    clear_url_caches()


def report(client: Client, secret: str = "hindcast:secret", **event: Any) -> int:
    content = {"MessageID": "1", "Email": "Reader1@example.org", "ID": 1, **event}
    return client.post(
        "/mail-events/",
        json.dumps(content),
        content_type="application/json",
        headers={"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"},
    ).status_code


@pytest.mark.usefixtures("provider")
def test_provider_tells_of_an_address_that_does_not_exist(client: Client) -> None:
    reader = make_subscriber()

    status = report(client, RecordType="Bounce", Type="HardBounce", TypeCode=1, Inactive=True)

    reader.refresh_from_db()
    assert (status, reader.suppressed_for) == (200, "bounced: bounced")


@pytest.mark.usefixtures("provider")
def test_provider_tells_of_a_complaint(client: Client) -> None:
    reader = make_subscriber()

    report(client, RecordType="SpamComplaint", Type="SpamComplaint", TypeCode=512)

    reader.refresh_from_db()
    assert reader.unsubscribed_at is not None
    assert Unsubscription.objects.get().stream == Stream.EVERYTHING


@pytest.mark.usefixtures("provider")
def test_who_does_not_know_the_secret_tells_nothing(client: Client) -> None:
    make_subscriber()

    status = report(client, "hindcast:guess", RecordType="Bounce", Type="HardBounce", TypeCode=1)

    assert status == 400
    assert Subscriber.objects.active().count() == 1


def test_nobody_can_report_where_no_provider_is_named(client: Client) -> None:
    assert client.post("/mail-events/", "{}", content_type="application/json").status_code == 404
