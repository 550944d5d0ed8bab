"""What the public is told of copies: hash and time, once the evidence itself is public."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from forecasts.models import EvidenceCopy, Question, Role
from forecasts.selectors.grounds import Grounds, grounds_of
from forecasts.selectors.linked_pages import LinkedPage, linked_pages
from forecasts.services.evidence_copies import claim_copy, fail_copy, queue_copies
from forecasts.services.verdicts import give_verdict
from tests.factories import AFTER, DEADLINE, make_kept_copies, make_question, make_user

pytestmark = pytest.mark.django_db
URL, OTHER = "https://page.dev/", "https://other.dev/"
DAY = timedelta(days=1)
BODY = b"<p>It happened."
SHA256 = hashlib.sha256(BODY).hexdigest()


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def answer(question: Question, *links: str) -> None:
    give_verdict(
        question=question, reviewer=make_user(Role.REVIEWER), answer="yes", known_at=DEADLINE,
        links=links, as_of=AFTER,
    )  # fmt: skip


def fail(reason: str) -> None:
    queue_copies(as_of=AFTER)
    copy = claim_copy(as_of=AFTER)
    assert copy is not None
    fail_copy(copy=copy, reason=reason)


def kept(url: str = URL, body: bytes = BODY, **facts: Any) -> LinkedPage:
    digest = hashlib.sha256(body).hexdigest()
    defaults = {"sha256": digest, "kept_at": AFTER, "media_type": "text/html"}
    return LinkedPage(url, "kept", **{**defaults, **facts})


def test_a_link_waits_until_its_page_is_kept() -> None:
    question = make_question()
    answer(question, URL)
    before = linked_pages(question)
    queue_copies(as_of=AFTER)
    queued = linked_pages(question)
    make_kept_copies(BODY)

    after = linked_pages(Question.objects.get())

    assert before == queued == (LinkedPage(URL, "waiting"),)
    assert after == (kept(),)


def test_what_failed_says_why() -> None:
    question = make_question()
    answer(question, URL)
    fail("the server refused (403)")

    assert linked_pages(question) == (LinkedPage(URL, "failed", "the server refused (403)"),)


def test_nothing_is_public_before_the_ruling() -> None:
    question = make_question(required_verdicts=2)
    answer(question, URL)
    make_kept_copies(BODY)

    assert linked_pages(question) == ()


@pytest.mark.parametrize("second", [BODY, b"<p>Changed since."])
def test_equal_copies_of_one_link_are_one_and_others_are_each_listed(second: bytes) -> None:
    question = make_question(required_verdicts=2)
    for number, body in enumerate((BODY, second)):
        answer(question, URL)
        make_kept_copies(body, as_of=AFTER + number * DAY)

    changed = (kept(body=second, kept_at=AFTER + DAY),) if second != BODY else ()
    assert linked_pages(question) == (kept(), *changed)
    assert grounds_of(question) == Grounds(links=(URL,))


def test_a_link_of_which_something_is_kept_is_not_listed_as_failed() -> None:
    question = make_question(required_verdicts=2)
    answer(question, URL)
    fail("the server refused (403)")
    answer(question, URL, OTHER)
    make_kept_copies(BODY)

    assert linked_pages(question) == (kept(), kept(OTHER))


def public(client: Client, question: Question) -> tuple[str, list[Any]]:
    with time_machine.travel(AFTER, tick=False):
        page = client.get(f"/questions/{question.slug}/").content.decode()
        api = client.get(f"/api/v1/questions/{question.slug}/").json()
    return " ".join(page.split()), api["evidence"]


def test_hash_and_time_are_public_and_what_is_in_the_page_is_not(client: Client) -> None:
    question = make_question()
    answer(question, URL)
    make_kept_copies(BODY, title="ZzTitle", text="ZzText")

    page, evidence = public(client, question)

    assert evidence == [
        {
            "url": URL,
            "sha256": None,
            "copy": {
                "state": "kept",
                "sha256": SHA256,
                "kept_at": "2026-02-01T00:00:00Z",
                "media_type": "text/html",
            },
        }
    ]
    assert f"SHA-256 <code>{SHA256}</code>" in page
    assert "Zz" not in page
    assert "Zz" not in str(evidence)


def test_the_public_page_says_that_no_copy_could_be_kept(client: Client) -> None:
    question = make_question()
    answer(question, "https://example.org/")
    queue_copies(as_of=AFTER)

    page, evidence = public(client, question)

    assert "No copy could be kept: example.org is a name reserved for examples" in page
    assert evidence[0]["copy"] == {
        "state": "failed", "sha256": None, "kept_at": None, "media_type": None,
    }  # fmt: skip


def test_a_copy_before_the_ruling_is_nowhere_in_public(client: Client) -> None:
    question = make_question(required_verdicts=2)
    answer(question, URL)
    make_kept_copies(BODY)

    page, evidence = public(client, question)

    assert (SHA256 in page, evidence) == (False, [])


def test_no_address_of_the_site_leads_to_the_file(client: Client) -> None:
    answer(make_question(), URL)
    make_kept_copies(BODY)
    file = EvidenceCopy.objects.get().file

    statuses = {
        client.get(f"{prefix}{file.name}").status_code for prefix in ("/media/", "/", "/static/")
    }

    assert statuses == {404}
