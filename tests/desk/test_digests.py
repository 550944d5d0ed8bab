"""Editors at the desk: issues with their counts, hold and let go, preview, note, test."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from forecasts.models import Role, Topic, User
from mail.digesting import make_digest
from mail.models import Delivery, Digest, EditorsNote, Subscriber
from mail.weeks import Week
from tests.desk.conftest import sign_in
from tests.factories import START, make_forecast, make_question, make_user
from tests.mail.subscribers import make_issue, make_subscriber
from tests.mail.test_issues import put_in_outbox
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
PREVIEW = "/admin/mail/digest/preview/"
FRAME = "/admin/mail/digest/preview-html/"
NOTE = "/admin/mail/digest/note/"
LIST = "/admin/mail/digest/"
WEEK = Week(2026, 1)
SATURDAY = WEEK.freeze - timedelta(days=1)
NEWS = WEEK.freeze + timedelta(minutes=2)


@pytest.fixture(autouse=True)
def _before_the_freeze() -> Iterator[None]:
    with time_machine.travel(SATURDAY, tick=False):
        yield


@pytest.fixture
def digest(roles: None) -> Digest:
    make_forecast("0.7")
    Subscriber.objects.create(email="ada@ada.org", confirmed_at=START)
    made = make_digest(week=WEEK, as_of=NEWS)
    assert made is not None
    return made


def page_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_list_of_issues_counts_in_as_many_queries_for_many_as_for_one(lead: User) -> None:
    client = sign_in(lead)

    def measured() -> int:
        with counted_queries() as queries:
            client.get(LIST)
        return len(queries)

    put_in_outbox(make_issue("2026-W02"), make_subscriber("a@ada.org"), "sent")
    few = measured()
    put_in_outbox(make_issue("2026-W03"), make_subscriber("b@ada.org"), "failed")
    put_in_outbox(make_issue("2026-W04"), make_subscriber("c@ada.org"), "uncertain")

    assert measured() == few


def test_issue_shows_counts_and_reasons_to_leads_and_names_to_administrators_only(
    lead: User, administrator: User
) -> None:
    issue = make_issue()
    put_in_outbox(issue, make_subscriber("ada@ada.org"), "uncertain")
    path = f"{LIST}{issue.pk}/change/"

    for_lead, for_boss = page_of(sign_in(lead), path), page_of(sign_in(administrator), path)

    for page in (for_lead, for_boss):
        assert "<td>uncertain</td>" in page
        assert "<td>because</td>" in page
        assert "1 of 1 done with" in page
    assert "ada@ada.org" not in for_lead
    assert "ada@ada.org" in for_boss
    assert "it arrived" in for_boss


def test_lead_holds_an_issue_and_lets_it_go_and_both_are_remembered(
    lead: User, digest: Digest
) -> None:
    client, path = sign_in(lead), f"{LIST}{digest.pk}"

    asked = page_of(client, f"{path}/hold/")
    held = client.post(f"{path}/hold/")
    digest.refresh_from_db()
    mark = digest.held_at
    page = page_of(client, f"{path}/release/")
    released = client.post(f"{path}/release/", {"version": mark.isoformat() if mark else ""})

    assert "cannot be called back" in asked
    assert (held.status_code, released.status_code) == (302, 302)
    assert "Waiting mails: 1." in page
    assert mark == SATURDAY
    digest.refresh_from_db()
    assert digest.held_at is None
    history = page_of(client, f"{path}/history/")
    assert "Held." in history
    assert "Let go." in history


def test_second_hold_and_stale_release_are_refused_in_words(lead: User, digest: Digest) -> None:
    client, path = sign_in(lead), f"{LIST}{digest.pk}"
    client.post(f"{path}/hold/")

    again = client.post(f"{path}/hold/")
    stale = client.post(f"{path}/release/", {"version": "2026-01-01T00:00:00+00:00"})

    assert (again.status_code, stale.status_code) == (409, 409)
    assert "holds this issue already" in again.content.decode()
    assert "Look again" in stale.content.decode()


def test_preview_of_the_coming_issue_says_as_of_when_and_what_the_subject_is(lead: User) -> None:
    make_forecast("0.7", quote="It will certainly happen")

    client = sign_in(lead)
    page, text = page_of(client, PREVIEW), page_of(client, f"{PREVIEW}?show=text")
    phone = page_of(client, f"{PREVIEW}?show=phone")

    assert "2026-W01" in page
    assert "3 Jan 2026, 10:00 UTC" in page
    assert "Not made yet" in page
    assert f'src="{FRAME}?' in page
    assert "It will certainly happen" in text
    assert "mail-phone" in phone
    assert not Digest.objects.exists()
    assert not Delivery.objects.exists()


def test_frame_shows_the_html_and_can_do_nothing(lead: User) -> None:
    make_forecast("0.7", quote="It will certainly happen")

    response = sign_in(lead).get(FRAME)

    assert "It will certainly happen" in response.content.decode()
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_preview_of_a_selection_leaves_out_the_rest(lead: User) -> None:
    topic = Topic.objects.create(slug="rivers", name="Rivers")
    make_forecast("0.7", quote="of rivers", question=make_question(topics=[topic]))
    make_forecast("0.7", quote="of towns")

    page = page_of(sign_in(lead), f"{FRAME}?topics=rivers")

    assert "of rivers" in page
    assert "of towns" not in page


def test_addresses_are_asked_for_by_administrators_only(lead: User, administrator: User) -> None:
    make_forecast("0.7")
    reader = make_subscriber("ada@ada.org", locale="iso", as_of=START)

    for_lead = page_of(sign_in(lead), f"{PREVIEW}?reader=nobody@ada.org&show=text")
    by_address = page_of(sign_in(administrator), f"{PREVIEW}?reader=Ada@ada.org&show=text")
    by_number = page_of(sign_in(administrator), f"{PREVIEW}?reader={reader.pk}&show=text")
    unknown = page_of(sign_in(administrator), f"{PREVIEW}?reader=nobody@ada.org")

    assert 'name="reader"' not in for_lead
    assert "2026-01-03" in by_address
    assert "2026-01-03" in by_number
    assert "There is no such subscriber." in unknown


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("week=2026-99", "is not an ISO week"),
        ("week=2026-W60", "nvalid"),
        ("week=2026-W09", "after the coming issue"),
        ("topics=none", "not one of the available choices"),
        ("locale=xx", "not one of the available choices"),
    ],
)
def test_what_cannot_be_previewed_is_said(lead: User, query: str, refusal: str) -> None:
    client = sign_in(lead)

    page = page_of(client, f"{PREVIEW}?{query}")

    assert refusal in page
    assert client.get(f"{FRAME}?{query}").status_code == 404


def test_reviewer_who_leads_sees_no_preview_but_writes_a_note(roles: None) -> None:
    client = sign_in(make_user(Role.LEAD, Role.REVIEWER))

    answers = [client.get(path).status_code for path in (PREVIEW, FRAME, NOTE)]

    assert answers == [403, 403, 200]


def test_test_goes_to_ones_own_account(lead: User) -> None:
    make_forecast("0.7")

    response = sign_in(lead).post(f"{PREVIEW}?show=text", {"reader": "other@ada.org"})

    assert response.status_code == 302
    assert Delivery.objects.get().address == lead.email
    assert Delivery.objects.get().subject.startswith("[Test] ")


def test_note_is_written_seen_in_the_preview_and_deleted(lead: User) -> None:
    make_forecast("0.7")
    client = sign_in(lead)

    client.post(NOTE, {"week": "2026-W01", "text": "<b>Thanks</b>"})
    stands = page_of(client, NOTE)
    preview = page_of(client, FRAME)
    mark = EditorsNote.objects.get().written_at.isoformat()
    client.post(NOTE, {"week": "2026-W01", "version": mark, "action": "delete"})

    assert "&lt;b&gt;Thanks&lt;/b&gt;" in stands
    assert "&lt;b&gt;Thanks&lt;/b&gt;" in preview
    assert not EditorsNote.objects.exists()


def test_note_that_comes_too_late_is_refused_in_words(lead: User, digest: Digest) -> None:
    with time_machine.travel(NEWS, tick=False):
        response = sign_in(lead).post(NOTE, {"week": "2026-W01", "text": "Late"})

    assert response.status_code == 409
    assert "The issue of 2026-W01 is made" in response.content.decode()


def test_note_somebody_else_changed_is_shown_and_what_was_typed_stays(lead: User) -> None:
    make_forecast("0.7")
    client = sign_in(lead)
    client.post(NOTE, {"week": "2026-W01", "text": "Theirs"})

    response = client.post(NOTE, {"week": "2026-W01", "version": "", "text": "Mine"})

    page = response.content.decode()
    assert response.status_code == 409
    assert "Theirs" in page
    assert "Mine" in page
    assert EditorsNote.objects.get().text == "Theirs"


def test_digest_in_the_outbox_is_shown_as_its_reader_gets_it(
    administrator: User, digest: Digest
) -> None:
    delivery = Delivery.objects.get()
    client = sign_in(administrator)

    page = page_of(client, f"/admin/mail/delivery/{delivery.pk}/change/")
    html = page_of(client, f"/admin/mail/delivery/{delivery.pk}/html/")

    assert "List-Unsubscribe-Post" in page
    assert "HINDCAST, 2026-W01" in page
    assert "2026-W01" in html
    assert "%%" not in html


def test_lead_switches_the_summary_off_and_reviewers_are_not_asked(
    lead: User, reviewer: User
) -> None:
    typed = {"action": "settings", "time_zone": "UTC", "prompt_hour": "8"}

    sign_in(lead).post("/admin/settings/", typed)
    sign_in(reviewer).post("/admin/settings/", typed)

    lead.refresh_from_db()
    reviewer.refresh_from_db()
    assert (lead.wants_summary, reviewer.wants_summary) == (False, True)
    assert "wants_summary" not in page_of(sign_in(reviewer), "/admin/settings/")
