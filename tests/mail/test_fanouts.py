"""Putting an issue in the outbox: for whom, what, when; once, however it is interrupted."""

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from forecasts.models import Role
from forecasts.services.resolutions import correct_resolution
from mail.digesting import make_digest
from mail.fanouts import queue_issue, queue_issues
from mail.models import Delivery, Digest, Edition, Selection, Stream, Subscriber
from mail.outbox import send_ready_mail
from mail.sending import body_of
from mail.weeks import Week
from tests.factories import DEADLINE, START, make_forecast, make_question, make_user, resolve
from tests.mailservers import Postbox

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
W01, W05 = Week(2026, 1), Week(2026, 5)


def subscribe(name: str, **choices: Any) -> Subscriber:
    return Subscriber.objects.create(
        **{"email": f"{name}@example.org", "confirmed_at": START, **choices}
    )


def interrupted() -> Digest:
    """An issue whose making ended before anything was in the outbox."""
    digest = make_digest(week=W01, as_of=W01.freeze)
    assert digest is not None
    Delivery.objects.all().delete()
    Edition.objects.all().delete()
    Digest.objects.update(queued_at=None)
    digest.refresh_from_db()
    return digest


def test_those_who_chose_the_same_share_an_edition() -> None:
    make_forecast("0.7")
    for n in range(3):
        subscribe(f"british{n}", time_zone=("UTC", "Asia/Tokyo", "UTC")[n])
    subscribe("german", locale="de")

    make_digest(week=W01, as_of=W01.freeze)

    assert Delivery.objects.count() == 4
    assert sorted(Edition.objects.values_list("locale", flat=True)) == ["de", "en-gb"]


def test_delivery_is_due_at_the_hour_that_its_reader_chose() -> None:
    make_forecast("0.7")
    choices: dict[str, tuple[dict[str, Any], datetime]] = {
        "monday": ({}, datetime(2026, 1, 5, 8, tzinfo=UTC)),
        "friday": ({"weekday": 5, "hour": 17}, datetime(2026, 1, 9, 17, tzinfo=UTC)),
        "same-day": ({"weekday": 7, "hour": 10}, datetime(2026, 1, 4, 10, tzinfo=UTC)),
        "week-later": ({"weekday": 7, "hour": 9}, datetime(2026, 1, 11, 9, tzinfo=UTC)),
        "tokyo": ({"time_zone": "Asia/Tokyo"}, datetime(2026, 1, 4, 23, tzinfo=UTC)),
    }
    for name, (chosen, _) in choices.items():
        subscribe(name, **chosen)

    make_digest(week=W01, as_of=W01.freeze)

    found = dict(Delivery.objects.values_list("subscriber__email", "not_before"))
    assert found == {f"{name}@example.org": at for name, (_, at) in choices.items()}


def test_interrupted_issue_is_completed_and_nothing_is_made_twice() -> None:
    make_forecast("0.7")
    readers = [subscribe(f"reader{n}") for n in range(3)]
    digest = interrupted()
    queue_issue(digest=digest, as_of=W01.freeze)
    Delivery.objects.filter(subscriber=readers[0]).delete()
    Digest.objects.update(queued_at=None)

    n_completed = queue_issues(as_of=W01.freeze + DAY)

    assert (n_completed, queue_issues(as_of=W01.freeze + DAY)) == (1, 0)
    assert Delivery.objects.count() == 3
    assert Edition.objects.count() == 1
    assert Digest.objects.get().queued_at is not None


def test_whoever_subscribes_after_the_issue_was_made_gets_the_next_one() -> None:
    make_forecast("0.7")
    digest = interrupted()
    subscribe("late", confirmed_at=digest.made_at + DAY)

    queue_issue(digest=digest, as_of=digest.made_at + 2 * DAY)

    assert not Delivery.objects.exists()


def test_week_without_news_goes_to_those_who_want_to_hear_so() -> None:
    make_forecast("0.7")
    subscribe("silent")
    told = subscribe("told", wants_empty=True)
    make_digest(week=W01, as_of=W01.freeze)
    Delivery.objects.all().delete()

    make_digest(week=Week(2026, 2), as_of=Week(2026, 2).freeze)

    assert [row.subscriber for row in Delivery.objects.all()] == [told]


