"""Many at once: one wins, the others are told, nothing is half-written."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from forecasts.exceptions import RuleBrokenError
from forecasts.models import Assignment, Evidence, Resolution, Role, Scorecard, Verdict
from forecasts.services.assignments import assign_reviewers
from forecasts.services.resolutions import correct_resolution
from forecasts.services.scorecards import recompute_scorecards
from forecasts.services.verdicts import give_verdict
from tests.factories import AFTER, DEADLINE, make_forecast, make_question, make_user, resolve

pytestmark = pytest.mark.django_db(transaction=True)
N = 20


def at_once(*calls: Callable[[], object]) -> Counter[str]:
    """Run the calls together; counts "ok" and the codes of the rules that refused the others."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        barrier.wait()
        try:
            call()
        except RuleBrokenError as error:
            return error.code
        finally:
            connection.close()
        return "ok"

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


def test_of_many_verdicts_at_once_one_resolves() -> None:
    question = make_question()
    reviewers = [make_user(Role.REVIEWER) for _ in range(N)]

    results = at_once(
        *(
            lambda reviewer=reviewer: give_verdict(
                question=question,
                reviewer=reviewer,
                answer="yes",
                known_at=DEADLINE,
                links=["https://example.org"],
                as_of=AFTER,
            )
            for reviewer in reviewers
        )
    )

    assert results == {"ok": 1, "already_resolved": N - 1}
    assert (Verdict.objects.count(), Evidence.objects.count()) == (1, 1)
    assert Resolution.objects.count() == 1


def test_of_many_corrections_at_once_one_wins() -> None:
    question = make_question()
    resolve(question)
    leads = [make_user(Role.LEAD) for _ in range(N)]

    results = at_once(
        *(
            lambda lead=lead: correct_resolution(
                question=question,
                lead=lead,
                answer="no",
                known_at=DEADLINE,
                reason="Misread",
                as_of=AFTER,
            )
            for lead in leads
        )
    )

    assert results == {"ok": 1, "nothing_corrected": N - 1}
    assert Resolution.objects.in_force().get().answer == "no"
    assert Resolution.objects.count() == 2


def test_sweeps_at_once_assign_each_question_once() -> None:
    for _ in range(3):
        make_user(Role.REVIEWER)
    for _ in range(10):
        make_question()

    at_once(*[lambda: assign_reviewers(as_of=AFTER)] * 4)

    assert Assignment.objects.open().count() == Assignment.objects.count() == 10


def test_sweeps_at_once_compute_the_same_scores() -> None:
    forecast = make_forecast("0.7")
    resolve(forecast.question)

    at_once(*[lambda: recompute_scorecards(as_of=AFTER)] * 4)

    card = Scorecard.objects.get()
    assert not card.is_stale(AFTER)
    assert card.scores["brier"]["value"] == 0.09
