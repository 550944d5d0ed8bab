"""Choices: changed by whoever saw the ones in force, shared by all who chose the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forecasts.models import Topic
from mail.models import Selection, Subscriber, Unsubscription
from mail.subscriptions import (
    BadTokenError,
    Choices,
    change_choices,
    choices_of,
    erase,
    next_digest_at,
    selection_for,
    summary_of,
    unsubscribe,
)
from mail.subscriptions.refusals import (
    ChoicesChangedError,
    NothingLeftError,
    TooManyChosenError,
)
from mail.subscriptions.selections import MOST_CHOSEN, ids_in
from tests.factories import AFTER, make_expert
from tests.forecasts.test_races import at_once
from tests.mail.subscribers import make_delivery, make_subscriber, states
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db


def make_topic(name: str = "Rivers") -> Topic:
    return Topic.objects.create(slug=name.lower(), name=name)


def change(row: Subscriber, *, seen: str = "", **chosen: Any) -> Subscriber:
    now = choices_of(Subscriber.objects.select_related("selection").get(pk=row.pk))
    return change_choices(
        subscriber=row, choices=replace(now, **chosen), seen=seen or now.version, as_of=AFTER
    )


def test_who_chose_the_same_shares_a_row() -> None:
    topics, experts = [make_topic("B"), make_topic("A")], [make_expert(), make_expert()]

    one = selection_for(topics=topics, experts=experts)
    other = selection_for(
        topics=[topics[1].pk, topics[0].pk, topics[0].pk],
        experts=reversed(experts),  # type: ignore[arg-type]
    )

    assert one is not None
    assert one == other
    assert (set(one.topics.all()), set(one.experts.all())) == (set(topics), set(experts))
    assert ids_in(one) == (
        frozenset(topic.pk for topic in topics), frozenset(expert.pk for expert in experts),
    )  # fmt: skip


def test_who_chose_nothing_gets_everything() -> None:
    assert selection_for() is None
    assert selection_for(topics=(), experts=[]) is None
    assert ids_in(None) == (frozenset(), frozenset())


def test_no_more_can_be_chosen_than_the_key_holds() -> None:
    with pytest.raises(TooManyChosenError, match="200"):
        selection_for(topics=range(MOST_CHOSEN), experts=[1])


@pytest.mark.django_db(transaction=True)
def test_many_who_choose_the_same_at_once_share_a_row() -> None:
    topics = [make_topic(name) for name in "ABC"]
    found = []

    at_once(*[lambda: found.append(selection_for(topics=topics))] * 20)

    (selection,) = Selection.objects.all()
    assert set(found) == {selection}
    assert selection.topics.count() == 3


def test_longest_key_fits_its_index() -> None:
    topics = Topic.objects.bulk_create(
        [Topic(pk=10**12 + n * 7919, slug=f"t{n}", name=f"T{n}") for n in range(MOST_CHOSEN)]
    )

    selection = selection_for(topics=topics)

    assert selection is not None
    assert len(selection.key) == MOST_CHOSEN * 15 - 1


def test_renamed_expert_and_topic_stay_chosen() -> None:
    topic, expert = make_topic(), make_expert(name="Old")
    row = make_subscriber(topics={topic.pk}, experts={expert.pk})
    Topic.objects.update(name="Seas")
    expert.name = "New"
    expert.save()

    assert summary_of(row)[0] == "News of Seas, New"


def test_everything_can_be_changed() -> None:
    row, topic, expert = make_subscriber(), make_topic(), make_expert()
    wanted = Choices(
        topics=frozenset({topic.pk}), experts=frozenset({expert.pk}), time_zone="Asia/Kathmandu",
        weekday=7, hour=23, locale="de", is_text_only=True, wants_digest=True,
        wants_corrections=False, wants_empty=True,
    )  # fmt: skip

    changed = change_choices(
        subscriber=row, choices=wanted, seen=choices_of(row).version, as_of=AFTER
    )

    kept = Subscriber.objects.select_related("selection").get()
    assert choices_of(kept) == choices_of(changed) == wanted
    assert summary_of(kept) == [
        f"News of Rivers, {expert.name}",
        "On Sundays at 23:00, time zone Asia/Kathmandu",
        "Text only; dates as 21. November 2026",
        "One line in a week without news",
    ]


def test_every_choice_changes_the_version() -> None:
    others = [
        {"topics": frozenset({1})}, {"experts": frozenset({1})}, {"time_zone": "Asia/Tokyo"},
        {"weekday": 2}, {"hour": 9}, {"locale": "de"}, {"is_text_only": True},
        {"wants_digest": False}, {"wants_corrections": False}, {"wants_empty": True},
    ]  # fmt: skip

    versions = {Choices(**one).version for one in [{}, *others]}  # type: ignore[arg-type]

    assert len(versions) == len(others) + 1


def test_second_of_two_who_change_is_told_and_nothing_is_overwritten() -> None:
    row = make_subscriber()
    seen = choices_of(row).version
    change(row, hour=9)

    with pytest.raises(ChoicesChangedError):
        change(row, seen=seen, hour=10)

    assert Subscriber.objects.get().hour == 9
    change(row, hour=10)
    assert Subscriber.objects.get().hour == 10


def test_same_change_twice_is_one() -> None:
    row = make_subscriber()
    seen = choices_of(row).version

    for _ in range(2):
        change(row, seen=seen, hour=9)

    assert Subscriber.objects.get().hour == 9


@pytest.mark.django_db(transaction=True)
def test_of_many_who_change_at_once_one_wins() -> None:
    row = make_subscriber()
    seen = choices_of(row).version

    told = at_once(*[lambda hour=hour: change(row, seen=seen, hour=hour) for hour in range(10, 20)])

    assert told == {"ok": 1, "choices_changed": 9}


def test_stream_that_is_switched_off_is_left_and_switched_on_again_comes_back() -> None:
    row = make_subscriber()
    make_delivery(row, stream="digest")
    make_delivery(row, stream="corrections")

    change(row, wants_corrections=False)
    off = states(row)
    change(row, wants_corrections=True)

    assert (off, states(row)) == (["pending", "suppressed"], ["pending", "pending"])
    left = Unsubscription.objects.get()
    assert (left.stream, left.digest, left.left_at, left.undone_at) == (
        "corrections", None, AFTER, AFTER,
    )  # fmt: skip


def test_at_least_one_stream_is_kept() -> None:
    row = make_subscriber()

    with pytest.raises(NothingLeftError):
        change(row, wants_digest=False, wants_corrections=False)


def test_who_left_and_changes_choices_stays_away() -> None:
    row = make_subscriber()
    unsubscribe(subscriber=row, as_of=AFTER)

    change(row, hour=9)

    assert not Subscriber.objects.active().exists()


def test_who_was_erased_cannot_choose() -> None:
    row = make_subscriber()
    erase(subscriber=row)

    with pytest.raises(BadTokenError):
        change_choices(subscriber=row, choices=Choices(hour=9), seen=Choices().version, as_of=AFTER)


def test_long_selection_is_cut_in_the_summary() -> None:
    topics = [make_topic(name) for name in "ABCDEFGHIJ"]

    row = make_subscriber(topics={topic.pk for topic in topics})

    assert summary_of(row)[0] == "News of A, B, C, D, E, F, G, H and 2 more"


FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("chosen", "as_of", "at"),
    [
        ({}, FRIDAY, "2026-11-23T08:00:00+00:00"),
        ({"time_zone": "Asia/Tokyo"}, FRIDAY, "2026-11-23T08:00:00+09:00"),
        ({"weekday": 7, "hour": 9}, FRIDAY, "2026-11-29T09:00:00+00:00"),
        ({"weekday": 7, "hour": 10}, FRIDAY, "2026-11-22T10:00:00+00:00"),
        ({}, FRIDAY + timedelta(days=4), "2026-11-30T08:00:00+00:00"),
    ],
)
def test_next_digest_is_told_where_they_live(
    chosen: dict[str, Any], as_of: datetime, at: str
) -> None:
    row = make_subscriber(**chosen)

    found = next_digest_at(row, as_of=as_of)

    assert found is not None
    assert found.isoformat() == at


def test_next_digest_is_the_one_that_waits_if_one_does() -> None:
    row = make_subscriber()
    make_delivery(row, not_before=FRIDAY)

    assert next_digest_at(row, as_of=FRIDAY) == FRIDAY


@pytest.mark.parametrize(
    "fields", [{"unsubscribed_at": AFTER}, {"suppressed_at": AFTER}, {"confirmed_at": None},
               {"wants_digest": False}]
)  # fmt: skip
def test_who_gets_no_digest_has_no_next(fields: dict[str, Any]) -> None:
    make_subscriber()
    Subscriber.objects.update(**fields)

    assert next_digest_at(Subscriber.objects.get(), as_of=AFTER) is None


def test_change_costs_few_queries() -> None:
    row = make_subscriber()
    wanted, seen = replace(choices_of(row), hour=9), choices_of(row).version

    with counted_queries() as queries:
        change_choices(subscriber=row, choices=wanted, seen=seen, as_of=AFTER)

    # Of which two are the savepoint of the transaction.
    assert len(queries) <= 6
