"""Figures about the work of reviewers."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from forecasts.models import Question, Role, User
from forecasts.scoring.agreements import FEW_UNITS
from forecasts.selectors.agreements import Pace, Pair, public_label, reviewing_statistics
from forecasts.services.hand_ons import hand_on_question
from forecasts.services.resolutions import correct_resolution, settle_question
from forecasts.services.verdicts import give_verdict
from tests.factories import AFTER, DEADLINE, LINKS, START, make_question, make_user, resolve

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def answer(question: Question, reviewer: User, says: str = "yes", as_of: datetime = AFTER) -> None:
    give_verdict(
        question=question,
        reviewer=reviewer,
        answer=says,
        known_at=min(as_of, DEADLINE),
        links=LINKS,
        note="Why.",
        as_of=as_of,
    )


def settle(question: Question, as_of: datetime = AFTER) -> None:
    settle_question(
        question=question, lead=make_user(Role.LEAD), answer="yes", known_at=DEADLINE,
        links=LINKS, reason="The register.", as_of=as_of,
    )  # fmt: skip


def reopen(question: Question, as_of: datetime = AFTER) -> None:
    correct_resolution(
        question=question, lead=make_user(Role.LEAD), answer="reopened", reason="No.", as_of=as_of
    )


def test_nothing_has_no_figures() -> None:
    found = reviewing_statistics(as_of=AFTER)

    assert found.agreement.undefined == {"alpha": FEW_UNITS, "ci95": FEW_UNITS}
    assert found.pairs == ()
    assert found.pace == Pace(0, None, 0, 0, 0)
    assert (found.pace.share_late, found.pace.share_overdue) == (None, None)


def test_pairs_are_counted_by_question_and_round() -> None:
    ada, bea, cyd = (make_user(Role.REVIEWER) for _ in range(3))
    questions = [make_question(required_verdicts=2) for _ in range(4)]
    for question, reviewers, second in zip(
        questions, [(ada, bea), (bea, ada), (bea, cyd), (ada, cyd)], ["yes", "yes", "yes", "no"],
        strict=True,
    ):  # fmt: skip
        answer(question, reviewers[0])
        answer(question, reviewers[1], second)
    reopen(questions[0])
    answer(questions[0], ada)
    answer(questions[0], bea, "no")

    found = reviewing_statistics(as_of=AFTER)

    assert found.pairs[0] == Pair((ada, bea), 3, 2)
    assert {pair.reviewers: (pair.n, pair.share) for pair in found.pairs[1:]} == {
        (ada, cyd): (1, 0.0),
        (bea, cyd): (1, 1.0),
    }
    # Five rounds, two of them mixed: D_o = 4/10; 8 yes and 2 no: D_e = 2·8·2/(10·9).
    assert found.agreement.alpha == pytest.approx(1 - (4 / 10) / (32 / 90))
    assert (found.agreement.n_units, found.n_verdicts) == (5, 10)


def test_lone_verdicts_are_counted_and_compared_with_nothing() -> None:
    for _ in range(2):
        answer(make_question(), make_user(Role.REVIEWER))

    found = reviewing_statistics(as_of=AFTER)

    assert (found.n_verdicts, found.pairs, found.agreement.n_units) == (2, (), 0)


def test_real_and_invented_questions_are_counted_apart() -> None:
    resolve(make_question(synthetic=True, required_verdicts=2))

    real, invented = (reviewing_statistics(synthetic=s, as_of=AFTER) for s in (False, True))

    assert (real.n_verdicts, real.pairs, real.pace.n_resolved) == (0, (), 0)
    assert (invented.n_verdicts, len(invented.pairs), invented.pace.n_resolved) == (2, 1, 1)


@pytest.mark.parametrize(
    ("days", "median"), [([1], 1.0), ([1, 3], 2.0), ([1, 3, 20], 3.0), ([0], 0.0)]
)
def test_days_count_from_the_deadline(days: list[int], median: float) -> None:
    for day in days:
        resolve(make_question(), as_of=DEADLINE + day * DAY)

    pace = reviewing_statistics(as_of=AFTER).pace

    assert (pace.n_resolved, pace.median_days) == (len(days), median)
    assert pace.n_late == sum(day > 14 for day in days)


def test_early_ruling_counts_from_when_the_world_knew() -> None:
    resolve(make_question(), as_of=DEADLINE - 2 * DAY, known_at=DEADLINE - 5 * DAY)

    assert reviewing_statistics(as_of=AFTER).pace.median_days == 3


def test_early_annulment_tells_no_time() -> None:
    resolve(make_question(), "annulled", as_of=START + DAY)

    pace = reviewing_statistics(as_of=AFTER).pace

    assert (pace.n_resolved, pace.median_days, pace.share_late) == (0, None, None)


def test_nobody_waits_before_there_is_something_to_answer() -> None:
    recorded = make_question(as_of=DEADLINE + 100 * DAY)
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes")
    resolve(parent, as_of=DEADLINE + 100 * DAY)

    for question in (recorded, child):
        resolve(question, as_of=DEADLINE + 103 * DAY)

    pace = reviewing_statistics(as_of=AFTER).pace
    assert (pace.median_days, pace.n_late) == (3.0, 1)


def test_only_the_first_ruling_of_a_question_counts() -> None:
    question = make_question()
    resolve(question)
    reopen(question, DEADLINE + 50 * DAY)
    resolve(question, "no", as_of=DEADLINE + 90 * DAY)

    pace = reviewing_statistics(as_of=AFTER).pace

    assert (pace.n_resolved, pace.median_days, pace.n_late) == (1, 1.0, 0)


def test_overdue_is_what_waits_for_two_weeks() -> None:
    now = DEADLINE + 14 * DAY
    waiting, reopened = make_question(), make_question()
    make_question(deadline=DEADLINE + DAY)
    make_question(deadline=now + DAY)
    make_question(as_of=now - DAY)
    resolve(reopened)
    reopen(reopened, now - DAY)

    pace = reviewing_statistics(as_of=now).pace

    assert waiting in Question.objects.due(now)
    assert (pace.n_due, pace.n_overdue, pace.share_overdue) == (4, 1, 0.25)


def test_what_leads_had_to_settle_is_counted() -> None:
    settled, waiting, corrected = (make_question() for _ in range(3))
    answer(settled, make_user(Role.REVIEWER), "ambiguous")
    settle(settled)
    resolve(corrected)
    reopen(corrected)
    answer(corrected, make_user(Role.REVIEWER), "ambiguous")
    for _ in range(2):
        hand_on_question(question=waiting, reviewer=make_user(Role.REVIEWER), as_of=AFTER)

    found = reviewing_statistics(as_of=AFTER)

    assert (found.n_settled, found.n_waiting_for_lead, found.n_hand_ons) == (1, 2, 2)


def test_label_stays_the_same_and_names_nobody() -> None:
    one, other = make_user(Role.REVIEWER, username="zoe"), make_user(Role.REVIEWER)

    assert public_label(one) == public_label(User.objects.get(pk=one.pk))
    assert public_label(one) != public_label(other)
    assert "zoe" not in public_label(one)


def test_figures_cost_the_same_however_many_questions(
    django_assert_max_num_queries: Any,
) -> None:
    reviewers = [make_user(Role.REVIEWER), make_user(Role.REVIEWER)]
    for _ in range(12):
        question = make_question(required_verdicts=2)
        for reviewer in reviewers:
            answer(question, reviewer)

    with django_assert_max_num_queries(8):
        reviewing_statistics(as_of=AFTER)
