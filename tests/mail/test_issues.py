"""Editors hold issues, write notes, look ahead, send tests, and see what became of each."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from forecasts.exceptions import LimitReachedError
from forecasts.models import Role, Topic, User
from mail import digesting
from mail.content.digests import DigestContent, SelectionFilter
from mail.digesting import coming_week, make_digest, week_content
from mail.issues.counts import counts_of_issues, reasons_of, uncertain_of
from mail.issues.exceptions import (
    EditorMissingError,
    HeldAlreadyError,
    HoldChangedError,
    IssueMadeError,
    NoAddressError,
    NotComingError,
    NoteChangedError,
    NoteEmptyError,
    NoteTooLongError,
)
from mail.issues.holds import hold_digest, hold_mark, release_digest
from mail.issues.notes import delete_note, note_mark, note_on, write_note
from mail.issues.previews import preview_for, preview_issue
from mail.issues.trials import MOST_TESTS, send_test_to_oneself
from mail.models import Delivery, Digest, EditorsNote, Stream, Subscriber
from mail.outbox import send_ready_mail
from mail.subscriptions import unsubscribe
from mail.weeks import Week
from tests.factories import START, make_forecast, make_question, make_user
from tests.mail.subscribers import make_issue, make_subscriber
from tests.mailservers import Postbox
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
# START is a Thursday; this is the Sunday after it, and a moment after the freeze.
WEEK = Week(2026, 1)
FREEZE = WEEK.freeze
NEWS = FREEZE + timedelta(minutes=2)
LATER = FREEZE + timedelta(days=2)
BEFORE = FREEZE - timedelta(days=1)


@pytest.fixture
def lead() -> User:
    return make_user(Role.LEAD)


@pytest.fixture
def digest() -> Digest:
    """An issue with one reader, whose mail is due at LATER."""
    make_forecast("0.7", quote="It will certainly happen")
    Subscriber.objects.create(email="ada@ada.org", confirmed_at=START)
    made = make_digest(week=WEEK, as_of=NEWS)
    assert made is not None
    return made


def note(text: str = "Thanks to all.", seen: str = "", **call: Any) -> EditorsNote:
    defaults = {"week": WEEK, "by": make_user(Role.LEAD), "as_of": BEFORE}
    return write_note(text=text, seen=seen, **{**defaults, **call})


def test_held_issue_is_not_sent_until_somebody_lets_it_go(
    postbox: Postbox, digest: Digest, lead: User
) -> None:
    held = hold_digest(digest=digest, by=lead, as_of=NEWS)
    n_held = send_ready_mail(clock=lambda: LATER)
    release_digest(digest=digest, seen=hold_mark(held), by=lead)
    n_released = send_ready_mail(clock=lambda: LATER)

    assert (held.held_at, held.held_by) == (NEWS, lead)
    assert (n_held, n_released) == (0, 1)


@pytest.mark.parametrize("role", [Role.CODER, Role.REVIEWER])
def test_only_leads_and_administrators_edit(digest: Digest, role: Role) -> None:
    user = make_user(role)

    with pytest.raises(EditorMissingError):
        hold_digest(digest=digest, by=user, as_of=NEWS)
    with pytest.raises(EditorMissingError):
        release_digest(digest=digest, seen="", by=user)
    with pytest.raises(EditorMissingError):
        note(by=user)


def test_issue_is_held_once(digest: Digest, lead: User) -> None:
    hold_digest(digest=digest, by=lead, as_of=NEWS)

    with pytest.raises(HeldAlreadyError, match="since 4 January 2026, 10:02 UTC"):
        hold_digest(digest=digest, by=make_user(is_superuser=True), as_of=LATER)


def test_what_was_looked_at_is_let_go_and_no_later_hold(digest: Digest, lead: User) -> None:
    seen = hold_mark(hold_digest(digest=digest, by=lead, as_of=NEWS))
    release_digest(digest=digest, seen=seen, by=lead)
    hold_digest(digest=digest, by=lead, as_of=LATER)

    with pytest.raises(HoldChangedError):
        release_digest(digest=digest, seen=seen, by=lead)

    digest.refresh_from_db()
    assert digest.held_at == LATER


def test_issue_that_is_not_held_cannot_be_let_go(digest: Digest, lead: User) -> None:
    with pytest.raises(HoldChangedError):
        release_digest(digest=digest, seen="", by=lead)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [(BEFORE, WEEK), (FREEZE - timedelta(seconds=1), WEEK), (NEWS, WEEK), (LATER, WEEK)],
)
def test_coming_issue_is_the_one_not_made_yet(as_of: datetime, expected: Week) -> None:
    make_forecast("0.7")

    assert coming_week(as_of=as_of) == expected


def test_after_an_issue_is_made_the_next_one_comes(digest: Digest) -> None:
    assert coming_week(as_of=NEWS) == WEEK.next


def test_note_stands_on_top_of_preview_and_issue() -> None:
    make_forecast("0.7")
    note("First line.\r\nSecond \x07line\u202e.")

    ahead = preview_issue(WEEK, locale="en-gb", as_of=BEFORE)
    made = make_digest(week=WEEK, as_of=NEWS)

    assert "FROM THE EDITORS\nFirst line.\nSecond line.\n" in ahead.text
    assert made is not None
    assert made.content["note"] == "First line.\nSecond line."


def test_issue_of_several_weeks_has_the_notes_of_each(digest: Digest) -> None:
    third = WEEK.next.next
    for week, text in ((WEEK, "Printed."), (WEEK.next, "Of the second."), (third, "Of the third.")):
        EditorsNote.objects.create(
            week=str(week), text=text, written_by=make_user(Role.LEAD), written_at=LATER
        )

    merged = make_digest(week=third, as_of=third.freeze + timedelta(hours=1))

    assert merged is not None
    assert merged.content["note"] == "Of the second.\n\nOf the third."


def test_note_written_while_the_issue_is_gathered_is_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_forecast("0.7")

    def gathered(*args: Any, **call: Any) -> DigestContent:
        content = week_content(*args, **call)
        note("In the last second.", as_of=NEWS)
        return content

    monkeypatch.setattr(digesting, "week_content", gathered)

    made = make_digest(week=WEEK, as_of=NEWS)

    assert made is not None
    assert made.content["note"] == "In the last second."


def test_note_is_changed_and_deleted_as_it_was_seen() -> None:
    first = note()
    second = note("Better.", seen=note_mark(first), as_of=BEFORE + timedelta(hours=1))
    with pytest.raises(NoteChangedError):
        note("Mine.", seen=note_mark(first))
    with pytest.raises(NoteChangedError):
        delete_note(week=WEEK, seen="", by=make_user(Role.LEAD), as_of=BEFORE)

    text = EditorsNote.objects.get().text
    delete_note(week=WEEK, seen=note_mark(second), by=make_user(Role.LEAD), as_of=BEFORE)

    assert text == "Better."
    assert note_on(WEEK) is None


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ({"text": " \x07\u202e "}, NoteEmptyError),
        ({"text": "a" * 2001}, NoteTooLongError),
        ({"week": WEEK.next}, NotComingError),
        ({"seen": "2026-01-01T00:00:00+00:00"}, NoteChangedError),
    ],
)
def test_note_that_cannot_be_is_refused(call: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        note(**call)

    assert not EditorsNote.objects.exists()


def test_note_on_an_issue_that_is_made_is_refused(digest: Digest) -> None:
    with pytest.raises(IssueMadeError, match="2026-W01 is made"):
        note(as_of=NEWS)


def test_preview_says_what_the_selection_gets_and_stores_nothing() -> None:
    topic = Topic.objects.create(slug="rivers", name="Rivers")
    make_forecast("0.7", quote="of rivers", question=make_question(topics=[topic]))
    make_forecast("0.7", quote="of towns")
    rivers = SelectionFilter(topics=frozenset({"rivers"}))

    preview = preview_issue(WEEK, selection=rivers, locale="de", as_of=BEFORE)

    assert (preview.week, preview.as_of, preview.is_made) == (WEEK, BEFORE, False)
    assert "of rivers" in preview.text
    assert "of towns" not in preview.text
    assert "3. Januar 2026" in preview.text
    assert "%%" not in preview.text + preview.html
    assert not Digest.objects.exists()
    assert not Delivery.objects.exists()


def test_preview_of_an_issue_that_is_made_is_what_was_frozen(digest: Digest) -> None:
    make_forecast("0.2", quote="recorded late", as_of=START)

    preview = preview_issue(WEEK, locale="en-gb", as_of=LATER)

    assert preview.is_made
    assert preview.as_of == FREEZE
    assert "recorded late" not in preview.text


def test_preview_for_a_subscriber_has_none_of_their_links(digest: Digest) -> None:
    reader = make_subscriber("ben@ben.org", locale="iso", as_of=NEWS)

    preview = preview_for(WEEK, reader, as_of=LATER)

    assert "2026-01-04" in preview.text
    assert "/unsubscribe/" not in preview.text + preview.html
    assert "/subscriptions/" not in preview.text + preview.html


def test_test_goes_to_ones_own_address_only(postbox: Postbox, lead: User) -> None:
    make_forecast("0.7", quote="It will certainly happen")
    preview = preview_issue(WEEK, locale="en-gb", as_of=BEFORE)

    send_test_to_oneself(preview=preview, by=lead, as_of=BEFORE)
    send_ready_mail(clock=lambda: BEFORE)

    message = postbox.to(lead.email)[0]
    assert message["Subject"] == f"[Test] {preview.subject}"
    assert len(postbox.messages) == 1
    assert Delivery.objects.get().address == ""


def test_tests_are_limited(lead: User) -> None:
    preview = preview_issue(WEEK, locale="en-gb", as_of=BEFORE)
    for _ in range(MOST_TESTS):
        send_test_to_oneself(preview=preview, by=lead, as_of=BEFORE)

    with pytest.raises(LimitReachedError):
        send_test_to_oneself(preview=preview, by=lead, as_of=BEFORE)


def test_no_test_without_an_address() -> None:
    preview = preview_issue(WEEK, locale="en-gb", as_of=BEFORE)

    with pytest.raises(NoAddressError):
        send_test_to_oneself(preview=preview, by=make_user(Role.LEAD, email=""), as_of=BEFORE)


def test_counts_say_what_became_of_each_issue_in_two_queries(digest: Digest) -> None:
    other = make_issue("2026-W05")
    states = ("sent", "sent", "failed", "uncertain", "suppressed", "sending")
    for number, state in enumerate(states):
        reader = make_subscriber(f"r{number}@ada.org")
        put_in_outbox(other, reader, state)
    unsubscribe(
        subscriber=Subscriber.objects.get(email="r0@ada.org"), stream=Stream.DIGEST,
        digest=other, as_of=LATER,
    )  # fmt: skip

    with counted_queries() as queries:
        counts = counts_of_issues([digest.pk, other.pk])

    first, second = counts[digest.pk], counts[other.pk]
    assert len(queries) == 2
    assert (first.n_readers, first.n_waiting, first.n_done, first.n_left) == (1, 1, 0, 0)
    assert (second.n_readers, second.n_sent, second.n_waiting, second.n_done) == (6, 2, 1, 5)
    assert (second.n_failed, second.n_uncertain, second.n_suppressed) == (1, 1, 1)
    assert second.n_left == 1
    assert reasons_of(other) == [
        ("failed", "because", 1), ("suppressed", "because", 1), ("uncertain", "because", 1),
    ]  # fmt: skip
    assert [row.subscriber.email for row in uncertain_of(other) if row.subscriber] == ["r3@ada.org"]


def put_in_outbox(digest: Digest, reader: Subscriber, state: str) -> Delivery:
    is_claimed = state == "sending"
    return Delivery.objects.create(
        key=f"digest:{digest.week}:subscriber:{reader.pk}", kind="digest", subscriber=reader,
        digest=digest, subject="News", text="News", state=state,
        sent_at=LATER if state == "sent" else None,
        error="because" if state in {"failed", "uncertain", "suppressed"} else "",
        claim="00000000-0000-0000-0000-000000000001" if is_claimed else None,
        lease_until=LATER if is_claimed else None, not_before=NEWS, created_at=NEWS,
    )  # fmt: skip
