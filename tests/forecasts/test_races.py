"""Many at once: one wins, the others are told, nothing is half-written."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from decimal import Decimal
from importlib import import_module
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection

from forecasts.exceptions import RuleBrokenError
from forecasts.models import (
    Assignment,
    CalendarFeed,
    Evidence,
    Forecast,
    HandOn,
    Question,
    Resolution,
    Role,
    Scorecard,
    User,
    Verdict,
)
from forecasts.services.assignments import assign_reviewers
from forecasts.services.calendars import make_calendar
from forecasts.services.forecasts import correct_forecast, record_forecast
from forecasts.services.hand_ons import hand_on_question
from forecasts.services.questions import edit_question
from forecasts.services.resolutions import correct_resolution, settle_question
from forecasts.services.scorecards import recompute_scorecards
from forecasts.services.undos import undo_verdict
from forecasts.services.verdicts import give_verdict
from tests.factories import (
    AFTER,
    DEADLINE,
    LINKS,
    START,
    make_forecast,
    make_question,
    make_user,
    resolve,
)

pytestmark = pytest.mark.django_db(transaction=True)
N = 20


def at_once(*calls: Callable[[], object]) -> Counter[str]:
    """Run the calls together; counts "ok" and the codes of the rules that refused the others.

    Who waited too long tries again, as the message asks: a slow machine changes no count.
    """
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        barrier.wait()
        while (ending := _ending(call)) == "busy":
            pass
        return ending

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
                links=LINKS,
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


def test_of_many_undos_at_once_one_wins() -> None:
    question = make_question()
    resolve(question)
    verdict = Verdict.objects.get()
    reviewer = verdict.reviewer

    results = at_once(*[lambda: undo_verdict(verdict=verdict, by=reviewer, as_of=AFTER)] * N)

    assert results == {"ok": 1, "already_undone": N - 1}
    assert list(Resolution.objects.values_list("answer", "superseded_at")) == [
        ("yes", AFTER),
        ("reopened", None),
    ]


def test_of_an_undo_and_corrections_at_once_one_wins() -> None:
    question = make_question()
    resolve(question)
    verdict = Verdict.objects.get()
    reviewer, leads = verdict.reviewer, [make_user(Role.LEAD) for _ in range(N)]

    results = at_once(
        lambda: undo_verdict(verdict=verdict, by=reviewer, as_of=AFTER),
        *(
            lambda lead=lead: correct_resolution(
                question=question, lead=lead, answer="ambiguous", reason="Unclear", as_of=AFTER
            )
            for lead in leads
        ),
    )

    assert results in (
        {"ok": 1, "not_resolved": N},
        {"ok": 1, "nothing_corrected": N - 1, "acted_since": 1},
    )
    assert Resolution.objects.count() == 2


def test_of_an_undo_and_a_second_verdict_at_once_none_is_lost() -> None:
    question = make_question(required_verdicts=2)
    first, second = make_user(Role.REVIEWER), make_user(Role.REVIEWER)
    given: dict[str, Any] = {
        "question": question, "answer": "yes", "known_at": DEADLINE, "links": LINKS, "as_of": AFTER,
    }  # fmt: skip
    verdict = give_verdict(reviewer=first, **given)

    results = at_once(
        lambda: undo_verdict(verdict=verdict, by=first, as_of=AFTER),
        lambda: give_verdict(reviewer=second, **given),
    )

    is_ruled = Resolution.objects.exists()
    assert results == ({"ok": 1, "other_verdict": 1} if is_ruled else {"ok": 2})
    assert Verdict.objects.counting().count() == (2 if is_ruled else 1)


def test_of_an_undo_and_a_verdict_two_levels_down_one_wins() -> None:
    question, bob = make_question(), make_user(Role.REVIEWER)
    child = make_question(depends_on=question, depends_on_answer="yes")
    grandchild = make_question(depends_on=child, depends_on_answer="yes")
    give(question, bob)()
    give(child, bob)()
    verdict = Verdict.objects.get(question=question)

    results = at_once(
        lambda: undo_verdict(verdict=verdict, by=bob, as_of=AFTER),
        give(grandchild, make_user(Role.REVIEWER)),
    )

    is_answered = Verdict.objects.filter(question=grandchild).exists()
    assert results == {"ok": 1, "acted_since" if is_answered else "already_resolved": 1}


def test_of_many_calendars_made_at_once_one_works() -> None:
    user = make_user(Role.REVIEWER)

    results = at_once(*[lambda: make_calendar(user=user, as_of=AFTER)] * N)

    assert results == {"ok": N}
    assert CalendarFeed.objects.working().count() == 1


def test_of_many_settlements_at_once_one_rules() -> None:
    question = make_question()
    give(question, make_user(Role.REVIEWER), "ambiguous")()
    leads = [make_user(Role.LEAD) for _ in range(N)]

    results = at_once(
        *(
            lambda lead=lead: settle_question(
                question=question,
                lead=lead,
                answer="no",
                links=LINKS,
                known_at=DEADLINE,
                reason="Read it.",
                as_of=AFTER,
            )
            for lead in leads
        )
    )

    assert results == {"ok": 1, "already_resolved": N - 1}
    assert Resolution.objects.get().basis == "lead"


def test_of_many_who_hand_on_at_once_two_send_the_question_to_a_lead() -> None:
    question = make_question()
    reviewers = [make_user(Role.REVIEWER) for _ in range(N)]

    results = at_once(
        *(
            lambda reviewer=reviewer: hand_on_question(
                question=question, reviewer=reviewer, as_of=AFTER
            )
            for reviewer in reviewers
        )
    )

    assert results == {"ok": 2, "impasse": N - 2}
    assert HandOn.objects.count() == 2


def test_verdict_and_settlement_at_once_make_one_ruling() -> None:
    make_user(Role.REVIEWER)
    question = make_question()
    reviewers, lead = [make_user(Role.REVIEWER) for _ in range(3)], make_user(Role.LEAD)
    hand_on_question(question=question, reviewer=reviewers[0], as_of=AFTER)

    results = at_once(
        lambda: hand_on_question(question=question, reviewer=reviewers[1], as_of=AFTER),
        give(question, reviewers[2], "no"),
        lambda: settle_question(
            question=question, lead=lead, answer="yes", links=LINKS, known_at=DEADLINE,
            reason="Read it.", as_of=AFTER,
        ),
    )  # fmt: skip

    assert set(results) <= {"ok", "already_resolved", "impasse", "no_impasse"}
    assert Resolution.objects.count() <= 1


def test_whoever_waits_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    question = make_question()
    first, second = make_user(Role.REVIEWER), make_user(Role.REVIEWER)

    def impatiently() -> None:
        with connection.cursor() as cursor:
            impatience = {
                "sqlite": "PRAGMA busy_timeout = 100",
                "postgresql": "SET lock_timeout = '100ms'",
            }
            cursor.execute(impatience[connection.vendor])
        give(question, second)()

    results = Interrupted(monkeypatch, "forecasts.services.verdicts.check_time").run(
        give(question, first), impatiently
    )

    assert results == ["ok", "busy"]
    assert Verdict.objects.get().reviewer == first


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


class Interrupted:
    """A call that, in the midst of its transaction, lets another one try for a while."""

    def __init__(self, patch: pytest.MonkeyPatch, target: str) -> None:
        """`target` is the function at which the first call waits."""
        self._inside, self._go = Event(), Event()
        module, name = target.rsplit(".", 1)
        called = getattr(import_module(module), name)

        def waiting(*args: Any, **kwargs: Any) -> Any:
            result = called(*args, **kwargs)
            if not self._inside.is_set():
                self._inside.set()
                self._go.wait(5)
            return result

        patch.setattr(target, waiting)

    def run(self, first: Callable[[], object], second: Callable[[], object]) -> list[str]:
        """How both ended: "ok", or the code of the rule that refused."""
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(_ending, first)
            assert self._inside.wait(5)
            other = pool.submit(_ending, second)
            wait([other], timeout=1.5)
            self._go.set()
            return [one.result(), other.result()]


def _ending(call: Callable[[], object]) -> str:
    try:
        call()
    except RuleBrokenError as error:
        return error.code
    finally:
        connection.close()
    return "ok"


def give(question: Question, reviewer: User, answer: str = "yes") -> Callable[[], object]:
    return lambda: give_verdict(
        question=question,
        reviewer=reviewer,
        answer=answer,
        known_at=DEADLINE,
        links=LINKS,
        as_of=AFTER,
    )


def test_answer_given_while_its_parent_is_corrected_is_annulled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes")
    resolve(parent)
    lead, reviewer = make_user(Role.LEAD), make_user(Role.REVIEWER)

    results = Interrupted(monkeypatch, "forecasts.services.verdicts.check_time").run(
        give(child, reviewer),
        lambda: correct_resolution(
            question=parent,
            lead=lead,
            answer="no",
            known_at=DEADLINE,
            links=LINKS,
            reason="Misread",
            as_of=AFTER,
        ),
    )

    assert results == ["ok", "ok"]
    assert Resolution.objects.in_force().get(question=child).answer == "annulled"


def test_question_recorded_while_its_parent_is_ruled_on_is_annulled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parent, coder, reviewer = make_question(), make_user(Role.CODER), make_user(Role.REVIEWER)

    results = Interrupted(monkeypatch, "forecasts.services.questions.apply_condition").run(
        lambda: make_question(by=coder, depends_on=parent, depends_on_answer="yes"),
        give(parent, reviewer, "no"),
    )

    assert results == ["ok", "ok"]
    child = Question.objects.get(depends_on=parent)
    assert Resolution.objects.in_force().get(question=child).answer == "annulled"


@pytest.mark.parametrize("write", ["record", "correct"])
def test_question_cannot_be_edited_while_a_forecast_is_recorded(
    monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    coder, question, old = make_user(Role.CODER), make_question(), make_forecast()
    fields: dict[str, Any] = {
        "question": question,
        "expert": old.expert,
        "source": old.source,
        "stated_at": START,
        "probability": Decimal("0.5"),
        "basis": Forecast.Basis.STATED,
        "quote": "so it will be",
    }
    edited = Question.objects.get(pk=question.pk)
    edited.title = "Something else"
    call: dict[str, Any] = {"by": coder, "as_of": START}

    def record() -> None:
        if write == "record":
            record_forecast(forecast=Forecast(**fields), **call)
        else:
            right = Forecast(**fields)
            correct_forecast(forecast=old, replacement=right, reason="Wrong question", **call)

    results = Interrupted(monkeypatch, "forecasts.services.row_checks.insert_all").run(
        record, lambda: edit_question(question=edited, topics=[], **call)
    )

    assert results == ["ok", "criteria_frozen"]
