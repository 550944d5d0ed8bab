"""The public form: nothing is lost, nothing doubled, no more than the limit, and what is shown."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from forecasts.models import Dispute, Role, Usage
from forecasts.services.disputes import MOST_A_DAY, dismiss_dispute
from forecasts.services.scorecards import recompute_scorecards
from forecasts.services.statements import record_unscorable_statement
from mail.models import Delivery, DisputeContact
from mail.outbox import send_ready_mail
from tests.factories import (
    AFTER,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)
from tests.forecasts.disputes import decide, make_dispute, make_open_dispute
from tests.mailservers import Postbox
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
NOW = AFTER + timedelta(days=2)
TEXT = "I never said that."
LEAST = timedelta(seconds=4)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def reader() -> Client:
    return Client()


def ticket_in(page: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', page)
    assert found, page
    return unescape(found[1])


def open_form(reader: Client, clock: Any, path: str, *, wait: timedelta = LEAST) -> str:
    ticket = ticket_in(reader.get(path).content.decode())
    clock.shift(wait)
    return ticket


def errors_in(page: bytes) -> list[str]:
    lists = re.findall(r'<ul class="errorlist[^>]*>(.*?)</ul>', page.decode(), re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in lists]


def send(reader: Client, clock: Any, path: str, **typed: str) -> Any:
    ticket = open_form(reader, clock, path)
    return reader.post(path, {"text": TEXT, "ticket": ticket, **typed})


def records() -> dict[str, Any]:
    forecast = make_forecast()
    statement = record_unscorable_statement(
        source=forecast.source, quote="maybe", reason="judgment", expert=forecast.expert,
        by=make_user(Role.CODER), as_of=START,
    )  # fmt: skip
    return {
        f"expert/{forecast.expert.slug}": forecast.expert,
        f"question/{forecast.question.slug}": forecast.question,
        f"forecast/{forecast.pk}": forecast,
        f"ruling/{resolve(forecast.question).pk}": forecast.question.resolutions.get(),
        f"source/{forecast.source.pk}": forecast.source,
        f"statement/{statement.pk}": statement,
    }


def test_every_kind_of_record_has_its_form(reader: Client, clock: Any) -> None:
    for path, record in records().items():
        response = send(reader, clock, f"/disputes/new/{path}/")

        dispute = Dispute.objects.get(nonce=response.headers["Location"].split("/")[3])
        assert (dispute.record, dispute.text) == (record, TEXT)


@pytest.mark.parametrize(
    "path",
    [
        "expert/nobody",
        "question/nobody",
        "forecast/0",
        "forecast/99999999999999999999999",
        "forecast/9223372036854775808",
        "forecast/x",
        "forecast/٣",
        "resolution/1",
        "user/1",
        "expert/%00",
    ],
)
def test_form_of_no_record_is_not_there(reader: Client, path: str) -> None:
    assert reader.get(f"/disputes/new/{path}/").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/experts/ada/",
        "https://hindcast.test/experts/ada/#forecasts",
        "https://hindcast.test/api/v1/experts/ada/",
        "https://hindcast.test/api/v1/experts/ada/scores/?as_of=2026-01-01",
        " /api/v1/experts/ada/forecasts/ ",
        "/disputes/new/expert/ada/",
    ],
)
def test_general_form_finds_the_record_by_its_address(
    reader: Client, clock: Any, address: str
) -> None:
    expert = make_expert(slug="ada")

    response = send(reader, clock, "/disputes/new/", address=address)

    assert response.status_code == 302
    assert Dispute.objects.get().expert == expert


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/",
        "/experts/",
        "/experts/nobody/",
        "http://[",
        "/api/v1/disputes/",
        "x" * 2001,
        "/\x00",
    ],
)
def test_general_form_says_where_there_is_no_record(
    reader: Client, clock: Any, address: str
) -> None:
    response = send(reader, clock, "/disputes/new/", address=address)

    assert response.status_code == 200
    assert len(errors_in(response.content)) == 1
    assert TEXT in response.content.decode()


def test_general_form_takes_the_address_along(reader: Client) -> None:
    page = reader.get("/disputes/new/", {"record": '/experts/ada/"><script>'}).content.decode()

    assert 'value="/experts/ada/&quot;&gt;&lt;script&gt;"' in page


def test_same_form_sent_twice_is_one_dispute(reader: Client, clock: Any) -> None:
    path = f"/disputes/new/expert/{make_expert().slug}/"
    typed = {"text": TEXT, "ticket": open_form(reader, clock, path)}

    first, second = reader.post(path, typed), reader.post(path, typed)

    assert first.headers["Location"] == second.headers["Location"]
    assert (Dispute.objects.count(), Usage.objects.get().n) == (1, 1)


def test_same_form_with_another_text_is_not_lost(reader: Client, clock: Any) -> None:
    path = f"/disputes/new/expert/{make_expert().slug}/"
    ticket = open_form(reader, clock, path)
    reader.post(path, {"text": TEXT, "ticket": ticket})

    again = reader.post(path, {"text": "And another thing.", "ticket": ticket})

    page = again.content.decode()
    assert "And another thing." in page
    assert "sent this form already" in page
    clock.shift(LEAST)
    assert (
        reader.post(path, {"text": "And another thing.", "ticket": ticket_in(page)}).status_code
        == 302
    )
    assert Dispute.objects.count() == 2


ALL = {
    "text": TEXT,
    "name": "Ada & Co",
    "speaks_as": "representative",
    "link": "https://ada.org/",
    "email": "ada@ada.org",
}
BAD = {
    "no text": ({"text": " "}, "This field is required."),
    "long text": ({"text": "x" * 4001}, "Ensure this value has at most 4000 characters"),
    "NUL": ({"text": "a\0b"}, "Null characters are not allowed."),
    "bidi": ({"text": "a\u202eb"}, "The character U+202E cannot be stored in a text."),
    "escape": ({"name": "a\x1bb"}, "The character U+001B cannot be stored in a text."),
    "two lines": ({"name": "a\nb"}, "This has to be a single line."),
    "long name": ({"name": "x" * 201}, "Ensure this value has at most 200 characters"),
    "role": ({"speaks_as": "god"}, "Select a valid choice."),
    "script": ({"link": "javascript:alert(1)"}, "Enter a valid URL."),
    "no link": ({"link": "nowhere"}, "Enter a valid URL."),
    "no address": ({"email": "nobody"}, "Enter a valid email address."),
    "two addresses": ({"email": "a@a.org,b@b.org"}, "Enter a valid email address."),
    "header": ({"email": "a@a.org\nBcc: b@b.org"}, "Enter a valid email address."),
    "U+2028": ({"email": "a\u2028@a.org"}, "Enter one plain e-mail address."),
    "machine": ({"website": "https://spam.example"}, "Leave the field"),
    "no ticket": ({"ticket": ""}, "open for more than a day"),
    "forged ticket": ({"ticket": "a:b:c"}, "open for more than a day"),
    "huge ticket": ({"ticket": "x" * 100_000}, "open for more than a day"),
}


@pytest.mark.parametrize("what", BAD)
def test_on_an_error_nothing_is_stored_and_nothing_lost(
    reader: Client, clock: Any, what: str
) -> None:
    changed, message = BAD[what]
    path = f"/disputes/new/expert/{make_expert().slug}/"

    response = send(reader, clock, path, **{**ALL, **changed})

    page = unescape(response.content.decode())
    assert response.status_code == 200
    assert any(message in error for error in errors_in(response.content)), errors_in(
        response.content
    )
    kept = {name: value for name, value in ALL.items() if name not in changed}
    assert all(value in page for value in kept.values())
    assert "checked" in page
    assert (Dispute.objects.count(), Delivery.objects.count(), Usage.objects.count()) == (0, 0, 0)


def test_what_is_refused_can_be_sent_again(reader: Client, clock: Any) -> None:
    path = f"/disputes/new/expert/{make_expert().slug}/"
    refused = send(reader, clock, path, website="https://spam.example").content.decode()

    response = reader.post(path, {"text": TEXT, "ticket": ticket_in(refused), "website": ""})

    assert "spam.example" not in refused
    assert response.status_code == 302


@pytest.mark.parametrize(
    ("wait", "message"),
    [
        (timedelta(seconds=1), "very quick"),
        (timedelta(hours=25), "more than a day"),
        (timedelta(seconds=-1), "very quick"),
    ],
)
def test_form_sent_too_soon_or_too_late_is_shown_again(
    reader: Client, clock: Any, wait: timedelta, message: str
) -> None:
    path = f"/disputes/new/expert/{make_expert().slug}/"
    ticket = open_form(reader, clock, path, wait=wait)

    shown = reader.post(path, {"text": TEXT, "ticket": ticket}).content.decode()

    assert message in shown
    assert TEXT in shown
    clock.shift(LEAST)
    assert reader.post(path, {"text": TEXT, "ticket": ticket_in(shown)}).status_code == 302


def test_line_breaks_of_browsers_do_not_count_twice(reader: Client, clock: Any) -> None:
    path = f"/disputes/new/expert/{make_expert().slug}/"
    text = "\r\n".join(["x"] * 2000)

    response = send(reader, clock, path, text=text)

    assert response.status_code == 302
    assert Dispute.objects.get().text == "\n".join(["x"] * 2000)


def test_who_has_reached_the_limit_is_told_until_when(reader: Client, clock: Any) -> None:
    expert = make_expert()
    path = f"/disputes/new/expert/{expert.slug}/"
    for _ in range(MOST_A_DAY):
        send(reader, clock, path)

    response = send(reader, clock, path)

    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 86_400
    page = response.content.decode()
    assert TEXT in page
    assert "between 2026-02-03 00:00 and 2026-02-04 00:00 UTC. Try again after that." in page
    assert Dispute.objects.count() == MOST_A_DAY
    other = Client(REMOTE_ADDR="198.51.100.1")
    assert send(other, clock, path).status_code == 302


def test_header_that_anybody_can_send_does_not_lift_the_limit(reader: Client, clock: Any) -> None:
    path = f"/disputes/new/expert/{make_expert().slug}/"
    for number in range(MOST_A_DAY):
        ticket = open_form(reader, clock, path)
        reader.post(
            path, {"text": TEXT, "ticket": ticket}, headers={"x-forwarded-for": f"10.0.0.{number}"}
        )

    assert send(reader, clock, path).status_code == 429


def test_form_without_its_token_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    path = f"/disputes/new/expert/{make_expert().slug}/"

    assert strict.post(path, {"text": TEXT}).status_code == 403


def test_form_is_kept_by_nobody(reader: Client) -> None:
    response = reader.get(f"/disputes/new/expert/{make_expert().slug}/")

    assert "no-store" in response.headers["Cache-Control"]


def code_for(reader: Client, clock: Any, postbox: Postbox) -> tuple[str, str]:
    """Send a dispute with an address; returns where the code is entered, and the code."""
    path = f"/disputes/new/expert/{make_expert().slug}/"
    page: str = send(reader, clock, path, email="Ada@Ada.org").url
    send_ready_mail(clock=lambda: NOW + timedelta(minutes=1))
    (message,) = postbox.to("ada@ada.org")
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    return page, re.search(r"Code: (\d{6})", text)[1]  # type: ignore[index]


def test_address_is_confirmed_by_the_code(reader: Client, clock: Any, postbox: Postbox) -> None:
    page, code = code_for(reader, clock, postbox)

    response = reader.post(page, {"code": f" {code[:3]} {code[3:]} "}, follow=True)

    assert "Your address is confirmed" in response.content.decode()
    assert DisputeContact.objects.get().confirmed_at is not None
    assert "ada@" not in response.content.decode().lower()


def test_code_is_sent_again_and_the_page_tells_nobody_of_the_limit(
    reader: Client, clock: Any, postbox: Postbox
) -> None:
    page, first = code_for(reader, clock, postbox)

    answers = []
    for _ in range(4):
        clock.shift(timedelta(minutes=2))
        answers.append(reader.post(page, {"action": "again"}).content.decode())

    said = [re.findall(r"<p role=.status.>(.*?)</p>", one, re.DOTALL) for one in answers]
    assert len(said[0]) == 1
    assert "Another code is on its way" in said[0][0]
    assert said == [said[0]] * 4
    assert errors_in(answers[0].encode()) == []
    assert Delivery.objects.filter(kind="code").count() == 3
    assert reader.post(page, {"code": first}).status_code == 200


def test_who_confirmed_is_not_offered_another_code(
    reader: Client, clock: Any, postbox: Postbox
) -> None:
    page, code = code_for(reader, clock, postbox)
    reader.post(page, {"code": code})

    answer = reader.post(page, {"action": "again"}).content.decode()

    assert "Your address is confirmed" in answer
    assert "Send the code again" not in answer


def test_wrong_code_confirms_nothing(reader: Client, clock: Any, postbox: Postbox) -> None:
    page, code = code_for(reader, clock, postbox)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    answers = [reader.post(page, {"code": wrong}).content for _ in range(5)]
    late = reader.post(page, {"code": code}).content

    assert {tuple(errors_in(answer)) for answer in (*answers, late)} == {
        tuple(errors_in(answers[0]))
    }
    assert DisputeContact.objects.get().confirmed_at is None


@pytest.mark.parametrize("code", ["", "\0", "x" * 1000, "١٢٣٤٥٦", "-1"])
def test_what_is_no_code_is_refused(
    reader: Client, clock: Any, postbox: Postbox, code: str
) -> None:
    page, _ = code_for(reader, clock, postbox)

    response = reader.post(page, {"code": code})

    assert response.status_code == 200
    assert errors_in(response.content)


def test_page_after_sending_tells_a_stranger_nothing(reader: Client) -> None:
    assert reader.get(f"/disputes/received/{uuid4()}/").status_code == 404


def test_dispute_is_shown_from_its_acknowledgement_on(reader: Client) -> None:
    expert = make_expert()
    waiting, spam = make_dispute(expert, text="Waits"), make_dispute(expert, text="Buy this")
    dismiss_dispute(dispute=spam, lead=make_user(Role.LEAD), reason="Advertising", as_of=NOW)
    shown = make_open_dispute(expert, text="<b>Wrong</b>", name="Ada", speaks_as="expert")

    pages = [
        reader.get(path).content.decode() for path in ("/disputes/", f"/experts/{expert.slug}/")
    ]

    for page in pages:
        assert "&lt;b&gt;Wrong&lt;/b&gt;" in page
        assert "Ada, who says they are the expert (not checked)" in page
        assert "Waits" not in page
        assert "Buy this" not in page
        assert "Advertising" not in page
    assert reader.get(f"/disputes/{shown.pk}/").status_code == 200
    for hidden in (waiting.pk, spam.pk, 0, 10**18, 10**30):
        assert reader.get(f"/disputes/{hidden}/").status_code == 404


def test_answer_is_shown_with_the_one_it_superseded(reader: Client) -> None:
    dispute = make_open_dispute(make_expert())
    first = decide(dispute, outcome="rejected", answer="No.")
    decide(dispute, answer="Yes, after all.", replaces=first.pk)

    page = reader.get(f"/disputes/{dispute.pk}/").content.decode()

    assert page.index("Yes, after all.") < page.index("No.</p>")
    assert "in place of an earlier decision" in page
    assert reader.get("/disputes/?status=open").content.count(b"Yes, after all.") == 0
    assert reader.get("/disputes/?status=decided").content.count(b"Yes, after all.") == 1


def test_what_is_disputed_is_marked_until_it_is_decided(reader: Client) -> None:
    forecast = make_forecast()
    expert, question = forecast.expert, forecast.question
    pages = {
        "expert": f"/experts/{expert.slug}/",
        "question": f"/questions/{question.slug}/",
        "questions": "/questions/",
        "experts": "/experts/",
        "leaderboard": "/leaderboard/",
        "home": "/",
    }

    def marks() -> dict[str, int]:
        return {
            name: reader.get(path).content.decode().count('class="badge disputed" href')
            for name, path in pages.items()
        }

    nothing = marks()
    disputes = {
        name: make_open_dispute(record)
        for name, record in (
            ("source", forecast.source),
            ("question", question),
            ("expert", expert),
            ("ruling", resolve(question)),
        )
    }
    all_ = marks()
    for dispute in disputes.values():
        decide(dispute, as_of=NOW)

    assert nothing == dict.fromkeys(pages, 0) == marks()
    assert all_ == {
        "expert": 4,
        "question": 5,
        "questions": 2,
        "experts": 1,
        "leaderboard": 1,
        "home": 1,
    }


def test_scores_stand_with_and_without_what_is_disputed(reader: Client) -> None:
    expert = make_expert()
    forecasts = [make_forecast(probability, expert=expert) for probability in ("0.9", "0.1")]
    for forecast in forecasts:
        resolve(forecast.question)
    recompute_scorecards(as_of=AFTER)
    page = f"/experts/{expert.slug}/"
    before = reader.get(page).content.decode()
    dispute = make_open_dispute(forecasts[1])

    during = reader.get(page).content.decode()
    decide(dispute, as_of=NOW)

    assert "Without what is disputed" not in before + reader.get(page).content.decode()
    rows = re.findall(r"<tr>(.*?)</tr>", during.split("under dispute")[1], re.DOTALL)
    cells = [re.findall(r">\s*([\d.]+)\s*<", row) for row in rows]
    assert [row[:2] for row in cells[1:3]] == [["2", "0.410"], ["1", "0.010"]]


def test_dispute_of_an_unscored_record_changes_no_score(reader: Client) -> None:
    expert = make_expert()
    resolve(make_forecast("0.9", expert=expert).question)
    make_open_dispute(make_forecast("0.9", expert=expert))

    page = reader.get(f"/experts/{expert.slug}/").content.decode()

    assert "Without what is disputed" not in page


def test_target_times_stand_on_the_list(reader: Client) -> None:
    make_open_dispute(make_expert())
    make_dispute(make_expert(), as_of=AFTER - timedelta(days=10))

    page = re.sub(r"\s+", " ", reader.get("/disputes/").content.decode())

    assert "Acknowledged within 2 working days</dt> <dd> <b>1 of 2</b>" in page
    assert "Decided within 10 working days</dt> <dd> <b>0 of 0</b>" in page


def test_pages_cost_the_same_for_many_disputes(reader: Client) -> None:
    forecast = make_forecast()
    resolve(forecast.question)
    paths = (
        "/disputes/",
        f"/experts/{forecast.expert.slug}/",
        f"/questions/{forecast.question.slug}/",
    )

    def grow(most: int) -> dict[str, int]:
        for _ in range(most):
            for record in (forecast, forecast.expert, forecast.question, forecast.source):
                decide(make_open_dispute(record), as_of=AFTER + timedelta(days=1))
                make_open_dispute(record)
        recompute_scorecards(as_of=NOW)
        return {path: cost(path) for path in paths}

    def cost(path: str) -> int:
        with counted_queries() as queries:
            assert reader.get(path).status_code == 200
        return len(queries)

    few, many = grow(1), grow(4)

    assert few == many
    assert many["/disputes/"] == 4


def test_proxy_of_ours_is_believed(reader: Client, clock: Any, settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    path = f"/disputes/new/expert/{make_expert().slug}/"
    for _ in range(MOST_A_DAY):
        send(reader, clock, path)
    ticket = open_form(reader, clock, path)

    other = reader.post(
        path, {"text": TEXT, "ticket": ticket}, headers={"x-forwarded-for": "1.1.1.1, 10.0.0.9"}
    )

    assert other.status_code == 302


def test_link_of_a_source_leads_to_its_form(reader: Client) -> None:
    forecast = make_forecast(source=make_source(url="https://paper.example/a"))
    question = make_question()

    page = reader.get(f"/disputes/new/forecast/{forecast.pk}/").content.decode()

    assert f"/disputes/new/source/{forecast.source.pk}/" in page
    assert f"/disputes/new/question/{forecast.question.slug}/" in page
    assert reader.get(f"/disputes/new/question/{question.slug}/").status_code == 200
