"""Subscribing on the pages: nothing is lost, nothing told, nothing done by opening a link."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from forecasts.models import Topic, Usage
from mail.models import Delivery, Subscriber
from mail.subscriptions import choices_of, confirmation_token, unsubscribe
from mail.subscriptions.opt_ins import MOST_A_DAY, MOST_TRIES_AN_HOUR
from tests.factories import AFTER, make_expert
from tests.mail.subscribers import ADA, code_of, link_in, mail_to, make_subscriber
from tests.queries import counted_queries
from tests.web.subscribing import errors_in, fields_of, send

pytestmark = pytest.mark.django_db
NOW = AFTER + timedelta(days=2)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def confirm_path(row: Subscriber) -> str:
    return f"/subscribe/confirm/{confirmation_token(row, as_of=NOW)}/"


def test_form_is_sent_and_the_code_is_typed_on_the_next_page(reader: Client, clock: Any) -> None:
    topic, expert = Topic.objects.create(slug="t", name="T"), make_expert()
    chosen = {
        "topics": [topic.pk], "experts": [expert.pk], "weekday": 5, "hour": 0, "locale": "fr",
        "time_zone": "Europe/Berlin", "kind": "text", "wants_empty": "on",
    }  # fmt: skip

    page = send(reader, clock, **chosen).content.decode()
    asked = reader.post(
        "/subscribe/code/",
        {**fields_of(page), "email": ADA, "code": f" {code_of()[:3]} {code_of()[3:]}"},
    )

    row = Subscriber.objects.active().get()
    choices = choices_of(row)
    assert "Look into your mail" in page
    assert (choices.topics, choices.experts) == (frozenset({topic.pk}), frozenset({expert.pk}))
    assert (row.weekday, row.hour, row.time_zone, row.locale) == (5, 0, "Europe/Berlin", "fr")
    assert (row.is_text_only, row.wants_empty, row.wants_corrections) == (True, True, True)
    assert "You are subscribed" not in page
    landed = reader.get(asked.headers["Location"])
    assert "Your address is confirmed: you are subscribed." in landed.content.decode()


def test_link_of_the_mail_asks_and_the_button_confirms(reader: Client, clock: Any) -> None:
    send(reader, clock)
    path = link_in(mail_to().text, "subscribe/confirm")

    shown = [getattr(reader, method)(path) for method in ("get", "head", "get")]
    unticked = reader.post(path)
    before = Subscriber.objects.active().count()
    ticked = Client(enforce_csrf_checks=True).post(path, {"sure": "on"})

    assert before == 0
    assert [response.status_code for response in shown] == [200, 200, 200]
    assert "Everything" in shown[0].content.decode()
    assert ADA not in shown[0].content.decode()
    assert "Tick this box first." in unticked.content.decode()
    assert ticked.status_code == 302
    assert Subscriber.objects.active().count() == 1
    again = reader.post(path, {"sure": "on"})
    assert "Your address is confirmed" in again.content.decode()


def test_scanner_that_opens_and_sends_every_form_subscribes_nobody(
    reader: Client, clock: Any
) -> None:
    send(reader, clock)
    links = re.findall(r"https://hindcast\.test(/\S+)", mail_to().text)

    for link in links:
        page = reader.get(link).content.decode()
        for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
            action = re.search(r'action="([^"]*)"', form)
            reader.post(action[1] if action else link, fields_of(form))

    assert len(links) == 2
    assert not Subscriber.objects.active().exists()


def normal(page: str) -> str:
    """A page without what differs between any two visits."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*|[\w.]+@[\w.]+', "", page)


def test_page_says_the_same_for_known_and_unknown_addresses(reader: Client, clock: Any) -> None:
    make_subscriber("known@ada.org", as_of=NOW - DAY)
    left = make_subscriber("left@ada.org", as_of=NOW - 3 * DAY)
    unsubscribe(subscriber=left, as_of=NOW - 2 * DAY)
    pages = set()

    for who in ("unknown", "known", "left", "unknown"):
        response = send(reader, clock, email=f"{who}@ada.org")
        pages.add((response.status_code, normal(response.content.decode())))

    assert len(pages) == 1
    assert Delivery.objects.count() == 3


