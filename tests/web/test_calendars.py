"""Calendars of deadlines: valid, up to date, and each with its own key."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.http import http_date
from icalendar import Calendar

from config.logs import AddressFilter
from forecasts.models import CalendarFeed, Question, Role, Topic, User
from forecasts.selectors import calendars
from forecasts.services.assignments import assign_reviewers
from forecasts.services.calendars import make_calendar, revoke_calendar
from forecasts.services.questions import amend_question, edit_question
from forecasts.services.resolutions import correct_resolution
from mail.arming import arm_prompts
from tests.factories import (
    AFTER,
    DEADLINE,
    LINKS,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_user,
    resolve,
)
from tests.queries import counted_queries
from tests.web.calendar_rules import events, read_calendar
from web.views import calendars as views

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = AFTER
HOSTILE = [
    "Commas, semicolons; colons: and \\ backslashes\\n",
    "“Quotes” \"plain\" 'single'",
    "Emoji 🏳️‍🌈👩‍👩‍👧‍👦🎉" * 9,
    "שלום עולם مرحبا بالعالم " * 9,
    "漢字" * 60,
    "BEGIN:VEVENT END:VCALENDAR",
    "x" * 299 + "é",
]


@pytest.fixture(autouse=True)
def standing_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def lead() -> User:
    return make_user(Role.LEAD)


def read(reader: Client, path: str = "/calendar.ics", **headers: str) -> list[dict[str, str]]:
    response = reader.get(path, headers=headers)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return events(response.content)


def only(reader: Client, path: str = "/calendar.ics") -> dict[str, str]:
    found = read(reader, path)
    assert len(found) == 1
    return found[0]


def move(question: Question, deadline: datetime, *, as_of: datetime = AFTER) -> None:
    amend_question(
        question=question, changes={"deadline": deadline}, reason="Moved", by=lead(), as_of=as_of
    )


def test_deadline_at_24_is_an_event_of_the_whole_day(reader: Client) -> None:
    question = make_question(title="Will it?")

    assert only(reader) == {
        "UID": f"deadline-{question.pk}@hindcast.test",
        "SUMMARY": "Will it?",
        "DTSTART": "20260130",
        "DTEND": "20260131",
        "DTSTAMP": "20260101T000000Z",
        "LAST-MODIFIED": "20260101T000000Z",
        "SEQUENCE": "0",
        "STATUS": "CONFIRMED",
        "TRANSP": "TRANSPARENT",
        "URL": f"https://hindcast.test/questions/{question.slug}/",
        "DESCRIPTION": "Deadline of a question. It is not resolved yet.\n"
        f"https://hindcast.test/questions/{question.slug}/",
    }


def test_deadline_at_another_hour_is_a_moment(reader: Client) -> None:
    make_question(deadline=DEADLINE + timedelta(hours=9, minutes=30, microseconds=7))

    found = only(reader)

    assert (found["DTSTART"], "DTEND" in found) == ("20260131T093000Z", False)


def test_moved_deadline_moves_the_event_and_raises_its_number(reader: Client) -> None:
    question = make_forecast().question
    before = only(reader)
    move(question, DEADLINE + 5 * DAY)
    after = only(reader)
    move(question, DEADLINE + timedelta(hours=1), as_of=AFTER + DAY)
    last = only(reader)

    assert before["UID"] == after["UID"] == last["UID"]
    assert [found["SEQUENCE"] for found in (before, after, last)] == ["0", "1", "2"]
    assert [found["DTSTART"] for found in (before, after, last)] == [
        "20260130",
        "20260204",
        "20260131T010000Z",
    ]
    assert [found["LAST-MODIFIED"] for found in (before, after, last)] == [
        "20260101T000000Z",
        "20260201T000000Z",
        "20260202T000000Z",
    ]


def test_edit_before_anything_is_frozen_raises_the_number_too(reader: Client) -> None:
    question = make_question()
    question.deadline = DEADLINE + DAY
    edit_question(question=question, topics=[], by=make_user(Role.CODER), as_of=START + DAY)

    found = only(reader)

    assert (found["SEQUENCE"], found["DTSTART"]) == ("1", "20260131")
    assert found["LAST-MODIFIED"] == "20260102T000000Z"


def test_annulled_question_is_cancelled_and_comes_back(reader: Client) -> None:
    question = make_question()
    resolve(question, "annulled", as_of=AFTER)
    annulled = only(reader)
    correct_resolution(
        question=question, lead=lead(), answer="yes", known_at=DEADLINE, links=LINKS,
        reason="It counts.", as_of=AFTER,
    )  # fmt: skip
    restored = only(reader)

    assert (annulled["STATUS"], annulled["SEQUENCE"]) == ("CANCELLED", "1")
    assert (restored["STATUS"], restored["SEQUENCE"]) == ("CONFIRMED", "2")
    assert "It is resolved: Yes." in restored["DESCRIPTION"]


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_stay_text(reader: Client, title: str) -> None:
    title = title[:300].strip()
    topic = Topic.objects.create(slug="t", name=title[:100])
    make_question(title=title, topics=[topic])

    raw = reader.get("/topics/t/calendar.ics").content

    assert events(raw)[0]["SUMMARY"] == title
    name = f"Hindcast: {topic.name}"
    values = read_calendar(raw).values
    assert (values["NAME"], values["X-WR-CALNAME"]) == (name, name)
    parsed: Any = Calendar.from_ical(raw)
    assert [str(event["SUMMARY"]) for event in parsed.walk("VEVENT")] == [title]


def test_synthetic_is_marked(reader: Client) -> None:
    make_question(synthetic=True, title="Will it?")

    assert only(reader)["SUMMARY"] == "Will it? (synthetic)"


def test_calendar_without_events_is_valid(reader: Client) -> None:
    raw = reader.get("/calendar.ics").content

    assert [part.kind for part in read_calendar(raw).parts] == ["VTIMEZONE"]
    assert Calendar.from_ical(raw).walk("VEVENT") == []


def test_what_is_over_for_a_quarter_leaves(reader: Client) -> None:
    make_question(slug="old", deadline=NOW - 93 * DAY, as_of=NOW - 200 * DAY)
    make_question(slug="recent", deadline=NOW - 92 * DAY, as_of=NOW - 200 * DAY)
    make_question(slug="far", deadline=NOW + 4000 * DAY)

    assert [found["URL"].split("/")[-2] for found in read(reader)] == ["recent", "far"]


def test_calendars_hold_what_belongs_to_a_topic_or_an_expert(reader: Client) -> None:
    topic = Topic.objects.create(slug="rain", name="Rain")
    ada = make_expert(slug="ada", name="Ada")
    wet = make_question(topics=[topic])
    said = make_forecast(expert=ada).question
    make_question()

    def uids(path: str) -> list[str]:
        return [found["UID"].split("@")[0] for found in read(reader, path)]

    assert uids("/topics/rain/calendar.ics") == [f"deadline-{wet.pk}"]
    assert uids("/experts/ada/calendar.ics") == [f"deadline-{said.pk}"]
    assert len(uids("/calendar.ics")) == 3
    assert reader.get("/topics/none/calendar.ics").status_code == 404
    assert reader.get("/experts/none/calendar.ics").status_code == 404


@pytest.mark.parametrize(
    ("page", "calendar"),
    [
        ("/questions/", "/calendar.ics"),
        ("/questions/", "/topics/rain/calendar.ics"),
        ("/questions/flood/", "/topics/rain/calendar.ics"),
        ("/experts/ada/", "/experts/ada/calendar.ics"),
    ],
)
def test_calendars_are_linked(reader: Client, page: str, calendar: str) -> None:
    topic = Topic.objects.create(slug="rain", name="Rain")
    question = make_question(slug="flood", topics=[topic])
    make_forecast(expert=make_expert(slug="ada"), question=question)

    assert f'href="{calendar}"' in reader.get(page).content.decode()


def test_unchanged_calendar_is_not_sent_again(reader: Client) -> None:
    question = make_forecast().question
    first = reader.get("/calendar.ics")
    tag = first.headers["ETag"]

    by_tag = reader.get("/calendar.ics", headers={"If-None-Match": tag})
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        move(question, DEADLINE + DAY, as_of=NOW + timedelta(hours=1))
        moved = reader.get("/calendar.ics", headers={"If-None-Match": tag})

    assert first.headers["Cache-Control"] == "public, max-age=900"
    assert (by_tag.status_code, by_tag.content, moved.status_code) == (304, b"", 200)


def test_calendar_is_only_read(reader: Client) -> None:
    assert reader.head("/calendar.ics").content == b""
    assert reader.post("/calendar.ics").status_code == 405


@pytest.mark.parametrize(
    "path", ["/calendar.ics", "/topics/t/calendar.ics", "/experts/ada/calendar.ics"]
)
def test_public_calendars_cost_the_same_however_long(reader: Client, path: str) -> None:
    topic, ada = Topic.objects.create(slug="t", name="T"), make_expert(slug="ada")
    costs = []
    for n in (2, 10):
        for _ in range(n):
            resolve(make_forecast(expert=ada, question=make_question(topics=[topic])).question)
        with counted_queries() as queries:
            read(reader, path)
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 4


@pytest.mark.parametrize(
    ("most", "kept", "is_full"),
    [
        (2, ["20260201", "20260202"], True),
        (4, ["20260130", "20260201", "20260202", "20260203"], True),
        (6, ["20260129", "20260130", "20260201", "20260202", "20260203"], False),
    ],
)
def test_fullest_calendar_keeps_what_comes_next_and_says_that_it_is_full(
    reader: Client, monkeypatch: pytest.MonkeyPatch, most: int, kept: list[str], *, is_full: bool
) -> None:
    for module in (calendars, views):
        monkeypatch.setattr(module, "MOST_DEADLINES", most)
    for days in (3, -2, 1, -1, 2):
        make_question(deadline=NOW + days * DAY)

    raw = reader.get("/calendar.ics").content

    assert [found["DTSTART"] for found in events(raw)] == kept
    note = read_calendar(raw).values.get("DESCRIPTION", "")
    assert ("Others may be missing." in note) is is_full


# A reviewer's own


def private(token: str) -> str:
    return f"/calendars/{token}.ics"


@pytest.fixture
def bob() -> User:
    return make_user(Role.REVIEWER, username="bob")


def test_own_calendar_has_deadlines_and_checks_and_nothing_of_forecasts(
    reader: Client, bob: User
) -> None:
    said = make_forecast("0.1357", quote="ZzQuote", phrase="ZzPhrase")
    coming = make_question(title="Later?", deadline=NOW + 59 * DAY)
    make_question(title="Much later?", deadline=NOW + 61 * DAY)
    resolve(make_question(title="Over?"))
    with time_machine.travel(NOW, tick=False):
        assign_reviewers(as_of=NOW)
        arm_prompts(as_of=NOW)
    token = make_calendar(user=bob, as_of=NOW)

    raw = reader.get(private(token)).content

    found = [(event["UID"].split("-")[0], event["SUMMARY"]) for event in events(raw)]
    title = said.question.title
    assert found == [
        ("deadline", title),
        ("deadline", "Later?"),
        *[("check", f"Check: {title}")] * 4,
    ]
    days = [event["DTSTART"] for event in events(raw)][2:]
    assert days == [f"{day}T000000Z" for day in (20260203, 20260207, 20260214, 20260302)]
    notes = {event["DESCRIPTION"].split("\n")[0] for event in events(raw)}
    assert notes == {
        "Deadline of a question. It is not resolved yet.", "You are asked for the answer."
    }  # fmt: skip
    links = {event["URL"] for event in events(raw)}
    assert links == {
        f"https://hindcast.test/admin/desk/duequestion/{pk}/change/"
        for pk in (said.question.pk, coming.pk)
    }
    for secret in ("Zz", "0.13", said.expert.name, said.source.title, said.source.outlet, "bob"):
        assert secret not in raw.decode()


def test_own_calendar_says_what_each_check_asks(reader: Client, bob: User) -> None:
    make_question(deadline=NOW + 20 * DAY, interim_days=40, as_of=START)
    arm_prompts(as_of=NOW)
    assign_reviewers(as_of=NOW, early=list(Question.objects.values_list("pk", flat=True)))

    found = read(reader, private(make_calendar(user=bob, as_of=NOW)))

    notes = [event["DESCRIPTION"].split("\n")[0] for event in found if "Check" in event["SUMMARY"]]
    assert notes[:4] == [
        "You are told that the question comes due soon.",
        "You are asked whether it has already happened.",
        "You are told that the question comes due soon.",
        "You are asked for the answer.",
    ]


def test_own_calendar_is_sent_again_when_an_old_question_is_assigned(
    reader: Client, bob: User
) -> None:
    make_question(deadline=NOW - DAY)
    path = private(make_calendar(user=bob, as_of=NOW))
    first = reader.get(path)
    seen = {"If-None-Match": first.headers["ETag"]}
    still = reader.get(path, headers=seen)
    assign_reviewers(as_of=NOW)

    by_tag = reader.get(path, headers=seen)
    by_time = reader.get(path, headers={"If-Modified-Since": http_date(NOW.timestamp())})

    assert (events(first.content), still.status_code) == ([], 304)
    assert (by_tag.status_code, by_time.status_code) == (200, 200)
    assert len(events(by_tag.content)) > 0


def test_own_calendar_leaves_out_what_one_coded(reader: Client) -> None:
    both = make_user(Role.REVIEWER, Role.CODER)
    make_forecast(question=make_question(deadline=NOW + DAY), by=both)

    assert read(reader, private(make_calendar(user=both, as_of=NOW))) == []


def test_lead_has_only_what_is_assigned(reader: Client) -> None:
    make_question(deadline=NOW + DAY)

    assert read(reader, private(make_calendar(user=lead(), as_of=NOW))) == []


def test_token_is_long_random_and_kept_as_a_hash(bob: User) -> None:
    tokens = [make_calendar(user=bob, as_of=NOW) for _ in range(3)]

    assert {len(token) for token in tokens} == {43}
    assert len(set(tokens)) == 3
    stored = CalendarFeed.objects.values_list("token_hash", "revoked_at")
    assert [token for token in tokens if token in str(list(stored))] == []
    assert [revoked for _, revoked in stored] == [NOW, NOW, None]


def test_every_address_that_does_not_work_gives_the_same_answer(reader: Client, bob: User) -> None:
    old = make_calendar(user=bob, as_of=NOW)
    revoked = make_calendar(user=bob, as_of=NOW)
    revoke_calendar(user=bob, as_of=NOW)
    gone = make_user(Role.REVIEWER, is_active=True)
    closed = make_calendar(user=gone, as_of=NOW)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    plain = make_user(Role.REVIEWER)
    roleless = make_calendar(user=plain, as_of=NOW)
    plain.groups.clear()

    answers = {
        (response.status_code, response.content, str(sorted(response.headers.items())))
        for token in (old, revoked, closed, roleless, "x" * 43, "%00", "x", "שלום", "x" * 3000)
        for response in [reader.get(private(token))]
    }

    assert len(answers) == 1
    assert next(iter(answers))[0] == 404


def test_address_does_not_leak(reader: Client, bob: User, caplog: pytest.LogCaptureFixture) -> None:
    token = make_calendar(user=bob, as_of=NOW)
    response = reader.get(private(token))
    headers = {name: response.headers[name] for name in
               ("Referrer-Policy", "Cache-Control", "X-Robots-Tag")}  # fmt: skip
    revoke_calendar(user=bob, as_of=NOW)
    with caplog.at_level(logging.DEBUG):
        caplog.handler.addFilter(AddressFilter())
        reader.get(private(token))

    assert token not in response.content.decode()
    assert headers == {
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-cache",
        "X-Robots-Tag": "noindex",
    }
    assert "Not Found: /calendars/…" in caplog.text
    assert token not in caplog.text


def test_own_calendar_is_not_sent_again_unchanged(reader: Client, bob: User) -> None:
    make_question(deadline=NOW + DAY)
    path = private(make_calendar(user=bob, as_of=NOW))

    tag = reader.get(path).headers["ETag"]

    assert reader.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_own_calendar_costs_the_same_however_long(reader: Client, bob: User) -> None:
    path, costs = private(make_calendar(user=bob, as_of=NOW)), []
    for n in (2, 10):
        for _ in range(n):
            make_forecast()
            make_question(deadline=NOW + DAY)
        assign_reviewers(as_of=NOW)
        arm_prompts(as_of=NOW)
        with counted_queries() as queries:
            read(reader, path)
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 6


def test_times_are_those_of_utc(reader: Client) -> None:
    make_question(deadline=datetime(2026, 2, 10, tzinfo=UTC))

    assert only(reader)["DTSTART"] == "20260209"
