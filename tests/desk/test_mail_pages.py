"""Mail is read in the admin as it was sent, and cannot do anything there."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from forecasts.models import User
from mail.models import Delivery, Subscriber
from mail.sending import message_id
from tests.desk.conftest import sign_in
from tests.factories import AFTER, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(roles: None) -> Delivery:
    return Delivery.objects.create(
        key="prompt:1",
        kind="prompt",
        user=make_user(username="reader"),
        subject="2 questions wait",
        text="Dear <reader>",
        html="<html><head></head><body><p>Dear reader</p><script>alert(1)</script></body></html>",
        headers={"List-Id": "prompts.example.org"},
        not_before=AFTER,
        created_at=AFTER,
    )


def test_the_outbox_lists_what_was_sent_to_whom(administrator: User, delivery: Delivery) -> None:
    page = sign_in(administrator).get("/admin/mail/delivery/").content.decode()

    for text in ("2 questions wait", "reader@example.org", "Pending"):
        assert text in page


def test_a_mail_is_shown_with_its_headers_and_both_parts(
    administrator: User, delivery: Delivery
) -> None:
    url = reverse("admin:mail_delivery_change", args=[delivery.pk])

    response = sign_in(administrator).get(url)

    page = response.content.decode()
    identity = escape(message_id("prompt:1"))
    for text in ("List-Id", "prompts.example.org", identity, "Dear &lt;reader&gt;"):
        assert text in page
    assert reverse("admin:mail_delivery_html", args=[delivery.pk]) in page
    assert "frame-src 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"


def test_the_html_part_is_framed_by_the_desk_only_and_runs_nothing(
    administrator: User, delivery: Delivery
) -> None:
    url = reverse("admin:mail_delivery_html", args=[delivery.pk])

    response = sign_in(administrator).get(url)

    policy = dict(
        directive.strip().partition(" ")[::2]
        for directive in response.headers["Content-Security-Policy"].split(";")
    )
    assert policy["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert b'<base target="_blank">' in response.content


def test_an_address_that_is_none_is_refused(administrator: User) -> None:
    response = sign_in(administrator).post(
        "/admin/mail/subscriber/add/", {"email": "a@example.org,b@example.org", "time_zone": "UTC"}
    )

    assert list(response.context["adminform"].form.errors) == ["email"]
    assert not Subscriber.objects.exists()


def test_an_administrator_adds_a_subscriber(administrator: User) -> None:
    response = sign_in(administrator).post(
        "/admin/mail/subscriber/add/", {"email": "A@Example.org", "time_zone": "Asia/Tokyo"}
    )

    assert response.status_code == 302
    assert Subscriber.objects.get().email == "a@example.org"
