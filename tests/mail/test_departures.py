"""Leaving: one stream or all, at once, also for what waits; and undone within a day."""

from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.core import signing
from django.db import IntegrityError

from mail.models import Delivery, Stream, Subscriber, Unsubscription
from mail.outbox import send_ready_mail
from mail.subscriptions import (
    BadTokenError,
    erase,
    preferences_token,
    resubscribe,
    unsubscribe,
    unsubscribe_token,
)
from mail.subscriptions.departures import UNDO_WITHIN
from mail.subscriptions.refusals import UndoOverError
from mail.subscriptions.tokens import FORMER, preferences_of, way_out_of
from tests.factories import AFTER
from tests.forecasts.test_races import at_once
from tests.mail.claims import claimed
from tests.mail.subscribers import make_delivery, make_issue, make_subscriber, states
from tests.mailservers import Postbox

pytestmark = pytest.mark.django_db
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
ALL, DIGEST, CORRECTIONS = Stream.EVERYTHING, Stream.DIGEST, Stream.CORRECTIONS


def fresh(row: Subscriber) -> Subscriber:
    return Subscriber.objects.get(pk=row.pk)


def flags(row: Subscriber) -> tuple[Any, ...]:
    now = fresh(row)
    return now.unsubscribed_at, now.wants_digest, now.wants_corrections


def leave_all_ways(row: Subscriber) -> tuple[Delivery, Delivery]:
    """A digest and corrections that wait."""
    return make_delivery(row, stream="digest"), make_delivery(row, stream="corrections")


@pytest.mark.parametrize(
    ("stream", "left", "waiting"),
    [
        (DIGEST, (None, False, True), ["suppressed", "pending"]),
        (CORRECTIONS, (None, True, False), ["pending", "suppressed"]),
        (ALL, (AFTER, True, True), ["suppressed", "suppressed"]),
    ],
)
def test_leaving_a_stream_stops_what_waits_of_it_and_no_more(
    stream: Stream, left: tuple[Any, ...], waiting: list[str]
) -> None:
    row, other = make_subscriber(), make_subscriber("other@ada.org")
    leave_all_ways(row)
    leave_all_ways(other)

    unsubscribe(subscriber=row, stream=stream, as_of=AFTER)

    assert flags(row) == left
    assert states(row) == waiting
    assert states(other) == ["pending", "pending"]


@pytest.mark.parametrize("stream", [DIGEST, CORRECTIONS, ALL])
def test_undo_restores_exactly_what_was(stream: Stream) -> None:
    row = make_subscriber(weekday=3, wants_empty=True)
    leave_all_ways(row)
    before = Subscriber.objects.values().get(), list(Delivery.objects.order_by("pk").values())
    unsubscribe(subscriber=row, stream=stream, as_of=AFTER)

    resubscribe(subscriber=row, stream=stream, as_of=AFTER + UNDO_WITHIN - SECOND)

    assert (Subscriber.objects.values().get(), list(Delivery.objects.order_by("pk").values())) == (
        before
    )
    assert Unsubscription.objects.get().undone_at == AFTER + UNDO_WITHIN - SECOND


def test_undo_of_all_leaves_out_what_was_left_before_it() -> None:
    row = make_subscriber()
    leave_all_ways(row)
    unsubscribe(subscriber=row, stream=DIGEST, as_of=AFTER)
    unsubscribe(subscriber=row, as_of=AFTER + HOUR)

    resubscribe(subscriber=row, as_of=AFTER + 2 * HOUR)
    of_all = states(row)
    resubscribe(subscriber=row, stream=DIGEST, as_of=AFTER + 2 * HOUR)

    assert of_all == ["suppressed", "pending"]
    assert states(row) == ["pending", "pending"]
    assert flags(row) == (None, True, True)


def test_undo_of_a_stream_sends_nothing_while_all_is_left() -> None:
    row = make_subscriber()
    leave_all_ways(row)
    unsubscribe(subscriber=row, stream=DIGEST, as_of=AFTER)
    unsubscribe(subscriber=row, as_of=AFTER)

    resubscribe(subscriber=row, stream=DIGEST, as_of=AFTER)

    assert states(row) == ["suppressed", "suppressed"]


def test_undo_brings_back_nothing_that_an_earlier_leaving_stopped() -> None:
    row = make_subscriber()
    make_delivery(row)
    unsubscribe(subscriber=row, as_of=AFTER)
    Subscriber.objects.update(unsubscribed_at=None)
    later = AFTER + 30 * DAY
    make_delivery(row, created_at=later)
    unsubscribe(subscriber=row, as_of=later)

    resubscribe(subscriber=row, as_of=later)

    assert states(row) == ["suppressed", "pending"]


def test_mail_that_the_sender_stopped_comes_back_with_the_undo(postbox: Postbox) -> None:
    row = make_subscriber()
    unsubscribe(subscriber=row, as_of=AFTER)
    make_delivery(row)
    send_ready_mail(clock=lambda: AFTER)
    stopped = states(row)

    resubscribe(subscriber=row, as_of=AFTER + HOUR)

    assert (stopped, states(row)) == (["suppressed"], ["pending"])


