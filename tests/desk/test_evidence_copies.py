"""Copies of linked pages at the desk: read as text, downloaded as bytes, by who may see them."""

import hashlib
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forecasts.models import Evidence, EvidenceCopy, Question, Role, User
from forecasts.services.evidence_copies import claim_copy, fail_copy, put_off_copy, queue_copies
from forecasts.services.resolutions import correct_resolution, settle_question
from forecasts.services.verdicts import give_verdict
from tests.desk.conftest import sign_in
from tests.factories import AFTER, DEADLINE, make_kept_copies, make_question, make_user

pytestmark = pytest.mark.django_db
State = EvidenceCopy.State
URL = "https://page.dev/"
BODY = b"<script>alert(1)</script><p>It happened."
TEXT = "<script>alert(\"ZzText\")</script> & 'more'"
SHA256 = hashlib.sha256(BODY).hexdigest()


def answered(reviewer: User, *, required: int = 1, url: str = URL) -> Question:
    question = make_question(required_verdicts=required)
    give_verdict(
        question=question, reviewer=reviewer, answer="yes", known_at=DEADLINE, links=[url],
        as_of=AFTER,
    )  # fmt: skip
    return question


def address(name: str) -> str:
    return reverse(f"admin:forecasts_evidence_{name}", args=[Evidence.objects.get().pk])


def review_page(reader: User, question: Question) -> str:
    url = reverse("admin:desk_duequestion_change", args=[question.pk])
    page = sign_in(reader).get(url).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def seen(page: bytes) -> bool:
    return SHA256.encode() in page or page == BODY


def failed_copy(reason: str = "the server refused (403)") -> EvidenceCopy:
    queue_copies(as_of=AFTER)
    copy = claim_copy(as_of=AFTER)
    assert copy is not None
    fail_copy(copy=copy, reason=reason)
    return EvidenceCopy.objects.get()


def test_a_kept_copy_is_shown_beside_its_link(reviewer: User) -> None:
    question = answered(reviewer)
    make_kept_copies(BODY)

    page = review_page(reviewer, question)

    assert f"{URL} Copy kept 1 Feb 2026, 00:00 UTC , SHA-256 {SHA256}" in page


def test_a_copy_to_come_is_shown_as_such(reviewer: User) -> None:
    question = answered(reviewer)
    without_row = review_page(reviewer, question)
    queue_copies(as_of=AFTER)
    waiting = review_page(reviewer, question)
    copy = claim_copy(as_of=AFTER)
    assert copy is not None
    put_off_copy(copy=copy, reason="the server failed (503)", as_of=AFTER)
    put_off = review_page(reviewer, question)

    assert f"{URL} A copy is being fetched." in without_row
    assert f"{URL} A copy is being fetched." in waiting
    assert "The last attempt failed: the server failed (503). The next comes 1 Feb" in put_off


def test_a_failure_is_shown_with_a_way_out(reviewer: User) -> None:
    question = answered(reviewer)
    failed_copy()

    page = review_page(reviewer, question)

    assert (
        "No copy could be kept: the server refused (403). It hinders no verdict; a file with what "
        "the page says can be handed in with one. Try again (new tab)"
    ) in page


def test_a_failure_blocks_no_verdict(reviewer: User) -> None:
    question = answered(make_user(Role.REVIEWER), required=2)
    failed_copy()

    give_verdict(
        question=question, reviewer=reviewer, answer="yes", known_at=DEADLINE, links=[URL],
        as_of=AFTER,
    )  # fmt: skip

    assert question.resolutions.get().answer == "yes"


def test_nobody_is_offered_to_ask_a_reserved_name_again(reviewer: User) -> None:
    question = answered(reviewer, url="https://example.org/")
    queue_copies(as_of=AFTER)

    page = review_page(reviewer, question)

    assert "example.org is a name reserved for examples, tests and private networks" in page
    assert "Try again" not in page


def test_a_copy_is_read_as_text_that_nothing_runs_in(reviewer: User) -> None:
    answered(reviewer)
    make_kept_copies(BODY, title='<img src=x onerror="alert(1)">', text=TEXT)

    response = sign_in(reviewer).get(address("copy"))
    page = response.content.decode()

    assert "&lt;script&gt;alert(&quot;ZzText&quot;)&lt;/script&gt; &amp; &#x27;more&#x27;" in page
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;" in page
    assert SHA256 in page
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("body", "media_type", "name", "content_type"),
    [
        (BODY, "text/html", "txt", "text/plain; charset=utf-8"),
        (b"<svg onload=alert(1)>", "image/svg+xml", "txt", "text/plain; charset=utf-8"),
        (b"%PDF-1.7\n<script>", "application/pdf", "pdf", "application/octet-stream"),
        (b"GIF89a=1//<html>", "text/html", "gif", "application/octet-stream"),
        ("Öl".encode("utf-16"), "text/html", "bin", "application/octet-stream"),
        (b"\0\1\2", "text/html", "bin", "application/octet-stream"),
    ],
)
def test_the_bytes_are_a_download_that_no_browser_runs(
    reviewer: User, body: bytes, media_type: str, name: str, content_type: str
) -> None:
    answered(reviewer)
    make_kept_copies(body, media_type=media_type)

    response = sign_in(reviewer).get(address("received"))

    pk = Evidence.objects.get().pk
    assert response.getvalue() == body
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Content-Disposition"] == f'attachment; filename="copy-{pk}.{name}"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("damage", [b"", b"changed"])
def test_a_file_that_is_not_what_was_kept_is_said_to_be_so(reviewer: User, damage: bytes) -> None:
    answered(reviewer)
    make_kept_copies(BODY)
    file = EvidenceCopy.objects.get().file
    file.storage.delete(file.name)
    if damage:
        with file.storage.open(file.name, "wb") as stored:
            stored.write(damage)

    client = sign_in(reviewer)
    page = client.get(address("copy")).content.decode()

    assert "missing, or no longer has this SHA-256" in page
    assert "Download the bytes" not in page
    if not damage:
        assert client.get(address("received")).status_code == 404


