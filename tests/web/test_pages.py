"""What the public pages say, and what they keep to themselves."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forecasts.ledgers import verify_ledger
from forecasts.models import Role
from forecasts.selectors.ledgers import ledger_head
from forecasts.services.codings import record_coding
from forecasts.services.questions import amend_question
from forecasts.services.resolutions import correct_resolution
from forecasts.services.scorecards import recompute_scorecards
from forecasts.services.statements import record_unscorable_statement
from forecasts.services.verdicts import give_verdict
from tests.factories import (
    AFTER,
    DEADLINE,
    START,
    make_article,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)
from tests.web.worlds import text_of

PAGES = ("/", "/leaderboard/", "/leaderboard/?ranking=calibration", "/experts/", "/experts/ada/",
         "/questions/", "/questions/flood/", "/questions/storm/", "/how-to-read/", "/ledger/",
         "/corrections/",
         "/robots.txt")  # fmt: skip


@pytest.fixture
def world(db: None) -> Any:
    """Ada with one scored forecast, one in words that one coder read, and one unscorable."""
    coder = make_user(Role.CODER, username="hidden-coder")
    ada = make_expert(slug="ada", name="Ada")
    source = make_source(by=coder)
    flood = make_question(by=coder, slug="flood", title="Will it flood?")
    storm = make_question(by=coder, slug="storm", title="Will it storm?", required_verdicts=2)
    make_forecast("0.8", expert=ada, question=flood, source=source, by=coder, quote="80 percent")
    worded = make_forecast(
        None, expert=ada, question=storm, source=source, by=coder, quote="it may", phrase="may"
    )
    code(worded, coder, "0.2", "0.4", "0.65")
    record_unscorable_statement(
        source=source, quote="who knows", reason="no_threshold", expert=ada, by=coder, as_of=START
    )
    resolve(flood, "yes")
    give_verdict(
        question=storm,
        reviewer=make_user(Role.REVIEWER, username="hidden-reviewer"),
        answer="no",
        known_at=DEADLINE,
        links=["https://example.org/hidden"],
        as_of=AFTER,
    )
    recompute_scorecards(as_of=AFTER)
    return {"ada": ada, "flood": flood, "storm": storm, "worded": worded}


def code(forecast: Any, coder: Any, low: str, mid: str, high: str) -> None:
    record_coding(
        forecast=forecast,
        coder=coder,
        low=Decimal(low),
        mid=Decimal(mid),
        high=Decimal(high),
        as_of=START,
    )


@pytest.mark.parametrize("path", PAGES)
def test_page_sets_no_cookie_has_no_script_and_tells_no_secret(
    reader: Client, world: Any, path: str
) -> None:
    response = reader.get(path)

    page = response.content.decode()
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    for never in ("<script", "<style", " style=", " onclick=", "hidden", "@example.org"):
        assert never not in page.replace('aria-hidden="true"', "")


def test_ledger_page_shows_the_head_and_offers_the_script(reader: Client, world: Any) -> None:
    page = text_of(reader, "/ledger/")
    script = reader.get("/ledger/verify_ledger.py")

    head = ledger_head()
    assert f"Entries {head.number}" in page
    assert head.hash in page
    assert script.content == Path(verify_ledger.__file__).read_bytes()
    assert script.headers["Content-Disposition"] == 'attachment; filename="verify_ledger.py"'


def test_question_names_its_entries(reader: Client, world: Any) -> None:
    assert "In the ledger : entries 1, 2, 6." in text_of(reader, "/questions/flood/")


def test_pages_of_an_empty_site_say_so(reader: Client, db: None) -> None:
    assert "No expert is recorded yet." in text_of(reader, "/")
    assert "Nothing is recorded yet." in text_of(reader, "/ledger/")
    assert "No expert is recorded yet." in text_of(reader, "/leaderboard/")
    assert "No expert is recorded yet." in text_of(reader, "/experts/")
    assert "No question stands like this." in text_of(reader, "/questions/")


def test_single_coding_is_labeled_as_the_coders(reader: Client, world: Any) -> None:
    page = text_of(reader, "/experts/ada/")

    assert (
        "One coder's reading, not the speaker's number 20% to 65% for yes, most likely 40%" in page
    )
    assert "Unscored until a second blind coding is adopted." in page
    assert "The speaker's number 80% for yes" in page


def test_quotes_of_a_text_that_was_taken_in_are_shown_in_their_context(
    reader: Client, world: Any
) -> None:
    coder = make_user(Role.CODER)
    article = make_article("Nobody knows. It will <b>surely</b> hail in May, she said.", by=coder)
    hail = make_question(by=coder, slug="hail")
    for expert in (make_expert(slug="bob"), make_expert()):
        make_forecast(
            "0.9", expert=expert, question=hail, source=article.source, by=coder,
            quote="It will <b>surely</b> hail",
        )  # fmt: skip
    statement = record_unscorable_statement(
        source=article.source, quote="Nobody knows", reason="no_threshold",
        expert=make_expert(slug="eve"), by=coder, as_of=START,
    )  # fmt: skip

    pages = {
        slug: reader.get(slug).content.decode() for slug in ("/questions/hail/", "/experts/bob/")
    }
    eve = reader.get("/experts/eve/").content.decode()

    for page in pages.values():
        assert "Nobody knows. <mark>It will &lt;b&gt;surely&lt;/b&gt; hail</mark> in May" in page
    assert "<mark>Nobody knows</mark>. It will" in eve
    assert statement.quotation.start == 0


def test_adopted_reading_is_labeled_ours(reader: Client, world: Any) -> None:
    code(world["worded"], make_user(Role.CODER), "0.4", "0.6", "0.75")

    page = text_of(reader, "/questions/storm/")

    assert "Our reading, not the speaker's number 50% for yes, 30% to 70%" in page


def test_readings_that_lie_apart_are_nobodys_number(reader: Client, world: Any) -> None:
    code(world["worded"], make_user(Role.CODER), "0.9", "0.95", "0.99")

    page = text_of(reader, "/questions/storm/")

    assert "so differently that a lead gives a third reading" in page
    assert "95%" not in page
    assert "20% to 65%" not in page


def test_adopted_reading_is_scored_with_what_its_range_allows(reader: Client, world: Any) -> None:
    code(world["worded"], make_user(Role.CODER), "0.4", "0.6", "0.75")
    give_verdict(
        question=world["storm"], reviewer=make_user(Role.REVIEWER), answer="no", as_of=AFTER,
        known_at=DEADLINE, links=["https://example.org/2"],
    )  # fmt: skip

    page = text_of(reader, "/questions/storm/")

    assert "Brier score 0.250 , 0.090 at best and 0.490 at worst within the range" in page
    assert "at worst" not in text_of(reader, "/questions/flood/")


def test_share_of_unscorable_statements_is_shown(reader: Client, world: Any) -> None:
    page = text_of(reader, "/experts/ada/")

    assert "2 statements recorded; 1 more cannot be scored ( share 33.3%)" in page
    assert "who knows" in page


def test_expert_without_a_resolved_forecast_says_when_the_first_is_due(
    reader: Client, db: None
) -> None:
    question = make_question(title="Will it snow?", deadline=timezone.now() + timedelta(days=9))
    make_forecast("0.5", expert=make_expert(slug="new"), question=question)

    page = text_of(reader, "/experts/new/")

    assert "No resolved forecasts yet." in page
    assert "The first is due at the" in page
    assert "Will it snow?" in page


def test_ruling_evidence_amendments_and_earlier_rulings_are_shown(
    reader: Client, world: Any
) -> None:
    lead = make_user(Role.LEAD)
    amend_question(
        question=world["flood"], changes={"title": "Will it flood badly?"}, reason="Too vague.",
        by=lead, as_of=AFTER,
    )  # fmt: skip
    correct_resolution(
        question=world["flood"], lead=lead, answer="no", known_at=DEADLINE, reason="Misread.",
        links=["https://example.org/correction"], as_of=AFTER,
    )  # fmt: skip

    page = text_of(reader, "/questions/flood/")

    assert "Ruling: No" in page
    assert "Misread." in page
    assert "https://example.org/correction" in page
    assert "https://example.org/evidence" not in page
    assert "Too vague. Will it flood added: badly ?" in page
    assert "Yes, Feb 1, 2026 to Feb 1, 2026 Then No, by a lead&#x27;s decision. Misread." in page


def test_midnight_belongs_to_the_day_that_ends(reader: Client, world: Any) -> None:
    assert "end of 30 January 2026 (UTC)" in text_of(reader, "/questions/flood/")


@pytest.mark.parametrize(
    ("status", "shown"), [("resolved", "flood"), ("due", "storm"), ("nonsense", "flood")]
)
def test_questions_are_listed_by_where_they_stand(
    reader: Client, world: Any, status: str, shown: str
) -> None:
    page = reader.get(f"/questions/?status={status}&page=x").content.decode()

    assert f"/questions/{shown}/" in page


def test_synthetic_is_marked_everywhere(reader: Client, db: None, settings: Any) -> None:
    settings.DEMO = True
    make_expert(slug="invented", name="Invented", synthetic=True)
    badge = '<span class="badge synthetic">synthetic</span>'

    for path in ("/", "/leaderboard/", "/experts/", "/experts/invented/"):
        page = reader.get(path).content.decode()
        assert page.count(badge) >= 2, path
        assert '<meta name="robots" content="noindex"' in page
    assert reader.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


def test_unknown_address_has_a_page(reader: Client, db: None) -> None:
    response = reader.get("/experts/nobody/")

    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_error_page_needs_nothing(
    reader: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("web.views.homes.standings", fail)
    reader.raise_request_exception = False

    response = reader.get("/")

    assert response.status_code == 500
    assert "Something went wrong here" in response.content.decode()


def test_a_request_that_is_too_large_is_answered_with_a_page(reader: Client, db: None) -> None:
    response = reader.post(
        "/disputes/new/", {"text": "x" * 3_000_000}, "application/x-www-form-urlencoded"
    )

    assert response.status_code == 400
    assert "nothing was saved" in response.content.decode()


def test_form_without_its_token_is_refused_on_a_page_of_ours(db: None) -> None:
    path = f"/disputes/new/expert/{make_expert().slug}/"

    response = Client(enforce_csrf_checks=True).post(path, {"text": "I never said that."})

    page = response.content.decode()
    assert response.status_code == 403
    assert "<h1>This was not sent</h1>" in page
    assert "CSRF" not in page
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_who_may_not_see_a_page_is_told_so_on_a_page_of_ours(roles: None) -> None:
    client = Client()
    client.force_login(make_user(Role.REVIEWER))

    response = client.get("/admin/forecasts/forecast/")

    assert response.status_code == 403
    assert "<h1>This is not for you to see or do</h1>" in response.content.decode()
