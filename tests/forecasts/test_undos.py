"""A reviewer takes a verdict back: shortly, alone, and without a trace in what counts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from forecasts import exceptions as rules
from forecasts.models import (
    Assignment,
    Dispute,
    HandOn,
    Question,
    Resolution,
    Role,
    User,
    Verdict,
)
from forecasts.models.disputes import Record
from forecasts.selectors.agreements import reviewing_statistics
from forecasts.selectors.grounds import grounds_of
from forecasts.selectors.reviews import verdicts_of_round
from forecasts.selectors.rulings import ruling_in_force
from forecasts.selectors.scores import expert_scores
from forecasts.selectors.undos import bar_to_undo, with_acts
from forecasts.selectors.waits import questions_overdue, read_waits
from forecasts.services.assignments import assign_questions, assign_reviewers
from forecasts.services.disputes import acknowledge_dispute, decide_dispute, open_dispute
from forecasts.services.hand_ons import hand_on_question
from forecasts.services.questions import amend_question, is_frozen
from forecasts.services.resolutions import correct_resolution, settle_question
from forecasts.services.undos import REASON, undo_verdict
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

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
# A Sunday's freeze, with the deadline long past.
FREEZE = datetime.fromisoformat("2026-02-08T10:00:00+00:00")


def answer(question: Question, reviewer: User, said: str = "yes", **more: Any) -> Verdict:
    given: dict[str, Any] = {"known_at": DEADLINE, "links": LINKS, "as_of": AFTER, **more}
    return give_verdict(question=question, reviewer=reviewer, answer=said, **given)


def can_undo(verdict: Verdict, user: User, as_of: datetime) -> bool:
    rows = with_acts(Verdict.objects.all(), question_id=verdict.question_id)
    return bar_to_undo(rows.get(pk=verdict.pk), user, as_of=as_of) is None


def reviewer() -> User:
    return make_user(Role.REVIEWER)


def in_force(question: Question) -> str | None:
    ruling = ruling_in_force(Question.objects.get(pk=question.pk))
    return ruling.answer if ruling else None


def history(question: Question) -> list[tuple[str, str, datetime | None]]:
    rows = Resolution.objects.filter(question=question).order_by("pk")
    return [(row.answer, row.basis, row.superseded_at) for row in rows]


def test_undone_ruling_is_superseded_in_the_open() -> None:
    question, bob = make_question(), reviewer()
    verdict = answer(question, bob)

    undone = undo_verdict(verdict=verdict, by=bob, as_of=AFTER + MINUTE)

    assert undone.withdrawn_at == AFTER + MINUTE
    assert history(question) == [
        ("yes", "verdicts", AFTER + MINUTE),
        ("reopened", "undo", None),
    ]
    last = Resolution.objects.in_force().get(question=question)
    assert (last.reason, last.resolved_by, last.resolved_at) == (REASON, bob, AFTER + MINUTE)
    assert Verdict.objects.get().answer == "yes"


def test_undone_verdict_can_be_given_anew() -> None:
    question, bob = make_question(), reviewer()
    undo_verdict(verdict=answer(question, bob), by=bob, as_of=AFTER + MINUTE)

    again = answer(question, bob, "no", as_of=AFTER + 2 * MINUTE)

    assert (again.round, in_force(question)) == (0, "no")
    assert grounds_of(Question.objects.get(pk=question.pk)).links == LINKS


@pytest.mark.parametrize("said", ["yes", "no"])
def test_neither_of_two_verdicts_is_undone(said: str) -> None:
    question, ann, bob = make_question(required_verdicts=2), reviewer(), reviewer()
    first = answer(question, ann)
    second = answer(question, bob, said, as_of=AFTER + MINUTE)

    for verdict in (first, second):
        with pytest.raises(rules.OtherVerdictError):
            undo_verdict(verdict=verdict, by=verdict.reviewer, as_of=AFTER + 2 * MINUTE)

    assert verdicts_of_round(Question.objects.get(pk=question.pk)) == (
        [first, second] if said == "no" else []
    )


def test_verdicts_taken_back_and_those_of_earlier_rounds_are_no_company() -> None:
    question, ann, bob = make_question(required_verdicts=2), reviewer(), reviewer()
    answer(question, ann)
    answer(question, bob)
    correct(question, said="reopened")
    later = AFTER + 2 * MINUTE
    undo_verdict(verdict=answer(question, ann, as_of=later), by=ann, as_of=later)

    verdict = answer(question, bob, as_of=later)

    assert can_undo(verdict, bob, later)


def test_undone_doubt_is_no_impasse() -> None:
    question, bob = make_question(), reviewer()
    slip = answer(question, bob, "ambiguous")

    undo_verdict(verdict=slip, by=bob, as_of=AFTER + MINUTE)

    with pytest.raises(rules.NoImpasseError):
        settle(question, as_of=AFTER + 2 * MINUTE)


def test_evidence_of_an_undone_verdict_supports_nothing() -> None:
    question, bob = make_question(), reviewer()
    undo_verdict(verdict=answer(question, bob), by=bob, as_of=AFTER + MINUTE)
    answer(question, reviewer(), links=["https://example.org/other"], as_of=AFTER + 2 * MINUTE)

    found = grounds_of(Question.objects.get(pk=question.pk))

    assert found.links == ("https://example.org/other",)


@pytest.mark.parametrize(
    ("minutes", "is_possible"), [(-60, True), (-1, True), (0, True), (10, True), (10.01, False)]
)
def test_undo_takes_ten_minutes_whatever_the_clock(minutes: float, is_possible: bool) -> None:
    question, bob = make_question(), reviewer()
    verdict = answer(question, bob)

    possible = can_undo(verdict, bob, AFTER + minutes * MINUTE)

    assert possible is is_possible
    if is_possible:
        undone = undo_verdict(verdict=verdict, by=bob, as_of=AFTER + minutes * MINUTE)
        assert undone.withdrawn_at == AFTER + max(minutes, 0) * MINUTE
    else:
        with pytest.raises(rules.UndoTooLateError, match="10 minutes"):
            undo_verdict(verdict=verdict, by=bob, as_of=AFTER + minutes * MINUTE)
    assert (in_force(question) is None) is is_possible


@pytest.mark.parametrize(
    ("given", "undone", "is_possible"),
    [
        (FREEZE - MINUTE, FREEZE, True),
        (FREEZE - MINUTE, FREEZE + MINUTE, False),
        (FREEZE, FREEZE + MINUTE, False),
        (FREEZE + MINUTE, FREEZE + 2 * MINUTE, True),
    ],
)
def test_ruling_that_the_digest_holds_is_not_undone(
    given: datetime, undone: datetime, is_possible: bool
) -> None:
    question, bob = make_question(), reviewer()

    verdict = answer(question, bob, as_of=given)

    assert can_undo(verdict, bob, undone) is is_possible


def test_verdict_without_ruling_is_undone_across_a_freeze() -> None:
    question, bob = make_question(required_verdicts=2), reviewer()

    verdict = answer(question, bob, as_of=FREEZE - MINUTE)

    assert can_undo(verdict, bob, FREEZE + MINUTE)


def test_only_ones_own_verdict_is_undone_and_once() -> None:
    question, bob, ann = make_question(required_verdicts=2), reviewer(), reviewer()
    verdict = answer(question, bob)

    with pytest.raises(rules.NotYourVerdictError):
        undo_verdict(verdict=verdict, by=ann, as_of=AFTER)
    with pytest.raises(rules.RoleMissingError):
        undo_verdict(verdict=verdict, by=make_user(is_superuser=True), as_of=AFTER)
    undo_verdict(verdict=verdict, by=bob, as_of=AFTER)
    with pytest.raises(rules.AlreadyUndoneError):
        undo_verdict(verdict=verdict, by=bob, as_of=AFTER)


def correct(question: Question, said: str = "no") -> None:
    decided: dict[str, Any] = {"known_at": DEADLINE, "links": LINKS} if said == "no" else {}
    correct_resolution(
        question=question,
        lead=make_user(Role.LEAD),
        answer=said,
        reason="No.",
        as_of=AFTER + MINUTE,
        **decided,
    )


def settle(question: Question, *, as_of: datetime) -> None:
    settle_question(
        question=question,
        lead=make_user(Role.LEAD),
        answer="yes",
        known_at=DEADLINE,
        links=LINKS,
        reason="It did.",
        as_of=as_of,
    )


def amend(question: Question) -> None:
    amend_question(
        question=question,
        changes={"title": "Will it?"},
        reason="Clearer",
        by=make_user(Role.LEAD),
        as_of=AFTER + MINUTE,
    )


def build_on(question: Question) -> None:
    answer(child_of(question), reviewer(), as_of=AFTER + MINUTE)


def hand_on_child(question: Question) -> None:
    hand_on_question(question=child_of(question), reviewer=reviewer(), as_of=AFTER + MINUTE)


def settle_child(question: Question) -> None:
    """Handed on before, so that only the lead acted since."""
    child = child_of(question)
    for _ in range(2):
        HandOn.objects.create(question=child, reviewer=reviewer(), handed_on_at=AFTER - MINUTE)
    settle(child, as_of=AFTER + MINUTE)


def build_on_grandchild(question: Question) -> None:
    """The child was answered before, and its answer came back with the verdict."""
    child = child_of(question)
    grandchild = child_of(child)
    answered(child, AFTER - MINUTE)
    answer(grandchild, reviewer(), as_of=AFTER + MINUTE)


def answered(question: Question, as_of: datetime) -> None:
    """A ruling that stood before the verdict."""
    Resolution.objects.create(
        question=question, answer="yes", basis="verdicts", known_at=DEADLINE, resolved_at=as_of
    )


def settle_grandchild(question: Question) -> None:
    child = child_of(question)
    answered(child, AFTER - MINUTE)
    settle_child(child)


def dispute_what_followed(question: Question) -> None:
    """Two levels down, questions were annulled with the verdict."""
    child = make_question(depends_on=question, depends_on_answer="no")
    ruling = Resolution.objects.in_force().get(question=child_of(child))
    dispute(ruling, AFTER + MINUTE)


def child_of(question: Question) -> Question:
    return make_question(depends_on=question, depends_on_answer="yes")


def dispute_ruling(question: Question) -> None:
    dispute(Resolution.objects.get(question=question), AFTER + MINUTE)


def dispute_question(question: Question) -> None:
    dispute(question, AFTER + MINUTE)


def dispute_forecast(question: Question) -> None:
    dispute(make_forecast(question=question), AFTER + MINUTE)


def acknowledge(question: Question) -> None:
    """A dispute that came before the verdict."""
    found = dispute(question, AFTER - MINUTE)
    acknowledge_dispute(dispute=found, lead=make_user(Role.LEAD), as_of=AFTER + MINUTE)


def decide(question: Question) -> None:
    """A dispute that was acknowledged before the verdict."""
    found, lead = dispute(question, AFTER - MINUTE), make_user(Role.LEAD)
    acknowledge_dispute(dispute=found, lead=lead, as_of=AFTER - MINUTE)
    decide_dispute(dispute=found, lead=lead, outcome="rejected", answer="No.", as_of=AFTER + MINUTE)


def dispute(record: Record, as_of: datetime) -> Dispute:
    return open_dispute(record=record, text="Wrong.", nonce=uuid4(), network="1", as_of=as_of)


@pytest.mark.parametrize(
    "act",
    [
        *(correct, amend, build_on, hand_on_child, settle_child),
        *(build_on_grandchild, settle_grandchild, dispute_what_followed),
        *(dispute_ruling, dispute_question, dispute_forecast, acknowledge, decide),
    ],
)
def test_undo_ends_once_somebody_has_acted(act: Callable[[Question], None]) -> None:
    question, bob = make_question(), reviewer()
    verdict = answer(question, bob)
    act(question)

    with pytest.raises(rules.ActedSinceError):
        undo_verdict(verdict=verdict, by=bob, as_of=AFTER + 2 * MINUTE)

    assert Verdict.objects.get(pk=verdict.pk).is_counting


def test_verdict_is_not_undone_once_its_condition_was_ruled_otherwise() -> None:
    parent = make_question()
    resolve(parent, "yes")
    bob = reviewer()
    child = make_question(depends_on=parent, depends_on_answer="yes", required_verdicts=2)
    verdict = answer(child, bob)
    correct(parent)

    assert in_force(child) == "annulled"
    assert not can_undo(verdict, bob, AFTER + 2 * MINUTE)


def test_ones_own_acts_on_what_hangs_on_it_are_no_bar() -> None:
    question, bob = make_question(), reviewer()
    verdict = answer(question, bob)
    child = child_of(question)
    answer(child, bob, as_of=AFTER + MINUTE)
    answer(child_of(child), bob, as_of=AFTER + MINUTE)

    undo_verdict(verdict=verdict, by=bob, as_of=AFTER + 2 * MINUTE)

    assert in_force(child) == "annulled"


def test_undo_uncascades_and_cascades_again() -> None:
    question, bob = make_question(), reviewer()
    child = make_question(depends_on=question, depends_on_answer="no")
    grandchild = make_question(depends_on=child, depends_on_answer="yes")
    verdict = answer(question, bob)
    annulled = in_force(child), in_force(grandchild)

    undo_verdict(verdict=verdict, by=bob, as_of=AFTER + MINUTE)

    assert annulled == ("annulled", "annulled")
    assert (in_force(child), in_force(grandchild)) == (None, None)
    answer(question, bob, "no", as_of=AFTER + 2 * MINUTE)
    assert (in_force(child), in_force(grandchild)) == (None, None)
    answer(child, reviewer(), as_of=AFTER + 3 * MINUTE)
    assert in_force(child) == "yes"


def test_assignment_comes_back_to_whoever_had_it() -> None:
    question, ann, bob = make_question(required_verdicts=2), reviewer(), reviewer()
    assign_reviewers(as_of=AFTER - MINUTE)
    mine = Assignment.objects.open().get()
    verdict = answer(question, mine.reviewer)
    assign_reviewers(as_of=AFTER + MINUTE)
    other = Assignment.objects.open().get()

    undo_verdict(verdict=verdict, by=mine.reviewer, as_of=AFTER + 2 * MINUTE)

    assert {mine.reviewer, other.reviewer} == {ann, bob}
    assert Assignment.objects.open().get() == mine


def test_undo_ends_once_the_question_was_assigned_by_hand() -> None:
    question, bob, ann = make_question(required_verdicts=2), reviewer(), reviewer()
    verdict = answer(question, bob)
    assign_questions(
        questions=[question], reviewer=ann, by=make_user(Role.LEAD), reason="Knows it.",
        as_of=AFTER + MINUTE,
    )  # fmt: skip

    with pytest.raises(rules.ActedSinceError):
        undo_verdict(verdict=verdict, by=bob, as_of=AFTER + 2 * MINUTE)

    assert Assignment.objects.open().get().reviewer == ann


def test_what_happens_to_other_questions_is_no_bar() -> None:
    question, bob = make_question(), reviewer()
    verdict = answer(question, bob)
    other = make_question()
    answer(other, reviewer(), as_of=AFTER + MINUTE)

    for act in (dispute_ruling, dispute_question, dispute_forecast, build_on, decide, amend):
        act(other)

    assert can_undo(verdict, bob, AFTER + 2 * MINUTE)


def test_backup_who_moved_up_stays_first_after_an_undo() -> None:
    question = make_question(required_verdicts=2)
    for _ in range(3):
        reviewer()
    late = DEADLINE + timedelta(days=8)
    assign_reviewers(as_of=late)
    first = Assignment.objects.get(kind="first").reviewer
    backup = Assignment.objects.get(kind="backup").reviewer
    verdict = answer(question, first, as_of=late + MINUTE)
    assign_reviewers(as_of=late + 2 * MINUTE)

    undo_verdict(verdict=verdict, by=first, as_of=late + 3 * MINUTE)

    seat = Assignment.objects.open().get()
    assert (seat.kind, seat.reviewer) == ("first", backup)
    assign_reviewers(as_of=late + 4 * MINUTE)
    assert Assignment.objects.open().filter(kind="backup").exists()


def test_question_with_an_undo_stays_overdue() -> None:
    question, bob = make_question(), reviewer()
    late = DEADLINE + timedelta(days=20)
    before = read_waits()

    undo_verdict(verdict=answer(question, bob, as_of=late), by=bob, as_of=late + MINUTE)

    assert read_waits() == before
    assert questions_overdue(late + MINUTE).get() == question
    assert reviewing_statistics(as_of=late + MINUTE).pace.n_overdue == 1


def test_undo_does_not_hide_an_earlier_reopening() -> None:
    question, bob = make_question(), reviewer()
    answer(question, bob)
    correct(question, said="reopened")
    late = AFTER + MINUTE + timedelta(days=13)

    undo_verdict(verdict=answer(question, bob, as_of=late), by=bob, as_of=late)

    assert read_waits() == {question.pk: AFTER + MINUTE}
    assert reviewing_statistics(as_of=late).pace.n_overdue == 0


def test_assignment_of_another_comes_back_with_the_ruling() -> None:
    question, ann = make_question(), reviewer()
    assign_reviewers(as_of=AFTER - MINUTE)
    bob = reviewer()

    undo_verdict(verdict=answer(question, bob), by=bob, as_of=AFTER + MINUTE)

    assert Assignment.objects.open().get().reviewer == ann


def test_scores_after_an_undo_are_those_of_before() -> None:
    forecast = make_forecast("0.9")
    make_forecast("0.2", expert=forecast.expert)
    bob, ids = reviewer(), [forecast.expert_id]
    before = expert_scores(ids, as_of=AFTER - MINUTE, band=False)[ids[0]].scores

    verdict = answer(forecast.question, bob)
    between = expert_scores(ids, as_of=AFTER, band=False)[ids[0]].scores
    undo_verdict(verdict=verdict, by=bob, as_of=AFTER + MINUTE)

    after = expert_scores(ids, as_of=AFTER + MINUTE, band=False)[ids[0]].scores
    assert (before["n"], between["n"], after) == (0, 1, before)
    assert expert_scores(ids, as_of=AFTER, band=False)[ids[0]].scores == between


def test_question_is_due_again_and_stays_frozen() -> None:
    question, bob = make_question(as_of=START), reviewer()
    undo_verdict(verdict=answer(question, bob), by=bob, as_of=AFTER + MINUTE)

    assert Question.objects.due(AFTER + MINUTE).get() == question
    assert is_frozen(question)