@pytest.mark.parametrize("name", ["copy", "received"])
def test_a_colleagues_copy_stays_hidden_until_the_round_is_over(
    reviewer: User, lead: User, name: str
) -> None:
    colleague = make_user(Role.REVIEWER)
    question = answered(colleague, required=2)
    make_kept_copies(BODY)
    before = [b"".join(sign_in(who).get(address(name))) for who in (reviewer, lead, colleague)]

    give_verdict(
        question=question, reviewer=make_user(Role.REVIEWER), answer="ambiguous", known_at=None,
        as_of=AFTER,
    )  # fmt: skip
    settle_question(
        question=question, lead=lead, answer="annulled", known_at=None, links=[],
        reason="It cannot be told.", as_of=AFTER,
    )  # fmt: skip
    after = b"".join(sign_in(reviewer).get(address(name)))

    assert [seen(page) for page in before] == [False, False, True]
    assert seen(after)


def test_coders_read_no_copies(reviewer: User) -> None:
    answered(reviewer)
    make_kept_copies(BODY)
    client = sign_in(make_user(Role.CODER))

    statuses = [client.get(address(name)).status_code for name in ("copy", "received")]

    assert [*statuses, client.post(address("copy")).status_code] == [403, 403, 403]


def test_the_copy_behind_a_leads_ruling_is_for_every_reviewer(reviewer: User, lead: User) -> None:
    question = make_question()
    give_verdict(
        question=question, reviewer=make_user(Role.REVIEWER), answer="annulled", known_at=None,
        as_of=AFTER,
    )  # fmt: skip
    correct_resolution(
        question=question, lead=lead, answer="yes", known_at=DEADLINE, links=[URL],
        reason="It did happen.", as_of=AFTER,
    )  # fmt: skip
    make_kept_copies(BODY)

    assert sign_in(reviewer).get(address("copy")).status_code == 200
    assert SHA256 in review_page(reviewer, question)


def test_a_reviewer_can_have_a_page_asked_for_again(reviewer: User) -> None:
    answered(reviewer)
    failed_copy()
    client = sign_in(reviewer)

    client.get(address("copy"))
    untouched = EvidenceCopy.objects.get().state
    response = client.post(address("copy"), follow=True)

    assert (untouched, EvidenceCopy.objects.get().state) == (State.FAILED, State.WAITING)
    assert "The page will be asked for once more" in response.content.decode()


def test_nobody_asks_again_for_what_they_may_not_see(reviewer: User) -> None:
    answered(make_user(Role.REVIEWER), required=2)
    failed_copy()

    assert sign_in(reviewer).post(address("copy")).status_code == 404
    assert EvidenceCopy.objects.get().state == State.FAILED


def test_an_administrator_without_a_role_is_told_who_may_ask_again(
    reviewer: User, administrator: User
) -> None:
    answered(reviewer)
    failed_copy()

    response = sign_in(administrator).post(address("copy"), follow=True)

    assert "Only a reviewer or lead may do this" in response.content.decode()
    assert EvidenceCopy.objects.get().state == State.FAILED


@pytest.mark.parametrize("state", ["kept", "none"])
def test_asking_again_for_what_did_not_fail_changes_nothing(reviewer: User, state: str) -> None:
    answered(reviewer)
    if state == "kept":
        make_kept_copies(BODY)
    before = list(EvidenceCopy.objects.values())

    response = sign_in(reviewer).post(address("copy"), follow=True)

    assert response.status_code == 200
    assert list(EvidenceCopy.objects.values()) == before


def test_many_links_cost_no_more_queries_than_one(lead: User, reviewer: User) -> None:
    counts = []
    for n_links in (1, 8):
        question = make_question()
        links = [f"https://page-{n}.dev/" for n in range(n_links)]
        give_verdict(
            question=question, reviewer=make_user(Role.REVIEWER), answer="yes",
            known_at=DEADLINE, links=links, as_of=AFTER,
        )  # fmt: skip
        make_kept_copies(BODY)
        client = sign_in(lead)
        url = reverse("admin:desk_duequestion_change", args=[question.pk])
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).content.decode().count("Copy kept") == n_links
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_lead_finds_the_copies_that_failed(reviewer: User, lead: User) -> None:
    answered(reviewer)
    failed_copy()

    url = reverse("admin:forecasts_evidence_changelist")
    page = sign_in(lead).get(url, {"copy__state": "failed"}).content.decode()

    assert address("copy") in page
