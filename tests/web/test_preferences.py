"""Behind the link in every mail: choices, two windows, what is kept, erasing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from config.logs import AddressFilter
from forecasts.models import Topic
from mail.models import Delivery, Subscriber
from mail.subscriptions import (
    change_choices,
    choices_of,
    erase,
    preferences_token,
    unsubscribe,
    unsubscribe_token,
)
from tests.factories import AFTER, make_expert
from tests.mail.subscribers import ADA, make_delivery, make_subscriber, states
from tests.queries import counted_queries
from tests.web.subscribing import errors_in, fields_of
from tests.web.worlds import text_of

pytestmark = pytest.mark.django_db
NOW = AFTER + timedelta(days=2)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def subscriber() -> Subscriber:
    topics = [Topic.objects.create(slug=f"r{n}", name=f"River {n}") for n in range(3)]
    return make_subscriber(
        time_zone="Europe/Berlin",
        weekday=4,
        hour=18,
        is_text_only=True,
        topics=frozenset({topics[0].pk, topics[2].pk}),
        experts=frozenset({make_expert().pk}),
    )


def path_of(row: Subscriber) -> str:
    return f"/subscriptions/{preferences_token(row)}/"


def change(reader: Client, row: Subscriber, **typed: Any) -> Any:
    page = reader.get(path_of(row)).content.decode()
    return reader.post(path_of(row), {**fields_of(page), **typed})


def test_page_says_when_the_next_digest_comes_where_they_live(
    reader: Client, subscriber: Subscriber
) -> None:
    page = text_of(reader, path_of(subscriber))

    assert "Mail to a…@ada.org ." in page
    assert "Thursday 12 February 2026, 18:00 (Europe/Berlin), if there is news." in page
    assert ADA not in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"unsubscribed_at": AFTER}, "You are unsubscribed, so none is sent."),
        ({"suppressed_at": AFTER}, "It was refused for good on Feb 1, 2026"),
        ({"confirmed_at": None}, "not confirmed yet"),
        ({"wants_digest": False}, "You get no digest, only corrections"),
    ],
)
def test_page_says_why_nothing_comes(
    reader: Client, subscriber: Subscriber, fields: dict[str, Any], said: str
) -> None:
    Subscriber.objects.update(**fields)

    assert said in text_of(reader, path_of(subscriber))


def test_form_sent_as_it_is_changes_nothing(reader: Client, subscriber: Subscriber) -> None:
    before = Subscriber.objects.values().get()
    page = reader.get(path_of(subscriber)).content.decode()

    response = reader.post(path_of(subscriber), fields_of(page))

    assert response.status_code == 302
    assert len(fields_of(page)["topics"]) == 2
    assert Subscriber.objects.values().get() == before


def test_all_is_changed_without_cookie_or_token(subscriber: Subscriber) -> None:
    reader = Client(enforce_csrf_checks=True)
    topic, expert = Topic.objects.create(slug="t", name="T"), make_expert()
    typed = {
        "topics": [topic.pk], "experts": [expert.pk], "weekday": 1, "hour": 23, "locale": "iso",
        "time_zone": "America/St_Johns", "kind": "text", "wants_empty": "on",
    }  # fmt: skip

    response = change(reader, subscriber, **typed)

    row = Subscriber.objects.select_related("selection").get()
    page = reader.get(response.headers["Location"]).content.decode()
    assert not response.cookies
    assert "Saved." in page
    assert str(row.selection) == f"t{topic.pk},e{expert.pk}"
    assert (row.weekday, row.hour, row.locale, row.time_zone) == (1, 23, "iso", "America/St_Johns")
    assert (row.is_text_only, row.wants_empty, row.wants_corrections) == (True, True, True)


def test_what_is_chosen_stands_first(reader: Client, subscriber: Subscriber) -> None:
    topics = [Topic.objects.create(slug=name, name=name) for name in "abc"]
    change(reader, subscriber, topics=[topics[2].pk])

    page = text_of(reader, path_of(subscriber))

    assert "Topics c River 0 River 1 River 2 a b" in page


def test_unticking_all_gives_everything(reader: Client, subscriber: Subscriber) -> None:
    topic = Topic.objects.create(slug="t", name="T")
    change(reader, subscriber, topics=[topic.pk])
    assert Subscriber.objects.get().selection is not None

    change(reader, subscriber, topics=[], experts=[])

    assert Subscriber.objects.get().selection is None


def test_second_window_is_told_and_can_insist(reader: Client, subscriber: Subscriber) -> None:
    old = fields_of(reader.get(path_of(subscriber)).content.decode())
    change(reader, subscriber, hour=7)

    told = reader.post(path_of(subscriber), {**old, "hour": 21})

    page = told.content.decode()
    assert told.status_code == 409
    assert "These choices were changed meanwhile" in page
    assert "On Thursdays at 07:00, time zone Europe/Berlin" in page
    assert 'value="21" selected' in page
    assert Subscriber.objects.get().hour == 7
    again = reader.post(path_of(subscriber), fields_of(page))
    assert again.status_code == 302
    assert Subscriber.objects.get().hour == 21


def test_stream_switched_off_stops_what_waits(reader: Client, subscriber: Subscriber) -> None:
    make_delivery(subscriber, stream="digest")
    page = fields_of(reader.get(path_of(subscriber)).content.decode())
    del page["wants_digest"]

    reader.post(path_of(subscriber), page)

    assert states(subscriber) == ["suppressed"]


def test_nothing_left_is_refused(reader: Client, subscriber: Subscriber) -> None:
    page = fields_of(reader.get(path_of(subscriber)).content.decode())
    del page["wants_digest"], page["wants_corrections"]

    response = reader.post(path_of(subscriber), page)

    assert "Nothing would be left to send." in errors_in(response.content)[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"topics": ["\0"]}, {"experts": ["9" * 40]}, {"hour": "x"}, {"weekday": ""},
        {"time_zone": "Nowhere"}, {"locale": "\u2028"}, {"kind": "\0"}, {"seen": "\0"},
        {"topics": [str(n) for n in range(900)]},
    ],
    ids=str,
)  # fmt: skip
def test_bad_input_is_refused_and_changes_nothing(
    reader: Client, subscriber: Subscriber, wrong: dict[str, Any]
) -> None:
    before = Subscriber.objects.values().get()

    response = change(reader, subscriber, **wrong)

    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert Subscriber.objects.values().get() == before


def test_too_much_is_refused(reader: Client, subscriber: Subscriber) -> None:
    topics = Topic.objects.bulk_create([Topic(slug=f"t{n}", name=f"T{n}") for n in range(201)])

    chosen = change(reader, subscriber, topics=[topic.pk for topic in topics])
    many = change(reader, subscriber, topics=["1"] * 2000)
    huge = change(reader, subscriber, seen="x" * 10_000_000)

    assert "At most 200" in errors_in(chosen.content)[0]
    assert (many.status_code, huge.status_code) == (400, 400)


def test_export_is_a_file_of_all_that_is_kept(reader: Client, subscriber: Subscriber) -> None:
    make_delivery(subscriber)

    response = reader.get(f"{path_of(subscriber)}data.json")

    data = json.loads(response.content)
    assert (data["address"], len(data["mails"])) == (ADA, 1)
    assert response.headers["Content-Disposition"] == 'attachment; filename="hindcast-data.json"'
    assert "no-store" in response.headers["Cache-Control"]
    assert reader.post(f"{path_of(subscriber)}data.json").status_code == 405


def test_erasing_takes_a_page_and_a_tick(reader: Client, subscriber: Subscriber) -> None:
    make_delivery(subscriber)
    path = f"{path_of(subscriber)}erase/"

    asked, unticked = reader.get(path), reader.post(path)
    before = Subscriber.objects.count()
    done = reader.post(path, {"sure": "on"})

    assert before == 1
    assert "Erase everything?" in asked.content.decode()
    assert "Tick this box first." in unticked.content.decode()
    assert "Everything is erased" in done.content.decode()
    assert (Subscriber.objects.count(), Delivery.objects.count()) == (0, 0)
    for again in (path, path_of(subscriber), f"{path_of(subscriber)}data.json"):
        assert reader.get(again).status_code == 404
    assert reader.post(path, {"sure": "on"}).status_code == 404


def test_who_is_erased_while_the_form_is_open_is_told(
    reader: Client, subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = fields_of(reader.get(path_of(subscriber)).content.decode())

    def erase_first(**asked: Any) -> Any:
        erase(subscriber=subscriber)
        return change_choices(**asked)

    monkeypatch.setattr("web.views.preferences.change_choices", erase_first)
    response = reader.post(path_of(subscriber), {**page, "hour": "3"})

    assert response.status_code == 404


@pytest.mark.parametrize("page", ["", "data.json", "erase/"])
@pytest.mark.parametrize("token", ["x", "1:forged", "é", "a" * 3000, "%00", "1"])
def test_forged_link_shows_nothing(
    reader: Client, subscriber: Subscriber, token: str, page: str
) -> None:
    response = reader.get(f"/subscriptions/{token}/{page}")

    assert response.status_code == 404
    assert b"ada" not in response.content


def test_links_are_not_logged(
    reader: Client, subscriber: Subscriber, caplog: pytest.LogCaptureFixture
) -> None:
    token = preferences_token(subscriber)[:-1]
    caplog.handler.addFilter(AddressFilter())

    for start in ("subscriptions", "subscribe/confirm", "unsubscribe"):
        for end in ("", "data.json", "erase/"):
            reader.get(f"/{start}/{token}/{end}")

    assert "Not Found: /subscriptions/…/erase/" in caplog.text
    assert "Not Found: /subscribe/confirm/…/" in caplog.text
    assert token not in caplog.text


def test_link_of_another_kind_shows_nothing(reader: Client, subscriber: Subscriber) -> None:
    response = reader.get(f"/subscriptions/{unsubscribe_token(subscriber)}/")

    assert response.status_code == 404


@pytest.mark.parametrize("page", ["", "?done=saved", "?done=%00", "data.json", "erase/"])
def test_pages_are_kept_by_nobody_and_lead_nowhere(
    reader: Client, subscriber: Subscriber, page: str
) -> None:
    response = reader.get(path_of(subscriber) + page)

    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert not response.cookies


def test_opening_pages_changes_nothing(reader: Client, subscriber: Subscriber) -> None:
    before = Subscriber.objects.values().get()

    for page in ("", "data.json", "erase/"):
        for method in ("get", "head"):
            getattr(reader, method)(path_of(subscriber) + page)

    assert Subscriber.objects.values().get() == before


def test_page_costs_the_same_queries_for_many_rows(reader: Client, subscriber: Subscriber) -> None:
    for number in range(30):
        Topic.objects.create(slug=f"t{number}", name=f"T{number}")
        make_delivery(subscriber)

    with counted_queries() as queries:
        reader.get(path_of(subscriber))

    assert len(queries) == 5


def test_who_left_can_still_see_and_choose(reader: Client, subscriber: Subscriber) -> None:
    unsubscribe(subscriber=subscriber, as_of=NOW)

    change(reader, subscriber, hour=3)

    row = Subscriber.objects.get()
    assert (row.hour, row.unsubscribed_at) == (3, NOW)
    assert choices_of(row) == replace(choices_of(subscriber), hour=3)