def test_undo_ends_after_a_day() -> None:
    row = make_subscriber()
    unsubscribe(subscriber=row, as_of=AFTER)

    with pytest.raises(UndoOverError, match="24 hours"):
        resubscribe(subscriber=row, as_of=AFTER + UNDO_WITHIN)

    assert flags(row) == (AFTER, True, True)


def test_both_are_safe_to_repeat() -> None:
    row = make_subscriber()

    for _ in range(2):
        unsubscribe(subscriber=row, as_of=AFTER)
    left = flags(row)
    for hours in (1, 30):
        resubscribe(subscriber=row, as_of=AFTER + hours * HOUR)

    assert (left, flags(row)) == ((AFTER, True, True), (None, True, True))
    assert Unsubscription.objects.count() == 1


def test_departure_names_the_issue_whose_link_it_was() -> None:
    row, issue = make_subscriber(), make_issue()
    way_out = way_out_of(unsubscribe_token(row, stream=CORRECTIONS, digest=issue))

    unsubscribe(
        subscriber=way_out.subscriber, stream=way_out.stream, digest=way_out.digest, as_of=AFTER
    )

    left = Unsubscription.objects.get()
    assert (left.subscriber, left.stream, left.digest, left.left_at, left.undone_at) == (
        row, CORRECTIONS, issue, AFTER, None,
    )  # fmt: skip


def test_token_is_the_same_every_time_and_can_be_made_from_the_id() -> None:
    row, issue = make_subscriber(), make_issue()

    one, other = (unsubscribe_token(who, stream=DIGEST, digest=issue) for who in (row, row.pk))

    assert one == other
    assert preferences_token(row) == preferences_token(row.pk)


def test_link_of_before_streams_leaves_all() -> None:
    row = make_subscriber()

    way_out = way_out_of(signing.dumps(row.pk, salt=FORMER))

    assert (way_out.subscriber, way_out.stream, way_out.digest) == (row, ALL, None)


def test_link_of_one_kind_is_none_of_another() -> None:
    row = make_subscriber()

    with pytest.raises(BadTokenError):
        preferences_of(unsubscribe_token(row))
    with pytest.raises(BadTokenError):
        way_out_of(preferences_token(row))


def test_issue_that_is_not_there_any_more_is_no_hindrance() -> None:
    row, issue = make_subscriber(), make_issue()
    token = unsubscribe_token(row, digest=issue)
    issue.delete()

    assert way_out_of(token).digest is None


def test_who_was_erased_meanwhile_is_not_found() -> None:
    row = make_subscriber()
    token = unsubscribe_token(row)
    erase(subscriber=row)

    for call in (
        lambda: unsubscribe(subscriber=row, as_of=AFTER),
        lambda: resubscribe(subscriber=row, as_of=AFTER),
        lambda: way_out_of(token),
    ):
        with pytest.raises(BadTokenError):
            call()


def test_subscription_to_the_stream_is_checked_again_in_the_claim(postbox: Postbox) -> None:
    row = make_subscriber()
    leave_all_ways(row)
    Subscriber.objects.update(wants_digest=False)

    n = send_ready_mail(clock=lambda: AFTER)

    assert (n, states(row)) == (1, ["suppressed", "sent"])


@pytest.mark.django_db(transaction=True)
def test_who_leaves_while_mails_are_claimed_gets_none_that_was_not_claimed_before() -> None:
    row = make_subscriber()
    mails = [make_delivery(row, key=f"digest:x:{n}") for n in range(30)]
    taken: list[int] = []
    has_begun, has_left = Event(), Event()

    def claim() -> None:
        for mail in mails:
            late = has_left.is_set()
            if claimed(mail.pk, AFTER):
                assert not late
                taken.append(mail.pk)
            has_begun.set()

    def leave() -> None:
        has_begun.wait(20)
        unsubscribe(subscriber=row, as_of=AFTER)
        has_left.set()

    at_once(claim, leave)

    found = dict(Delivery.objects.values_list("pk", "state"))
    assert {pk for pk, state in found.items() if state == "sending"} == set(taken)
    assert set(found.values()) <= {"sending", "suppressed"}
    assert Delivery.objects.filter(state="pending").count() == 0


@pytest.mark.django_db(transaction=True)
def test_leaving_and_undoing_at_once_end_in_one_of_the_two() -> None:
    row = make_subscriber()
    make_delivery(row)

    at_once(
        *[lambda: unsubscribe(subscriber=row, as_of=AFTER)] * 5,
        *[lambda: resubscribe(subscriber=row, as_of=AFTER)] * 5,
    )

    is_active = Subscriber.objects.active().exists()
    open_ones = Unsubscription.objects.filter(undone_at=None).count()
    assert states(row) == ["pending" if is_active else "suppressed"]
    assert open_ones == (0 if is_active else 1)


def test_edition_belongs_to_a_stream() -> None:
    issue = make_issue()

    make_delivery(make_subscriber(), issue, stream="corrections")

    with pytest.raises(IntegrityError):
        issue.editions.create(key="corrections", locale="iso")