def test_page_of_a_wrong_code_says_the_same_for_all(reader: Client, clock: Any) -> None:
    make_subscriber("known@ada.org", as_of=NOW - DAY)
    send(reader, clock, email="waiting@ada.org")

    pages = {
        normal(reader.post("/subscribe/code/", {"email": email, "code": "x"}).content.decode())
        for email in ("known@ada.org", "waiting@ada.org", "nobody@ada.org")
    }

    assert len(pages) == 1


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no address": ({"email": ""}, "This field is required."),
    "none": ({"email": "nobody"}, "Enter a valid email address."),
    "two": ({"email": "a@a.org,b@b.org"}, "Enter a valid email address."),
    "header": ({"email": "a@a.org\nBcc: b@b.org"}, "Enter a valid email address."),
    "NUL": ({"email": "a\0@a.org"}, "Null characters are not allowed."),
    "U+2028": ({"email": "a\u2028@a.org"}, "Enter one plain e-mail address."),
    "long": ({"email": "x" * 250 + "@a.org"}, "at most 254 characters"),
    "topic": ({"topics": ["99999999999999999999999"]}, "Choose from the list."),
    "topic NUL": ({"topics": ["\0"]}, "Choose from the list."),
    "expert": ({"experts": ["x"]}, "Choose from the list."),
    "zone": ({"time_zone": "../../etc/passwd"}, "Choose from the list."),
    "weekday": ({"weekday": "8"}, "Choose from the list."),
    "hour": ({"hour": "-1"}, "Choose from the list."),
    "locale": ({"locale": "tlh"}, "Choose from the list."),
    "kind": ({"kind": "fax"}, "Choose from the list."),
    "machine": ({"website": "https://spam.example"}, "Leave the field"),
    "no ticket": ({"ticket": ""}, "open for more than a day"),
    "consent": ({"consent": "2020-01"}, "has changed since"),
}


@pytest.mark.parametrize("what", BAD)
def test_on_an_error_nothing_is_kept_and_nothing_lost(
    reader: Client, clock: Any, what: str
) -> None:
    topic = Topic.objects.create(slug="t", name="T")
    changed, message = BAD[what]
    typed = {"topics": [topic.pk], "weekday": "4", "time_zone": "Asia/Tokyo", **changed}

    response = send(reader, clock, **typed)

    page = unescape(response.content.decode())
    assert response.status_code == 200
    assert any(message in error for error in errors_in(response.content)), errors_in(
        response.content
    )
    if "time_zone" not in changed:
        assert 'value="Asia/Tokyo" selected' in page
    if "topics" not in changed:
        assert re.search(r'name="topics" value="\d+"[^>]*checked', page)
    assert (Subscriber.objects.count(), Delivery.objects.count(), Usage.objects.count()) == (
        0,
        0,
        0,
    )


def test_what_is_refused_can_be_sent_again(reader: Client, clock: Any) -> None:
    page = send(reader, clock, consent="2020-01", weekday="4").content.decode()

    response = reader.post("/subscribe/", {**fields_of(page), "email": ADA})

    assert "Look into your mail" in response.content.decode()
    assert Subscriber.objects.get().weekday == 4


@pytest.mark.parametrize(("wait", "message"), [(1, "very quick"), (90_000, "more than a day")])
def test_form_sent_too_soon_or_too_late_is_shown_again(
    reader: Client, clock: Any, wait: int, message: str
) -> None:
    start = fields_of(reader.get("/subscribe/").content.decode())
    clock.shift(timedelta(seconds=wait))

    page = reader.post("/subscribe/", {**start, "email": ADA}).content.decode()

    assert message in page
    assert Subscriber.objects.count() == 0


def test_who_has_reached_the_limit_is_told_until_when(reader: Client, clock: Any) -> None:
    for number in range(MOST_A_DAY):
        send(reader, clock, email=f"{number}@ada.org")

    response = send(reader, clock)

    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 86_400
    assert "No more than 20 are taken from one network" in response.content.decode()
    assert not Subscriber.objects.filter(email=ADA).exists()


