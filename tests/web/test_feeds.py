"""Atom feeds: valid, stable, about what they say, and safe whatever the texts hold."""

# mypy: disable-error-code="import-untyped"

import re
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from django.test import Client

from forecasts.models import Expert, Forecast, Question, Role, Topic
from forecasts.services.codings import record_coding
from forecasts.services.resolutions import correct_resolution
from tests.api.worlds import NOW, correct, number
from tests.factories import (
    AFTER,
    DEADLINE,
    LINKS,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
KINDS = ("resolutions", "corrections", "forecasts")
SCOPES = ("", "/experts/ada", "/topics/rivers")
EVERY = [f"{scope}/feeds/{kind}.atom" for scope in SCOPES for kind in KINDS]
HOUR = timedelta(hours=1)
HOSTILE = (
    "<script>alert(1)</script>",
    "]]><!-- & &amp; &#0; <![CDATA[",
    '" onmouseover="x" \'',
    "bell \x07 vertical tab \x0b escape \x1b unit \x1f",
    "right-to-left \u202e override \u2066 isolate",
    "no characters \ufffe \uffff",
    "line \u2028 paragraph \u2029",
    "next line \x85 delete \x7f",
    "emoji 🌦 and Ünïcödé",
    "javascript:alert(1)",
)


@pytest.fixture
def world() -> dict[str, Any]:
    """Ada and Ben on rivers and elsewhere; one ruling corrected, one forecast misheard."""
    topic = Topic.objects.create(slug="rivers", name="Rivers & seas")
    ada, ben = make_expert(slug="ada", name="Ada"), make_expert(slug="ben", name="Ben")
    wet = make_question(slug="wet", title="Will it flood?", topics=[topic])
    dry = make_question(slug="dry", title="Will it dry?")
    misheard = make_forecast("0.8", expert=ada, question=wet, quote="eighty percent")
    make_forecast("0.3", expert=ben, question=wet, quote="three in ten")
    make_forecast("0.6", expert=ben, question=dry, quote="rather yes")
    correct(misheard, as_of=START + HOUR, probability=number("0.18"), quote="eighteen percent")
    resolve(wet, "yes")
    resolve(dry, "no")
    lead = make_user(Role.LEAD)
    correct_resolution(
        question=wet, lead=lead, answer="no", known_at=DEADLINE, links=LINKS,
        reason="It was another river.", as_of=AFTER + HOUR,
    )  # fmt: skip
    return {"ada": ada, "ben": ben, "wet": wet, "dry": dry, "topic": topic}


def feed(reader: Client, path: str) -> Any:
    """The feed, which has to be valid."""
    response = reader.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(response.content, sanitize_html=False)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def titles(reader: Client, path: str) -> list[str]:
    return [entry.title for entry in feed(reader, path).entries]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "/feeds/resolutions.atom",
            ["No: Will it flood?", "No: Will it dry?", "Yes: Will it flood?"],
        ),
        ("/experts/ada/feeds/resolutions.atom", ["No: Will it flood?", "Yes: Will it flood?"]),
        ("/topics/rivers/feeds/resolutions.atom", ["No: Will it flood?", "Yes: Will it flood?"]),
        (
            "/feeds/corrections.atom",
            ["Ruling corrected: Will it flood?", "Forecast recorded wrongly: Will it flood?"],
        ),
        ("/experts/ben/feeds/corrections.atom", ["Ruling corrected: Will it flood?"]),
        (
            "/topics/rivers/feeds/corrections.atom",
            ["Ruling corrected: Will it flood?", "Forecast recorded wrongly: Will it flood?"],
        ),
        (
            "/feeds/forecasts.atom",
            ["Ada, 0.18: Will it flood?", "Ben, 0.6: Will it dry?", "Ben, 0.3: Will it flood?"],
        ),
        ("/experts/ada/feeds/forecasts.atom", ["Ada, 0.18: Will it flood?"]),
        (
            "/topics/rivers/feeds/forecasts.atom",
            ["Ada, 0.18: Will it flood?", "Ben, 0.3: Will it flood?"],
        ),
    ],
)
def test_feed_tells_what_happened_the_newest_first(
    reader: Client, world: Any, path: str, expected: list[str]
) -> None:
    assert titles(reader, path) == expected


