"""Leaving the digest: a press for people, one request for mail programs, nothing for scanners."""

from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from mail.models import Delivery, Stream, Subscriber, Unsubscription
from mail.subscriptions import preferences_token, unsubscribe, unsubscribe_token
from mail.subscriptions.tokens import FORMER
from tests.mail.subscribers import make_delivery, make_issue, states
from tests.queries import counted_queries
from tests.web.worlds import text_of


@pytest.fixture
def subscriber(db: None) -> Subscriber:
    now = timezone.now()
    return Subscriber.objects.create(email="hidden@subscriber.example", confirmed_at=now)


def path_of(subscriber: Subscriber) -> str:
    return f"/unsubscribe/{unsubscribe_token(subscriber)}/"


def is_active(subscriber: Subscriber) -> bool:
    return Subscriber.objects.active().filter(pk=subscriber.pk).exists()


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing(
    reader: Client, subscriber: Subscriber, method: str
) -> None:
    response = getattr(reader, method)(path_of(subscriber))

    assert response.status_code == 200
    assert is_active(subscriber)
    assert not response.cookies
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response.headers["Cache-Control"]
    assert b"hidden@subscriber.example" not in response.content


def test_button_unsubscribes_and_undo_brings_back(reader: Client, subscriber: Subscriber) -> None:
    path = path_of(subscriber)

    left = reader.post(path, {"action": "unsubscribe"})
    assert "You are unsubscribed" in left.content.decode()
    assert not is_active(subscriber)

    back = reader.post(path, {"action": "undo"})
    assert "You are subscribed again" in back.content.decode()
    assert is_active(subscriber)


def test_mail_program_unsubscribes_with_one_request(subscriber: Subscriber) -> None:
    program = Client(enforce_csrf_checks=True)

    for _ in range(2):
        response = program.post(path_of(subscriber), {"List-Unsubscribe": "One-Click"})

        assert response.status_code == 200
        assert not is_active(subscriber)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("token", ["x", "MQ:1abc:forged", "é", "a" * 3000, "%00"])
def test_forged_link_unsubscribes_nobody(
    reader: Client, subscriber: Subscriber, token: str, method: str
) -> None:
    response = getattr(reader, method)(f"/unsubscribe/{token}/")

    assert response.status_code == 404
    assert "This link is not complete" in response.content.decode()
    assert is_active(subscriber)


def test_link_of_one_cannot_be_turned_into_that_of_another(
    reader: Client, subscriber: Subscriber
) -> None:
    other = Subscriber.objects.create(email="other@subscriber.example")
    signature = unsubscribe_token(subscriber).split(":", 1)[1]
    forged = unsubscribe_token(other).split(":", 1)[0] + ":" + signature

    assert reader.post(f"/unsubscribe/{forged}/").status_code == 404


def test_link_of_a_mail_sent_before_streams_goes_on_working(subscriber: Subscriber) -> None:
    path = f"/unsubscribe/{signing.dumps(subscriber.pk, salt=FORMER)}/"
    program = Client(enforce_csrf_checks=True)

    response = program.post(path, {"List-Unsubscribe": "One-Click"})

    assert response.status_code == 200
    assert not is_active(subscriber)


@pytest.mark.parametrize(
    ("stream", "left"),
    [
        (Stream.DIGEST, ["suppressed", "pending"]),
        (Stream.CORRECTIONS, ["pending", "suppressed"]),
        (Stream.EVERYTHING, ["suppressed", "suppressed"]),
    ],
)
def test_one_click_leaves_the_stream_of_its_link_and_says_by_which_issue(
    subscriber: Subscriber, stream: Stream, left: list[str]
) -> None:
    issue = make_issue()
    for name in ("digest", "corrections"):
        make_delivery(subscriber, issue, stream=name)
    token = unsubscribe_token(subscriber, stream=stream, digest=issue)

    response = Client(enforce_csrf_checks=True).post(
        f"/unsubscribe/{token}/", {"List-Unsubscribe": "One-Click"}
    )

    departure = Unsubscription.objects.get()
    assert response.status_code == 200
    assert states(subscriber) == left
    assert (departure.stream, departure.digest) == (stream, issue)


def test_one_click_as_multipart_is_the_same(subscriber: Subscriber) -> None:
    body = "--x\r\n{}\r\n\r\nOne-Click\r\n--x--\r\n".format(
        'Content-Disposition: form-data; name="List-Unsubscribe"'
    )

    Client(enforce_csrf_checks=True).post(
        path_of(subscriber), body, content_type="multipart/form-data; boundary=x"
    )

    assert not is_active(subscriber)


def test_page_offers_each_stream_and_all_and_an_undo_for_a_day(
    reader: Client, subscriber: Subscriber
) -> None:
    path = path_of(subscriber)

    asked = text_of(reader, path)
    left = reader.post(path, {"action": "unsubscribe", "stream": "digest"}).content.decode()
    after = text_of(reader, path)

    assert "Stop the weekly digest Stop the corrections Stop all mail" in asked
    assert "<h1>Stopped: the weekly digest</h1>" in left
    assert "Undo: the weekly digest Possible until" in after
    assert "Stop the corrections Stop all mail" in after
    assert "subscribe anew" not in after


def test_undo_that_comes_too_late_offers_to_subscribe_anew(
    reader: Client, subscriber: Subscriber
) -> None:
    unsubscribe(subscriber=subscriber, as_of=timezone.now() - timedelta(hours=25))

    page = reader.post(path_of(subscriber), {"action": "undo"}).content.decode()

    assert "Leaving can be undone for 24 hours." in page
    assert "Undo:" not in page
    assert 'href="/subscribe/"' in page
    assert not is_active(subscriber)


@pytest.mark.parametrize(
    "typed", [{"stream": "prompt"}, {"stream": "\0"}, {"action": "delete"}, {"stream": ""}]
)
def test_what_the_page_does_not_offer_is_refused(
    reader: Client, subscriber: Subscriber, typed: dict[str, str]
) -> None:
    response = reader.post(path_of(subscriber), typed)

    assert response.status_code == 400
    assert is_active(subscriber)


def test_ten_megabytes_are_refused(reader: Client, subscriber: Subscriber) -> None:
    response = reader.post(path_of(subscriber), {"stream": "x" * 10_000_000})

    assert response.status_code == 400
    assert is_active(subscriber)


def test_link_gives_no_more_than_leaving(reader: Client, subscriber: Subscriber) -> None:
    page = reader.get(path_of(subscriber)).content.decode()

    assert preferences_token(subscriber) not in page
    assert "/subscriptions/" not in page


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_only_opening_and_posting_are_known(
    reader: Client, subscriber: Subscriber, method: str
) -> None:
    assert getattr(reader, method)(path_of(subscriber)).status_code == 405
    assert is_active(subscriber)


def test_page_costs_few_queries(reader: Client, subscriber: Subscriber) -> None:
    for _ in range(20):
        make_delivery(subscriber)

    with counted_queries() as queries:
        reader.get(path_of(subscriber))

    assert len(queries) == 2
    assert Delivery.objects.filter(state="pending").count() == 20