def test_who_tries_too_many_codes_is_told(reader: Client) -> None:
    typed = {"email": ADA, "code": "123456"}
    for _ in range(MOST_TRIES_AN_HOUR):
        assert reader.post("/subscribe/code/", typed).status_code == 200

    response = reader.post("/subscribe/code/", typed)

    assert response.status_code == 429
    assert "Retry-After" in response.headers


def test_small_form_brings_an_address_and_does_nothing_else(reader: Client) -> None:
    strict = Client(enforce_csrf_checks=True)

    for path in ("/", "/experts/"):
        assert 'action="/subscribe/"' in reader.get(path).content.decode()
    page = strict.post("/subscribe/", {"email": "ada@ada.org", "step": "choose"})

    assert page.status_code == 200
    assert 'value="ada@ada.org"' in page.content.decode()
    assert (Subscriber.objects.count(), Usage.objects.count()) == (0, 0)


@pytest.mark.parametrize("typed", ['"><script>alert(1)</script>', "a\0b", "x" * 100_000, "\u202e"])
def test_whatever_the_small_form_brings_is_text(reader: Client, typed: str) -> None:
    page = reader.post("/subscribe/", {"email": typed, "step": "choose"}).content.decode()

    assert "<script>alert" not in page
    assert "\0" not in page
    assert len(page) < 100_000


def test_form_without_its_token_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)

    for path in ("/subscribe/", "/subscribe/code/"):
        assert strict.post(path, {"email": ADA}).status_code == 403


@pytest.mark.parametrize("path", ["/subscribe/", "/subscribe/code/"])
def test_ten_megabytes_are_refused(reader: Client, path: str) -> None:
    response = reader.post(path, {"email": "x" * 10_000_000})

    assert response.status_code in {400, 413}


def test_ten_megabytes_behind_links_are_refused(reader: Client, clock: Any) -> None:
    send(reader, clock)

    response = reader.post(
        confirm_path(Subscriber.objects.get()), "sure=" + "x" * 10_000_000,
        "application/x-www-form-urlencoded",
    )  # fmt: skip

    assert response.status_code == 400


def test_link_runs_out_after_a_day_and_with_what_it_confirmed(reader: Client, clock: Any) -> None:
    send(reader, clock)
    row = Subscriber.objects.get()
    path = link_in(mail_to().text, "subscribe/confirm")
    reader.post(path, {"sure": "on"})
    unsubscribe(subscriber=row, as_of=NOW)
    left = reader.post(path, {"sure": "on"})
    clock.shift(DAY)

    late = reader.post(path, {"sure": "on"})

    assert (left.status_code, late.status_code) == (410, 410)
    assert not Subscriber.objects.active().exists()


@pytest.mark.parametrize("token", ["x", "1.2:forged", "é", "a" * 3000, "%00", "1.1e9:x"])
def test_forged_link_confirms_nobody(reader: Client, clock: Any, token: str) -> None:
    send(reader, clock)

    response = reader.post(f"/subscribe/confirm/{token}/", {"sure": "on"})

    assert response.status_code == 404
    assert not Subscriber.objects.active().exists()


def test_pages_of_a_reader_are_kept_by_nobody_and_lead_nowhere(reader: Client, clock: Any) -> None:
    send(reader, clock)
    pages = {
        "/subscribe/": "strict-origin-when-cross-origin",
        "/subscribe/code/": "same-origin",
        confirm_path(Subscriber.objects.get()): "no-referrer",
    }

    for path, referrer in pages.items():
        response = reader.get(path)

        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["Referrer-Policy"] == referrer
        assert (response.headers.get("X-Robots-Tag") == "noindex") is (path != "/subscribe/")


def test_form_of_hundreds_costs_the_same_queries(reader: Client) -> None:
    Topic.objects.bulk_create([Topic(slug=f"t{n}", name=f"Topic {n}") for n in range(300)])
    for number in range(30):
        make_expert(name=f"Ada {number}")

    with counted_queries() as queries:
        page = reader.get("/subscribe/").content.decode()

    assert len(queries) == 2
    assert page.count('name="topics"') == 300
    assert page.count('name="experts"') == 30


def test_names_are_text(reader: Client) -> None:
    make_expert(name="<script>alert(1)</script>")

    assert "<script>alert" not in reader.get("/subscribe/").content.decode()