def test_correction_on_another_topic_is_in_no_feed_of_this_one(reader: Client, world: Any) -> None:
    Topic.objects.create(slug="deserts", name="Deserts")

    found = [feed(reader, f"/topics/deserts/feeds/{kind}.atom").entries for kind in KINDS]

    assert found == [[], [], []]


@pytest.mark.parametrize("path", EVERY)
def test_feed_has_what_rfc_4287_demands(reader: Client, world: Any, path: str) -> None:
    found = feed(reader, path)
    root = ET.fromstring(reader.get(path).content)
    atom = "{http://www.w3.org/2005/Atom}"

    assert found.feed.id.startswith("tag:hindcast.test,1990-01-01:feed/")
    assert found.feed.author == "Hindcast"
    assert found.entries
    ids = [entry.id for entry in found.entries]
    assert len(ids) == len(set(ids))
    for element in [root, *root.findall(f"{atom}entry")]:
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{atom}{name}")) == 1
        assert datetime.fromisoformat(str(element.findtext(f"{atom}updated"))).tzinfo
    for entry in found.entries:
        assert re.fullmatch(r"tag:hindcast\.test,2026-\d\d-\d\d:[a-z]+(/[a-z]+)?/\d+", entry.id)
        links = {link.rel: link.href for link in entry.links}
        assert set(links) == {"alternate", "related"}
        for href in links.values():
            address = href.removeprefix("https://hindcast.test")
            assert reader.get(address).status_code == 200
    (own,) = [link.href for link in found.feed.links if link.rel == "self"]
    assert own == f"https://hindcast.test{path}"


def test_ruling_that_was_superseded_says_so_under_the_same_identity(
    reader: Client, world: Any
) -> None:
    latest, _, superseded = feed(reader, "/feeds/resolutions.atom").entries

    assert latest.summary == (
        "Ruled on Feb 1, 2026. Known since Jan 31, 2026. It was another river."
    )
    assert superseded.summary.endswith("Another ruling has superseded it.")
    assert superseded.updated == "2026-02-01T01:00:00Z"
    assert superseded.published == "2026-02-01T00:00:00Z"


def test_correction_tells_what_was_what_became_why_and_whom_it_concerned(
    reader: Client, world: Any
) -> None:
    ruling, forecast = feed(reader, "/feeds/corrections.atom").entries

    assert ruling.summary == "Was Yes, became No. It was another river. It concerned Ada, Ben."
    assert forecast.summary == (
        "Was “eighty percent” (0.8), became “eighteen percent” (0.18). Misheard. It concerned Ada."
    )


def test_words_get_their_number_when_it_is_adopted(reader: Client) -> None:
    worded = make_forecast(None, quote="it will surely rain")
    before = feed(reader, "/feeds/forecasts.atom").entries[0]
    for _ in range(2):
        record_coding(
            forecast=worded, coder=make_user(Role.CODER), low=number(".7"), mid=number(".8"),
            high=number(".9"), as_of=AFTER,
        )  # fmt: skip

    after = feed(reader, "/feeds/forecasts.atom").entries[0]

    assert ", in words: " in before.title
    assert ", 0.8: " in after.title
    assert "as coders read the words" in after.summary
    assert (after.id, after.published) == (before.id, before.published)
    assert (before.updated, after.updated) == ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_and_the_feed_stays_valid(reader: Client, text: str) -> None:
    """Past the forms and services, which refuse most of these."""
    forecast = make_forecast(expert=make_expert(slug="ada", name="Ada"))
    Expert.objects.update(name=text)
    Question.objects.update(title=text)
    resolve(Question.objects.get(), "yes")
    lead = make_user(Role.LEAD)
    correct_resolution(
        question=forecast.question, lead=lead, answer="no", known_at=DEADLINE, links=LINKS,
        reason="So", as_of=AFTER + HOUR,
    )  # fmt: skip

    for scope in ("", "/experts/ada"):
        for kind in KINDS:
            found = feed(reader, f"{scope}/feeds/{kind}.atom")
            page = reader.get(f"{scope}/feeds/{kind}.atom").content.decode()

            assert "<script" not in page
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", page)
            assert all(entry.title_detail.type == "text/plain" for entry in found.entries)
            kept = "".join(x for x in text if x.isalpha())
            assert all(kept in "".join(x for x in e.title if x.isalpha()) for e in found.entries)