def test_error_is_put_right_for_those_who_left_the_digest_but_want_corrections() -> None:
    question = make_question()
    make_forecast("0.7", question=question)
    resolve(question, "yes")
    subscribe("stays")
    left, gone = subscribe("left"), subscribe("gone")
    make_digest(week=W05, as_of=W05.freeze)
    Delivery.objects.update(state="sent", sent_at=W05.freeze)
    Subscriber.objects.filter(pk__in=[left.pk, gone.pk]).update(wants_digest=False)
    Subscriber.objects.filter(pk=gone.pk).update(wants_corrections=False)
    correct_resolution(
        question=question,
        lead=make_user(Role.LEAD),
        answer="no",
        known_at=DEADLINE,
        links=["https://example.org/evidence"],
        reason="Misread",
        as_of=W05.freeze + DAY,
    )
    make_forecast("0.6", as_of=W05.freeze + DAY, quote="Something new")

    make_digest(week=Week(2026, 6), as_of=Week(2026, 6).freeze)

    told = {
        row.subscriber.email.partition("@")[0]: row
        for row in Delivery.objects.filter(digest__week="2026-W06").select_related("edition")
        if row.subscriber
    }
    assert set(told) == {"stays", "left"}
    streams = {name: row.edition.stream for name, row in told.items() if row.edition}
    assert streams == {"stays": Stream.DIGEST, "left": Stream.CORRECTIONS}
    assert "Something new" not in body_of(told["left"]).text
    assert "Misread" in body_of(told["left"]).text


def test_text_alone_is_sent_to_those_who_want_it(postbox: Postbox) -> None:
    make_forecast("0.7", quote="It will")
    subscribe("plain", is_text_only=True)
    make_digest(week=W01, as_of=W01.freeze)

    send_ready_mail(clock=lambda: W01.freeze + 2 * DAY)

    (message,) = postbox.messages
    assert message.get_content_type() == "text/plain"
    assert "It will" in message.get_content()


def test_held_issue_is_not_sent_until_it_is_let_go(postbox: Postbox) -> None:
    make_forecast("0.7")
    subscribe("reader")
    make_digest(week=W01, as_of=W01.freeze)
    Digest.objects.update(held_at=W01.freeze, held_by=make_user(Role.LEAD))

    held = send_ready_mail(clock=lambda: W01.freeze + 2 * DAY)
    Digest.objects.update(held_at=None, held_by=None)

    assert (held, send_ready_mail(clock=lambda: W01.freeze + 2 * DAY)) == (0, 1)


def test_queueing_costs_the_same_for_many_readers(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_forecast("0.7")
    digest = interrupted()
    for n in range(60):
        subscribe(f"reader{n}", time_zone=("UTC", "Asia/Tokyo")[n % 2], hour=n % 7)

    with django_assert_num_queries(13):
        queue_issue(digest=digest, as_of=W01.freeze)

    assert Delivery.objects.count() == 60


def test_selections_are_told_apart() -> None:
    forecast = make_forecast("0.7")
    selection = Selection.objects.create(key=f"e{forecast.expert_id}")
    selection.experts.add(forecast.expert)
    subscribe("all")
    subscribe("some", selection=selection)

    make_digest(week=W01, as_of=W01.freeze)

    editions = dict(Delivery.objects.values_list("subscriber__email", "edition__selection"))
    assert editions == {"all@example.org": None, "some@example.org": selection.pk}


@pytest.mark.django_db(transaction=True)
def test_two_that_queue_at_once_make_nothing_twice() -> None:
    make_forecast("0.7")
    for n in range(30):
        subscribe(f"reader{n}", locale=("de", "fr", "en-gb")[n % 3])
    digest = interrupted()

    def work() -> None:
        try:
            queue_issue(digest=digest, as_of=W01.freeze)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (Delivery.objects.count(), Edition.objects.count()) == (30, 3)
