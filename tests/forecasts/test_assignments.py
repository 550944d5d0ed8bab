"""Who is asked to resolve what."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from forecasts.exceptions import (
    NothingToAskError,
    NotYoursToAssignError,
    ReviewerAwayError,
    ReviewerBarredError,
    ReviewerMissingError,
    WaitReasonMissingError,
)
from forecasts.models import Assignment, Role, Topic
from forecasts.services.absences import record_absence
from forecasts.services.assignments import assign_questions, assign_reviewers
from forecasts.services.questions import amend_question
from forecasts.services.resolutions import correct_resolution
from forecasts.services.verdicts import give_verdict
from tests.factories import (
    AFTER,
    DEADLINE,
    make_forecast,
    make_question,
    make_user,
    resolve,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_due_questions_are_shared_out_evenly() -> None:
    reviewers = [make_user(Role.REVIEWER) for _ in range(3)]
    for _ in range(7):
        make_question()

    assert assign_reviewers(as_of=AFTER) == 7

    loads = [Assignment.objects.open().filter(reviewer=user).count() for user in reviewers]
    assert sorted(loads) == [2, 2, 3]


def test_second_sweep_assigns_nothing_again() -> None:
    make_user(Role.REVIEWER)
    make_question()
    assign_reviewers(as_of=AFTER)

    assert assign_reviewers(as_of=AFTER) == 0
    assert Assignment.objects.count() == 1


def test_question_that_is_not_due_is_not_assigned() -> None:
    make_user(Role.REVIEWER)
    resolved, waiting = make_question(), make_question()
    make_question(depends_on=waiting, depends_on_answer="yes")
    make_question(deadline=AFTER + DAY)
    resolve(resolved)

    assign_reviewers(as_of=AFTER)

    assert [a.question for a in Assignment.objects.open()] == [waiting]


def test_coder_of_a_question_never_gets_it() -> None:
    both = make_user(Role.CODER, Role.REVIEWER)
    make_forecast(by=both)

    assert assign_reviewers(as_of=AFTER) == 0


def test_second_verdict_is_asked_of_somebody_else() -> None:
    first, second = make_user(Role.REVIEWER), make_user(Role.REVIEWER)
    question = make_question(required_verdicts=2)
    assign_reviewers(as_of=AFTER)
    asked = Assignment.objects.open().get().reviewer

    give_verdict(
        question=question,
        reviewer=asked,
        answer="yes",
        known_at=DEADLINE,
        links=["https://example.org"],
        as_of=AFTER,
    )
    assign_reviewers(as_of=AFTER)

    assert Assignment.objects.open().get().reviewer == ({first, second} - {asked}).pop()


def test_impasse_is_given_to_a_lead() -> None:
    reviewer, lead = make_user(Role.REVIEWER), make_user(Role.LEAD)
    question = make_question()
    give_verdict(question=question, reviewer=reviewer, answer="ambiguous", as_of=AFTER)

    assign_reviewers(as_of=AFTER)

    assert Assignment.objects.open().get().reviewer == lead


def test_ruling_and_moved_deadline_end_the_assignment() -> None:
    make_user(Role.REVIEWER)
    resolved, moved = make_question(), make_question()
    assign_reviewers(as_of=AFTER)

    resolve(resolved)
    amend_question(
        question=moved,
        changes={"deadline": AFTER + 9 * DAY},
        reason="Postponed.",
        by=make_user(Role.LEAD),
        as_of=AFTER,
    )
    assign_reviewers(as_of=AFTER)

    assert not Assignment.objects.open().exists()


@pytest.mark.parametrize("leaves", ["account", "role"])
def test_work_of_a_reviewer_who_left_is_handed_on(leaves: str) -> None:
    first = make_user(Role.REVIEWER)
    make_question()
    assign_reviewers(as_of=AFTER)
    second = make_user(Role.REVIEWER)

    if leaves == "account":
        first.is_active = False
        first.save()
    else:
        first.groups.clear()
    assign_reviewers(as_of=AFTER)

    assert Assignment.objects.open().get().reviewer == second


def test_sweep_reads_as_much_for_thirty_questions_as_for_three(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(30):
        make_forecast()

    with django_assert_max_num_queries(14):
        assign_reviewers(as_of=AFTER)


def test_impasse_that_somebody_else_made_moves_the_question_to_a_lead() -> None:
    reviewers, lead = [make_user(Role.REVIEWER) for _ in range(2)], make_user(Role.LEAD)
    question = make_question()
    assign_reviewers(as_of=AFTER)
    asked = Assignment.objects.open().get().reviewer
    other = next(user for user in reviewers if user != asked)
    give_verdict(question=question, reviewer=other, answer="ambiguous", as_of=AFTER)

    assign_reviewers(as_of=AFTER)

    assert Assignment.objects.open().get().reviewer == lead


def test_reviewer_who_codes_the_question_is_released() -> None:
    both = make_user(Role.CODER, Role.REVIEWER)
    question = make_question()
    assign_reviewers(as_of=AFTER)
    other = make_user(Role.REVIEWER)
    make_forecast(question=question, by=both, stated_at=DEADLINE - DAY, as_of=AFTER)

    assign_reviewers(as_of=AFTER)

    assert Assignment.objects.open().get().reviewer == other


def test_lead_who_answered_in_an_earlier_round_settles_nothing() -> None:
    first, second = make_user(Role.LEAD, Role.REVIEWER), make_user(Role.LEAD)
    question = make_question()
    answers: dict[str, Any] = {"question": question, "as_of": AFTER}
    give_verdict(reviewer=first, answer="annulled", **answers)
    correct_resolution(lead=second, answer="reopened", reason="Not so", **answers)
    give_verdict(reviewer=make_user(Role.REVIEWER), answer="ambiguous", **answers)

    assign_reviewers(as_of=AFTER)

    assert Assignment.objects.open().get().reviewer == second


def test_reviewer_without_an_address_is_not_assigned() -> None:
    unreachable = make_user(Role.REVIEWER, email="")
    question = make_question()
    Assignment.objects.create(question=question, reviewer=unreachable, assigned_at=AFTER)

    assign_reviewers(as_of=AFTER)
    assert not Assignment.objects.open().exists()
    reachable = make_user(Role.REVIEWER)
    assign_reviewers(as_of=AFTER)

    assert Assignment.objects.open().get().reviewer == reachable


def test_ruling_closes_the_assignment_of_whoever_else_was_asked() -> None:
    make_user(Role.REVIEWER)
    question = make_question()
    assign_reviewers(as_of=AFTER)

    resolve(question)

    assert Assignment.objects.get().closed_at == AFTER


def test_among_equals_whoever_knows_most_of_the_topics_is_asked() -> None:
    topics = [Topic.objects.create(slug=name, name=name) for name in ("war", "science", "art")]
    _stranger, some, most = (make_user(Role.REVIEWER) for _ in range(3))
    some.topics.set(topics[:1])
    most.topics.set(topics[:2])
    make_question(topics=topics)
    make_question(topics=topics)

    assign_reviewers(as_of=AFTER)

    # Fewest open goes before topics: the second is not given to the same.
    assert [a.reviewer for a in Assignment.objects.order_by("question")] == [most, some]


def test_early_question_is_assigned_and_released_when_it_is_not_early_any_more() -> None:
    make_user(Role.REVIEWER)
    question = make_question(deadline=AFTER + 9 * DAY)

    assert assign_reviewers(as_of=AFTER, early=[question.pk]) == 1
    assign_reviewers(as_of=AFTER)

    assert not Assignment.objects.open().exists()


def test_backup_is_somebody_else_and_only_after_a_week() -> None:
    users = {make_user(Role.REVIEWER) for _ in range(2)}
    make_question()
    assign_reviewers(as_of=DEADLINE)
    assign_reviewers(as_of=DEADLINE + 7 * DAY - timedelta(seconds=1))
    assert Assignment.objects.open().count() == 1

    assign_reviewers(as_of=DEADLINE + 7 * DAY)

    rows = Assignment.objects.open().order_by("pk")
    assert [row.kind for row in rows] == ["first", "backup"]
    assert {row.reviewer for row in rows} == users


def test_thousand_questions_that_nobody_can_answer_keep_nobody_from_the_rest() -> None:
    both = make_user(Role.CODER, Role.REVIEWER)
    for _ in range(3):
        make_forecast(by=both)
    free = make_question(deadline=DEADLINE + DAY)

    assign_reviewers(as_of=AFTER)

    assert [a.question for a in Assignment.objects.open()] == [free]


def test_question_given_by_hand_stays_with_them_and_its_backup_stays() -> None:
    lead, chosen = make_user(Role.LEAD), make_user(Role.REVIEWER)
    make_user(Role.REVIEWER)
    question = make_question()
    assign_reviewers(as_of=DEADLINE)
    Assignment.objects.update(reviewer=make_user(Role.REVIEWER))
    far = make_question(deadline=AFTER + 100 * DAY)

    assign_questions(
        questions=[question, far], reviewer=chosen, by=lead, reason="Knows it.", as_of=AFTER
    )
    assign_reviewers(as_of=AFTER)

    rows = Assignment.objects.open().order_by("question")
    assert [(row.question, row.reviewer, row.assigned_by) for row in rows] == [
        (question, chosen, lead),
        (far, chosen, lead),
    ]


def test_what_bars_somebody_bars_them_by_hand_too() -> None:
    lead, reviewer = make_user(Role.LEAD), make_user(Role.REVIEWER)
    both = make_user(Role.CODER, Role.REVIEWER)
    question = make_forecast(by=both).question
    away = make_user(Role.REVIEWER, first_name="Ann")
    record_absence(user=away, starts_on=AFTER.date(), ends_on=AFTER.date(), by=away, as_of=AFTER)
    hand: dict[str, Any] = {"questions": [question], "reason": "Please.", "as_of": AFTER}

    with pytest.raises(ReviewerBarredError, match=question.title):
        assign_questions(reviewer=both, by=lead, **hand)
    with pytest.raises(ReviewerAwayError, match="Ann is out of office, and back on 2026-02-02"):
        assign_questions(reviewer=away, by=lead, **hand)
    with pytest.raises(ReviewerMissingError):
        assign_questions(reviewer=lead, by=lead, **hand)
    with pytest.raises(NotYoursToAssignError):
        assign_questions(reviewer=reviewer, by=both, **hand)
    with pytest.raises(WaitReasonMissingError):
        assign_questions(reviewer=reviewer, by=lead, **{**hand, "reason": " "})
    resolve(question)
    with pytest.raises(NothingToAskError):
        assign_questions(reviewer=reviewer, by=reviewer, **hand)
    assert not Assignment.objects.open().exists()


def test_backup_who_takes_a_question_is_asked_once() -> None:
    for _ in range(2):
        make_user(Role.REVIEWER)
    question = make_question()
    assign_reviewers(as_of=DEADLINE + 7 * DAY)
    backup = Assignment.objects.get(kind="backup").reviewer

    assign_questions(questions=[question], reviewer=backup, by=backup, as_of=AFTER + 7 * DAY)

    row = Assignment.objects.open().get()
    assert (row.kind, row.reviewer) == ("first", backup)
