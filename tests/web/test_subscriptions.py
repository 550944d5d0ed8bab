"""Leaving the digest: a press for people, one request for mail programs, nothing for scanners."""

import pytest
from django.test import Client
from django.utils import timezone

from mail.models import Subscriber
from mail.subscriptions import unsubscribe_token


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