@pytest.mark.parametrize("path", EVERY)
def test_unchanged_feed_is_not_sent_again(reader: Client, world: Any, path: str) -> None:
    first, head = reader.get(path), reader.head(path)
    by_tag = reader.get(path, headers={"if-none-match": first.headers["ETag"]})
    by_time = reader.get(path, headers={"if-modified-since": first.headers["Last-Modified"]})

    assert (by_tag.status_code, by_time.status_code) == (304, 304)
    assert head.headers["ETag"] == first.headers["ETag"]
    assert head.content == b""
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert not first.cookies
    assert "Cookie" not in first.headers.get("Vary", "")


def test_new_forecast_changes_the_feed(reader: Client, world: Any) -> None:
    first = reader.get("/feeds/forecasts.atom")
    make_forecast("0.5", as_of=NOW)

    again = reader.get("/feeds/forecasts.atom", headers={"if-none-match": first.headers["ETag"]})
    since = {"if-modified-since": first.headers["Last-Modified"]}

    assert again.status_code == 200
    assert reader.get("/feeds/forecasts.atom", headers=since).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_empty_feed_is_valid_and_does_not_change_by_itself(reader: Client, kind: str) -> None:
    first, second = (reader.get(f"/feeds/{kind}.atom") for _ in range(2))

    assert feed(reader, f"/feeds/{kind}.atom").entries == []
    assert first.content == second.content


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/verdicts.atom",
        "/experts/nobody/feeds/forecasts.atom",
        "/topics/nothing/feeds/forecasts.atom",
        "/experts/ada/feeds/x.atom",
    ],
)
def test_feed_that_is_not_there(reader: Client, world: Any, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_feed_can_only_be_read(reader: Client) -> None:
    assert reader.post("/feeds/forecasts.atom").status_code == 405


def test_feeds_hold_fifty_entries_and_cost_the_same(reader: Client, world: Any) -> None:
    few = {path: cost(reader, path) for path in EVERY}
    coder, source = make_user(Role.CODER), make_source()
    for _ in range(55):
        question = make_question(by=coder, topics=[world["topic"]])
        make_forecast("0.5", expert=world["ada"], question=question, source=source, by=coder)
        resolve(question, "yes", as_of=AFTER)

    many = {path: cost(reader, path) for path in EVERY}

    assert many == few
    assert max(many.values()) <= 5
    assert len(feed(reader, "/feeds/forecasts.atom").entries) == 50
    assert len(feed(reader, "/feeds/resolutions.atom").entries) == 50


def cost(reader: Client, path: str) -> int:
    with counted_queries() as queries:
        assert reader.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "page", ["/", "/experts/", "/experts/ada/", "/questions/", "/corrections/"]
)
def test_pages_name_their_feeds(reader: Client, world: Any, page: str) -> None:
    text = reader.get(page).content.decode()

    tags = re.findall(r'<link rel="alternate"\s+type="application/atom\+xml"[^>]*>', text)
    found = [re.search(r'href="([^"]+)"', tag) for tag in tags]

    scope = "/experts/ada" if page == "/experts/ada/" else ""
    kinds = KINDS if scope else (*KINDS, "digests")
    assert [link and link[1] for link in found] == [f"{scope}/feeds/{kind}.atom" for kind in kinds]


def test_nobody_who_works_here_is_in_a_feed(reader: Client, world: Any) -> None:
    names = set(Forecast.objects.values_list("recorded_by__username", flat=True))

    pages = "".join(reader.get(path).content.decode() for path in EVERY)

    assert [name for name in names if name in pages] == []
