"""Sweeps of mail at once: everything once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from forecasts.models import Role
from mail.digesting import make_digest
from mail.issues.exceptions import IssueMadeError, NotComingError, NoteChangedError
from mail.issues.notes import write_note
from mail.models import Asking, Delivery, Digest, EditorsNote, Prompt, Subscriber
from mail.prompting import prompt_reviewers
from mail.weeks import Week
from tests.factories import AFTER, START, make_forecast, make_question, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def four_at_once(call: Callable[[], object]) -> None:
    barrier = Barrier(4)

    def run() -> None:
        barrier.wait()
        try:
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(run) for _ in range(4)]:
            done.result()


def test_sweeps_at_once_prompt_once() -> None:
    for _ in range(2):
        make_user(Role.REVIEWER)
    for _ in range(4):
        make_question()

    noon = AFTER + timedelta(hours=12)

    four_at_once(lambda: prompt_reviewers(as_of=noon))
    prompt_reviewers(as_of=noon)

    assert Delivery.objects.count() == 2
    assert Prompt.objects.count() == 4 * 7
    assert Asking.objects.count() == 4
    assert not Prompt.objects.waiting().live(noon).exists()


def test_sweeps_at_once_make_one_issue() -> None:
    Subscriber.objects.create(email="reader@example.org", confirmed_at=START)
    make_forecast()
    week = Week.containing(START.date())

    four_at_once(lambda: make_digest(week=week, as_of=week.freeze))

    assert (Digest.objects.count(), Delivery.objects.count()) == (1, 1)


def test_note_is_in_the_issue_or_its_writer_is_told_that_it_is_late() -> None:
    make_forecast()
    lead, week = make_user(Role.LEAD), Week.containing(START.date())
    refused: list[Exception] = []

    def write(number: int) -> None:
        try:
            write_note(week=week, text=f"Note {number}", seen="", by=lead, as_of=week.freeze)
        except (IssueMadeError, NotComingError, NoteChangedError) as error:
            refused.append(error)

    writers = [partial(write, number) for number in range(3)]
    calls: list[Callable[[], object]] = [
        partial(make_digest, week=week, as_of=week.freeze),
        *writers,
    ]

    def take() -> None:
        calls.pop()()

    four_at_once(take)

    stored = list(EditorsNote.objects.values_list("text", flat=True))
    assert "\n\n".join(stored) == Digest.objects.get().content["note"]
    assert len(refused) == 3 - len(stored)
