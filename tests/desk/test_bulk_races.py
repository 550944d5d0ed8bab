"""Many who snooze and assign the same questions at once: one wins each, the others are told."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from desk.admin.bulk_pages import FORMS
from desk.bulks import read_questions
from desk.versions import version_of
from forecasts.models import Assignment, Question, Role, Snooze
from tests.factories import make_question, make_user

pytestmark = pytest.mark.django_db(transaction=True)
# As many as the pool has connections, and the service threads.
N, N_QUESTIONS = 8, 3
SNOOZE: dict[str, Any] = {"kind": "week", "reason": "The court is closed."}


def handed_in(name: str, questions: list[Question], **fields: Any) -> Callable[[], Counter[str]]:
    """Somebody at the confirm page, who hands it in until it is not for others' locks.

    Without HTTP: what Django's client tells of a response's context, it mixes up among threads.
    """
    user = make_user(Role.REVIEWER)
    seen = [(row.pk, version_of(row)) for row in read_questions(q.pk for q in questions)]
    if name == "assign":
        fields["reviewer"] = user.pk

    def hand_in() -> Counter[str]:
        left, endings = seen, Counter[str]()
        while left:
            form = FORMS[name](user, fields)
            assert form.is_valid()
            done, refused = form.carry_out(left, timezone.now())
            endings["ok"] += len(done)
            busy = {item.question.pk for item in refused if item.error.code == "busy"}
            endings.update(item.error.code for item in refused if item.question.pk not in busy)
            left = [(pk, version) for pk, version in left if pk in busy]
        connection.close()
        return endings

    return hand_in


def at_once(calls: list[Callable[[], Counter[str]]]) -> Counter[str]:
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Counter[str]]) -> Counter[str]:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return sum(pool.map(run, calls), Counter[str]())


def arranged() -> list[int]:
    """How many snoozes and assignments each question ever had."""
    kinds = (Snooze.objects, Assignment.objects)
    return [
        sum(kind.filter(question=question).count() for kind in kinds)
        for question in Question.objects.all()
    ]


@pytest.mark.parametrize("names", [("snooze",), ("assign",), ("snooze", "assign")])
def test_of_many_bulk_actions_at_once_one_wins_each_question(
    roles: None, names: tuple[str, ...]
) -> None:
    questions = [make_question() for _ in range(N_QUESTIONS)]
    people = [
        handed_in(names[number % len(names)], questions[:: 1 - 2 * (number % 2)], **SNOOZE)
        for number in range(N)
    ]

    endings = at_once(people)

    assert endings == {"ok": N_QUESTIONS, "stale_form": N_QUESTIONS * (N - 1)}
    assert arranged() == [1] * N_QUESTIONS
