"""Unsure: a question is handed on, to another reviewer and in the end to a lead."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from forecasts.exceptions import (
    AlreadyAnsweredError,
    AlreadyHandedOnError,
    AlreadyResolvedError,
    AppendOnlyError,
    ConditionOpenError,
    ImpasseError,
    NoImpasseError,
    NotBlindError,
    OwnCodingError,
    OwnHandOnError,
    RoleMissingError,
    TooEarlyError,
)
from forecasts.models import Assignment, HandOn, Question, Resolution, Role, Snooze, User
from forecasts.selectors.reviews import answers_on, has_impasse, questions_at_impasse
from forecasts.services.assignments import assign_reviewers
from forecasts.services.hand_ons import hand_on_question
from forecasts.services.resolutions import correct_resolution, settle_question
from forecasts.services.snoozes import snooze_questions
from forecasts.services.undos import undo_verdict
from forecasts.services.verdicts import give_verdict
from tests.factories import (
    AFTER,
    DEADLINE,
    LINKS,
    make_forecast,
    make_question,
    make_user,
    resolve,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def hand_on(question: Question, reviewer: User | None = None, **fields: Any) -> HandOn:
    defaults: dict[str, Any] = {"note": "The sources differ.", "as_of": AFTER}
    return hand_on_question(
        question=question, reviewer=reviewer or make_user(Role.REVIEWER), **{**defaults, **fields}
    )


def answer(question: Question, reviewer: User | None = None, says: str = "yes") -> None:
    give_verdict(
        question=question,
        reviewer=reviewer or make_user(Role.REVIEWER),
        answer=says,
        known_at=DEADLINE,
        links=LINKS,
        as_of=AFTER,
    )


def settle(question: Question, lead: User | None = None) -> Resolution:
    return settle_question(
        question=question,
        lead=lead or make_user(Role.LEAD),
        answer="yes",
        known_at=DEADLINE,
        links=LINKS,
        reason="The register says so.",
        as_of=AFTER,
    )


def ask(question: Question) -> User:
    """Who is asked next."""
    assign_reviewers(as_of=AFTER)
    return Assignment.objects.open().get(question=question).reviewer


def test_handed_on_question_is_asked_of_somebody_else() -> None:
    reviewers = {make_user(Role.REVIEWER), make_user(Role.REVIEWER)}
    question = make_question()
    asked = ask(question)

    row = hand_on(question, asked)

    assert (row.note, row.round, row.handed_on_at) == ("The sources differ.", 0, AFTER)
    assert not Assignment.objects.open().exists()
    assert ask(question) == (reviewers - {asked}).pop()


def test_question_that_two_handed_on_goes_to_a_lead_though_others_are_left() -> None:
    make_user(Role.REVIEWER)
    lead = make_user(Role.LEAD)
    question = make_question()

    hand_on(question)
    assert not has_impasse(question)
    hand_on(question)

    assert has_impasse(question)
    assert ask(question) == lead
    assert settle(question, lead).basis == "lead"


def test_question_goes_to_a_lead_when_the_only_reviewer_hands_it_on() -> None:
    question = make_question(required_verdicts=2)

    hand_on(question)

    assert has_impasse(question)


@pytest.mark.parametrize("stays_out", ["coder", "left", "no address"])
def test_whoever_could_not_be_asked_is_not_waited_for(stays_out: str) -> None:
    question = make_question()
    other = make_user(
        Role.REVIEWER,
        is_active=stays_out != "left",
        email="" if stays_out == "no address" else "other@example.org",
    )
    if stays_out == "coder":
        make_forecast(question=question, by=make_user(Role.CODER))
        other.groups.add(*make_user(Role.CODER).groups.all())
        make_forecast(question=question, by=other)

    hand_on(question)

    assert has_impasse(question)


def test_one_verdict_and_nobody_left_for_the_second_goes_to_a_lead() -> None:
    question = make_question(required_verdicts=2)
    unsure, other = make_user(Role.REVIEWER), make_user(Role.REVIEWER)
    hand_on(question, unsure)

    answer(question, other)

    assert not Resolution.objects.exists()
    assert has_impasse(question)


def test_nobody_left_is_no_impasse_where_nobody_handed_on() -> None:
    question = make_question(required_verdicts=2)

    answer(question)

    assert not has_impasse(question)
    with pytest.raises(NoImpasseError):
        settle(question)


def test_agreeing_verdicts_resolve_although_somebody_handed_on() -> None:
    question = make_question(required_verdicts=2)
    others = [make_user(Role.REVIEWER), make_user(Role.REVIEWER)]
    hand_on(question)

    for reviewer in others:
        answer(question, reviewer)

    assert Resolution.objects.get().basis == "verdicts"


def test_whoever_handed_on_may_still_answer_and_then_counts_as_answered() -> None:
    make_user(Role.REVIEWER)
    question, unsure = make_question(required_verdicts=2), make_user(Role.REVIEWER)
    hand_on(question, unsure)

    answer(question, unsure)
    hand_on(question)

    answers = answers_on(Question.objects.all())[question.pk]
    assert answers.verdicts == {unsure.pk: "yes"}
    assert (len(answers.handed_on), unsure.pk in answers.handed_on) == (2, True)
    assert not answers.is_stuck


def test_what_is_with_a_lead_is_neither_answered_nor_handed_on() -> None:
    make_user(Role.REVIEWER)
    question, unsure = make_question(), make_user(Role.REVIEWER)
    hand_on(question, unsure)
    hand_on(question)

    with pytest.raises(ImpasseError):
        answer(question, unsure)
    with pytest.raises(ImpasseError):
        hand_on(question)


def test_question_comes_back_to_a_reviewer_who_joins_before_the_lead_decides() -> None:
    question = make_question()
    hand_on(question)

    joined = make_user(Role.REVIEWER)

    assert not has_impasse(question)
    assert ask(question) == joined


def test_new_round_asks_everybody_again() -> None:
    question, unsure = make_question(), make_user(Role.REVIEWER)
    hand_on(question, unsure)
    settle(question)
    correct_resolution(
        question=question, lead=make_user(Role.LEAD), answer="reopened", reason="No", as_of=AFTER
    )

    assert not has_impasse(question)
    assert ask(question) == unsure
    assert hand_on(question, unsure).round == 2


def test_lead_does_not_settle_what_they_handed_on() -> None:
    both, lead = make_user(Role.LEAD, Role.REVIEWER), make_user(Role.LEAD)
    question = make_question()
    hand_on(question, both)

    assert ask(question) == lead
    with pytest.raises(OwnHandOnError):
        settle(question, both)


def test_nobody_hands_on_twice() -> None:
    make_user(Role.REVIEWER)
    question, unsure = make_question(), make_user(Role.REVIEWER)
    hand_on(question, unsure)

    with pytest.raises(AlreadyHandedOnError):
        hand_on(question, unsure)


def test_what_one_answered_is_not_handed_on() -> None:
    question, reviewer = make_question(required_verdicts=2), make_user(Role.REVIEWER)
    answer(question, reviewer)

    with pytest.raises(AlreadyAnsweredError):
        hand_on(question, reviewer)


def test_second_reviewer_may_hand_on_before_the_deadline_what_was_answered_early() -> None:
    make_user(Role.REVIEWER)
    question, early = make_question(required_verdicts=2), DEADLINE - 10 * DAY
    give_verdict(
        question=question, reviewer=make_user(Role.REVIEWER), answer="yes",
        known_at=early, links=LINKS, as_of=early,
    )  # fmt: skip

    row = hand_on(question, as_of=early + DAY)

    assert (row.round, row.handed_on_at) == (0, early + DAY)


def test_verdict_that_was_taken_back_lets_nothing_be_handed_on_early() -> None:
    question, reviewer = make_question(required_verdicts=2), make_user(Role.REVIEWER)
    early = DEADLINE - 10 * DAY
    verdict = give_verdict(
        question=question, reviewer=reviewer, answer="yes", known_at=early, links=LINKS, as_of=early
    )
    undo_verdict(verdict=verdict, by=reviewer, as_of=early)

    with pytest.raises(TooEarlyError):
        hand_on(question, as_of=early + DAY)


def test_hand_on_that_takes_a_snoozed_question_to_a_lead_ends_the_snooze() -> None:
    question = make_question()
    hand_on(question)
    make_user(Role.REVIEWER)
    snooze_questions(
        questions=[question], kind="date", until=AFTER + 300 * DAY, reason="Wait.",
        by=make_user(Role.REVIEWER), as_of=AFTER,
    )  # fmt: skip

    hand_on(question, as_of=AFTER + DAY)

    assert has_impasse(question)
    assert Snooze.objects.get().lifted_at == AFTER + DAY


def test_nothing_is_handed_on_before_its_time_or_after_its_end() -> None:
    early, resolved, parent = make_question(), make_question(), make_question()
    waiting = make_question(depends_on=parent, depends_on_answer="yes")
    resolve(resolved)

    with pytest.raises(TooEarlyError):
        hand_on(early, as_of=DEADLINE - DAY)
    with pytest.raises(AlreadyResolvedError):
        hand_on(resolved)
    with pytest.raises(ConditionOpenError):
        hand_on(waiting)

    assert not HandOn.objects.exists()


@pytest.mark.parametrize(
    ("roles", "error"),
    [((Role.CODER,), RoleMissingError), ((), RoleMissingError), ((Role.LEAD,), NotBlindError)],
)
def test_only_reviewers_hand_on(roles: tuple[Role, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        hand_on(make_question(), make_user(*roles, is_superuser=True))


def test_coder_of_a_question_does_not_hand_it_on() -> None:
    both = make_user(Role.CODER, Role.REVIEWER)

    with pytest.raises(OwnCodingError):
        hand_on(make_forecast(by=both).question, both)


@pytest.mark.parametrize("note", ["\x00", "\u202e", "x" * 4001], ids=["nul", "bidi", "long"])
def test_note_that_cannot_be_stored_is_refused(note: str) -> None:
    with pytest.raises(ValidationError):
        hand_on(make_question(), note=note)

    assert not HandOn.objects.exists()


def test_hand_on_is_append_only_and_once_in_a_round() -> None:
    row = hand_on(make_question())
    again = HandOn(
        question=row.question, reviewer=row.reviewer, round=row.round, handed_on_at=AFTER
    )

    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_impasses_among_many_are_found_in_one_query(django_assert_num_queries: Any) -> None:
    calm, unsure, mixed, doubtful, passed_on = questions = [
        make_question(required_verdicts=2) for _ in range(5)
    ]
    hand_on(unsure)
    answer(calm)
    for says in ("yes", "no"):
        answer(mixed, says=says)
    answer(doubtful, says="ambiguous")
    for _ in range(2):
        hand_on(passed_on)

    with django_assert_num_queries(1):
        found = questions_at_impasse(questions)

    assert found == {mixed.pk, doubtful.pk, passed_on.pk}
    assert found == {question.pk for question in questions if has_impasse(question)}
