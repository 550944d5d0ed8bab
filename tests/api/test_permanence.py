"""What is cited stays: the same address gives the same bytes, whatever comes later."""

import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoDbBlocker

from forecasts.models import Expert, Forecast, Question, Role, Topic
from forecasts.services.codings import record_coding
from forecasts.services.experts import keep_former_name
from forecasts.services.merges import merge_experts, undo_merge
from forecasts.services.questions import amend_question, edit_question
from forecasts.services.resolutions import correct_resolution
from forecasts.services.scorecards import recompute_scorecards
from forecasts.services.statements import record_unscorable_statement
from tests.api.parts import make_parts
from tests.api.sharing import shared
from tests.api.worlds import NOW, correct, number
from tests.factories import (
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)
from tests.forecasts.disputes import decide, make_open_dispute

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("parts")]
LATER = NOW + timedelta(hours=1)
SINCE = NOW + timedelta(days=2)
PATHS = (
    "experts/ada/scores/",
    "experts/ada/scores/?topic=weather&disputed=exclude",
    "experts/ada/scores/?as_of=2026-05-01&early=include",
    "experts/ada/scores/?known_until=2026-03-15&format=csv",
    "experts/ada/calibration/",
    "experts/ada/calibration/?coding=inferred",
    "experts/ada/scores/history/?step=week",
    "experts/ada/scores/history/?from=2026-01-15&topic=weather",
    "leaderboard/",
    "leaderboard/?ranking=calibration&limit=1",
    "leaderboard/?topic=politics",
    "compare/?expert=ada&expert=bob",
    "compare/?expert=bob&expert=ada&late=exclude",
    "statistics/",
)


@pytest.fixture(scope="module")
def parts(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with shared(django_db_blocker, make_parts):
        yield


def permanent(reader: Client, path: str) -> str:
    response = reader.get(f"/api/v1/{path.replace('&format=csv', '')}")
    assert response.status_code == 200, response.content
    return str(response.json()["permanent"]) + ("&format=csv" if "csv" in path else "")


def change_everything() -> None:
    """Whatever staff can do, an hour later."""
    coder, lead = make_user(Role.CODER), make_user(Role.LEAD)
    ada = Expert.objects.get(slug="ada")
    asked = {question.slug: question for question in Question.objects.all()}
    said = Forecast.objects.get(expert=ada, question=asked["rain"])
    correct(said, as_of=LATER, probability=number("0.1"))
    worded = Forecast.objects.get(expert=ada, question=asked["storm"])
    record_coding(
        forecast=worded, coder=make_user(Role.CODER), low=number("0"), mid=number("0.1"),
        high=number("0.2"), as_of=LATER,
    )  # fmt: skip
    amend_question(
        question=asked["merger"], changes={"deadline": NOW - timedelta(days=9)},
        reason="The source says so.", by=lead, as_of=LATER,
    )  # fmt: skip
    known: dict[str, Any] = {"known_at": NOW, "links": ["https://e.org/"]}
    for slug, answer, more in (("vote", "yes", known), ("strike", "reopened", {})):
        correct_resolution(
            question=asked[slug], lead=lead, answer=answer, reason="Misread.", as_of=LATER,
            **more,
        )  # fmt: skip
    weather, new = Topic.objects.get(slug="weather"), Topic.objects.create(slug="a", name="A")
    edit_question(question=asked["rain"], topics=[new], by=coder, as_of=LATER)
    edit_question(question=asked["vote"], topics=[weather, new], by=coder, as_of=LATER)
    _rename(ada, "Countess Ada")
    make_expert(slug="aaa", name="Aaa")
    source = make_source(by=coder, as_of=LATER)
    other = make_question(by=coder, as_of=LATER, deadline=LATER + timedelta(hours=9))
    for expert in (Expert.objects.get(slug="bob"), make_expert(slug="aab", name="Aab")):
        for question in (other, asked["merger"]):
            make_forecast(
                "0.9", expert=expert, question=question, source=source, by=coder, as_of=LATER,
                stated_at=LATER,
            )  # fmt: skip
    resolve(other, "no", as_of=LATER + timedelta(hours=10), known_at=LATER + timedelta(hours=9))
    record_unscorable_statement(
        source=source, quote="may", reason="no_threshold", expert=ada, by=coder, as_of=LATER
    )
    bob, cleo = Expert.objects.get(slug="bob"), make_expert(slug="cleo", name="Cleo")
    merge = merge_experts(expert=bob, into=ada, reason="One", by=lead, as_of=LATER)
    merge_experts(expert=ada, into=cleo, reason="One", by=lead, as_of=LATER)
    undo_merge(merge=merge, reason="Two", by=lead, as_of=LATER + timedelta(minutes=1))
    decide(make_open_dispute(asked["storm"], as_of=LATER))
    for record in (ada, asked["rain"], said.source):
        make_open_dispute(record, as_of=LATER)
    recompute_scorecards(as_of=SINCE)


def _rename(expert: Expert, name: str) -> None:
    expert.name = name
    keep_former_name(expert=expert, by=make_user(Role.CODER), as_of=LATER)
    expert.save()


def test_permanent_address_gives_the_same_bytes_whatever_comes_later(reader: Client) -> None:
    addresses = [permanent(reader, path) for path in PATHS]
    before = [reader.get(address).content for address in addresses]
    now = {path: reader.get(f"/api/v1/{path}").content for path in PATHS}
    with time_machine.travel(SINCE, tick=False):
        change_everything()
        answers = [reader.get(address) for address in addresses]
        after = {path: reader.get(f"/api/v1/{path}").content for path in PATHS}

    # Bytes, one by one, so that a difference is shown.
    for address, old, answer in zip(addresses, before, answers, strict=True):
        assert answer.content.decode() == old.decode(), address
    # Were all of it unchanged, the test would show nothing.
    assert {path for path in PATHS if now[path] == after[path]} == {
        "experts/ada/scores/?as_of=2026-05-01&early=include"
    }
    assert {answer.headers["Cache-Control"] for answer in answers} == {"public, max-age=86400"}


def test_permanent_address_gives_the_numbers_that_were_shown(reader: Client) -> None:
    for path in ("experts/ada/scores/", "experts/bob/scores/?topic=weather", "leaderboard/"):
        shown = reader.get(f"/api/v1/{path}").json()

        stays = reader.get(shown["permanent"]).json()

        assert stays == shown | {"as_of": stays["as_of"]}


def test_permanent_address_is_its_own(reader: Client) -> None:
    address = permanent(reader, "experts/ada/scores/?as_of=2026-03-15&late=exclude")

    assert address == (
        "http://testserver/api/v1/experts/ada/scores/?as_of=2026-03-15T00%3A00%3A00Z&late=exclude"
    )
    assert reader.get(address).json()["permanent"] == address


def test_permanent_address_of_stored_scores_stays_while_nothing_changes(reader: Client) -> None:
    first = reader.get("/api/v1/experts/ada/scores/")
    with time_machine.travel(SINCE, tick=False):
        later = reader.get("/api/v1/experts/ada/scores/")

    assert (later.content, later.headers["ETag"]) == (first.content, first.headers["ETag"])


def test_permanent_address_knows_what_others_were_scored_on_since(reader: Client) -> None:
    """Another expert's scores are newer than Ada's, and `shrunk` compares with them."""
    coder = make_user(Role.CODER)
    carol, source = make_expert(slug="carol", name="Carol"), make_source(by=coder)
    for _ in range(3):
        question = make_question(by=coder)
        make_forecast("0.9", expert=carol, question=question, source=source, by=coder)
        resolve(question, "no", as_of=NOW + timedelta(minutes=1))
    recompute_scorecards(as_of=NOW + timedelta(minutes=2))
    with time_machine.travel(LATER, tick=False):
        shown = reader.get("/api/v1/experts/ada/scores/").json()
        stays = reader.get(shown["permanent"]).json()

    assert shown["computed_at"] == "2026-06-01T12:00:00Z"
    assert stays["as_of"] == "2026-06-01T12:02:00Z"
    same = ("n", "brier", "skill", "shrunk", "population", "corp", "breakdowns")
    assert {name: stays[name] for name in same} == {name: shown[name] for name in same}
    assert stays["population"]["brier"]["n_experts"] == 3


@pytest.mark.parametrize("path", ["experts/ada/scores/", "statistics/", "leaderboard/"])
def test_permanent_address_does_not_miss_what_came_in_the_same_instant(
    reader: Client, path: str
) -> None:
    coder, ada = make_user(Role.CODER), Expert.objects.get(slug="ada")
    question = make_question(by=coder, deadline=NOW)
    make_forecast("0.9", expert=ada, question=question, by=coder)
    resolve(question, "yes", as_of=NOW, known_at=NOW)

    shown = reader.get(f"/api/v1/{path}").json()
    stays = reader.get(shown["permanent"]).json()

    assert stays == shown | {"as_of": stays["as_of"]}
    scored = stays.get("n") or stays.get("real", {}).get("n_scored") or stays["results"][0]["n"]
    assert scored == (5 if "ada" in path else 7 if "stat" in path else 5)


@pytest.mark.parametrize(
    ("minutes", "kept"), [(9, "public, max-age=30"), (10, "public, max-age=86400")]
)
def test_answer_is_kept_long_once_its_moment_is_settled(
    reader: Client, minutes: int, kept: str
) -> None:
    address = permanent(reader, "experts/ada/scores/")
    with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
        response = reader.get(address)

    assert response.headers["Cache-Control"] == kept


def test_what_is_not_there_is_not_kept_long(reader: Client) -> None:
    response = reader.get("/api/v1/experts/nobody/scores/?as_of=2026-01-01")

    assert (response.status_code, "86400" in response.headers["Cache-Control"]) == (404, False)


def test_citation_says_what_when_by_which_formulas_where_and_on_what(reader: Client) -> None:
    found: Any = reader.get("/api/v1/experts/ada/scores/?as_of=2026-01-15").json()

    head = reader.get("/api/v1/statistics/?as_of=2026-01-15").json()["ledger"]
    assert found["citation"] == (
        "Hindcast. Scores of Ada, as of 2026-01-15T00:00:00Z, statistics version "
        f"{found['statistics_version']}. {found['permanent']}. "
        f"Ledger entry {head['number']}, SHA-256 {head['hash']}."
    )
    assert head["number"] > 0


def test_renamed_expert_is_cited_by_the_name_of_the_time(reader: Client) -> None:
    _rename(Expert.objects.get(slug="ada"), "Countess Ada")
    names = {}
    with time_machine.travel(SINCE, tick=False):
        for query in ("", "?as_of=2026-06-01T12:59:59Z", "?as_of=2026-06-01T13:00:00Z"):
            found = reader.get(f"/api/v1/experts/ada/scores/{query}").json()
            names[query] = (found["expert"]["name"], found["citation"][:28])

    assert names == {
        "": ("Countess Ada", "Hindcast. Scores of Countess"),
        "?as_of=2026-06-01T12:59:59Z": ("Ada", "Hindcast. Scores of Ada, as "),
        "?as_of=2026-06-01T13:00:00Z": ("Countess Ada", "Hindcast. Scores of Countess"),
    }


def test_bytes_change_only_with_the_statistics_version(reader: Client) -> None:
    """Raise STATISTICS_VERSION with whatever changes this: the same address was cited before."""
    found = reader.get("/api/v1/experts/ada/scores/?as_of=2026-03-15&early=include").json()
    # It holds the hash of lines in which ids stand.
    del found["citation"]

    digest = sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
    assert (found["statistics_version"], digest[:16]) == (2, "aeae3c5eec9f1df7")
