"""Verdicts and the rulings they make."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from forecasts.exceptions import (
    AlreadyAnsweredError,
    AlreadyResolvedError,
    ConditionOpenError,
    EarlyNoReasonError,
    EvidenceMissingError,
    FutureTimeError,
    ImpasseError,
    KnownAtMissingError,
    NoImpasseError,
    NotBlindError,
    NothingCorrectedError,
    NotResolvedError,
    OwnCodingError,
    OwnVerdictError,
    ReasonMissingError,
    RoleMissingError,
    RuleBrokenError,
    TooEarlyError,
)
from forecasts.models import Question, Resolution, Role, User, Verdict
from forecasts.services.codings import record_coding
from forecasts.services.resolutions import correct_resolution, settle_question
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
DAY = timedelta(days=1)


def answer(question: Question, reviewer: User | None = None, **fields: Any) -> Verdict:
    defaults: dict[str, Any] = {
        "answer": "yes",
        "known_at": DEADLINE,
        "links": ["https://example.org/news"],
        "as_of": AFTER,
    }
    return give_verdict(
        question=question,
        reviewer=reviewer or make_user(Role.REVIEWER),
        **{**defaults, **fields},
    )


def ruling(question: Question) -> Resolution:
    return Resolution.objects.in_force().get(question=question)


def test_one_verdict_resolves_where_one_is_required() -> None:
    question = make_question()

    answer(question, note="see the link")

    assert ruling(question).answer == "yes"
    assert ruling(question).known_at == DEADLINE
    assert [str(e) for e in question.verdicts.get().evidence.all()] == ["https://example.org/news"]


def test_two_verdicts_are_needed_where_people_are_named() -> None:
    question = make_question(required_verdicts=2)

    answer(question, known_at=DEADLINE)
    assert not Resolution.objects.exists()
    answer(question, known_at=DEADLINE - DAY)

    assert ruling(question).known_at == DEADLINE - DAY


@pytest.mark.parametrize("second", ["no", "ambiguous"])
def test_verdicts_that_differ_go_to_a_lead(second: str) -> None:
    question = make_question(required_verdicts=2)
    answer(question)
    answer(question, answer=second)

    with pytest.raises(ImpasseError):
        answer(question)

    assert not Resolution.objects.exists()
    settle_question(
        question=question,
        lead=make_user(Role.LEAD),
        answer="no",
        known_at=DEADLINE,
        links=LINKS,
        reason="The second source is the authority.",
        as_of=AFTER,
    )
    assert (ruling(question).answer, ruling(question).basis) == ("no", "lead")


def test_lone_ambiguous_verdict_goes_to_a_lead() -> None:
    question = make_question()

    answer(question, answer="ambiguous")

    assert not Resolution.objects.exists()


def test_annulled_verdict_needs_no_evidence() -> None:
    question = make_question()

    answer(question, answer="annulled", links=[], known_at=None)

    assert ruling(question).answer == "annulled"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"links": []}, EvidenceMissingError),
        ({"known_at": None}, KnownAtMissingError),
        ({"known_at": AFTER + DAY}, FutureTimeError),
        ({"answer": "no", "as_of": DEADLINE - DAY, "known_at": START}, EarlyNoReasonError),
        ({"answer": "ambiguous", "as_of": DEADLINE - DAY}, TooEarlyError),
    ],
    ids=str,
)
def test_verdict_that_breaks_a_rule_is_refused(
    fields: dict[str, Any], error: type[RuleBrokenError]
) -> None:
    question = make_question()

    with pytest.raises(error):
        answer(question, **fields)

    assert not Verdict.objects.exists()


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://example.org", "x", "http://\x00"])
def test_evidence_that_is_no_web_address_is_refused(link: str) -> None:
    with pytest.raises(ValidationError):
        answer(make_question(), links=[link])

    assert not Verdict.objects.exists()


def test_file_is_evidence_and_keeps_its_hash() -> None:
    question = make_question()
    file = SimpleUploadedFile("minutes.txt", b"abc")

    verdict = answer(question, links=[], files=[file])

    evidence = verdict.evidence.get()
    assert evidence.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert evidence.file_name == "minutes.txt"


def test_yes_may_come_before_the_deadline() -> None:
    question = make_question()

    answer(question, as_of=DEADLINE - DAY, known_at=DEADLINE - 2 * DAY)

    assert ruling(question).answer == "yes"


def test_no_may_come_before_the_deadline_with_a_reason() -> None:
    question = make_question()

    answer(
        question,
        answer="no",
        as_of=DEADLINE - DAY,
        known_at=START,
        note="The match was called off.",
    )

    assert (ruling(question).answer, ruling(question).known_at) == ("no", START)


def test_lead_may_settle_and_correct_to_an_early_no() -> None:
    early = DEADLINE - DAY
    differing, wrong = make_question(required_verdicts=2), make_question()
    answer(differing, as_of=early, known_at=START)
    answer(differing, answer="no", as_of=early, known_at=START, note="Called off.")
    answer(wrong, as_of=early, known_at=START)
    call = lead_call(as_of=early, known_at=START)

    settle_question(question=differing, **call)
    correct_resolution(question=wrong, **call)

    assert [ruling(question).answer for question in (differing, wrong)] == ["no", "no"]


def test_lead_who_is_no_reviewer_gives_no_verdict() -> None:
    with pytest.raises(NotBlindError):
        answer(make_question(), make_user(Role.LEAD))

    assert not Verdict.objects.exists()


@pytest.mark.parametrize("role", [Role.CODER, None])
def test_only_reviewers_give_verdicts(role: Role | None) -> None:
    user = make_user(*([role] if role else []), is_superuser=True)

    with pytest.raises(RoleMissingError):
        answer(make_question(), user)


def test_nobody_rules_on_what_they_recorded() -> None:
    both = make_user(Role.CODER, Role.REVIEWER)
    forecast = make_forecast(by=both)

    with pytest.raises(OwnCodingError):
        answer(forecast.question, both)


def test_nobody_rules_on_what_they_coded() -> None:
    both = make_user(Role.CODER, Role.REVIEWER)
    forecast = make_forecast(None)
    half = Decimal("0.5")
    record_coding(forecast=forecast, coder=both, low=half, mid=half, high=half, as_of=START)

    with pytest.raises(OwnCodingError):
        answer(forecast.question, both)


def test_nobody_answers_twice() -> None:
    question = make_question(required_verdicts=2)
    reviewer = make_user(Role.REVIEWER)
    answer(question, reviewer)

    with pytest.raises(AlreadyAnsweredError):
        answer(question, reviewer)


def test_second_comer_is_told_what_was_decided() -> None:
    question = make_question()
    resolve(question, "no")

    with pytest.raises(AlreadyResolvedError, match='resolved meanwhile as "no" on 2026-02-01'):
        answer(question)


def test_conditional_waits_for_its_parent() -> None:
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes")

    with pytest.raises(ConditionOpenError, match=parent.title.rstrip("?")):
        answer(child)

    resolve(parent, "yes")
    assert answer(child).answer == "yes"


@pytest.mark.parametrize("parents", ["no", "ambiguous", "annulled"])
def test_other_ruling_on_the_parent_annuls_all_the_way_down(parents: str) -> None:
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes")
    grandchild = make_question(depends_on=child, depends_on_answer="no")

    if parents == "ambiguous":
        answer(parent, answer="ambiguous")
        settle_question(
            question=parent,
            lead=make_user(Role.LEAD),
            answer="ambiguous",
            reason="Nobody can tell.",
            as_of=AFTER,
        )
    else:
        resolve(parent, parents)

    assert [ruling(q).answer for q in (child, grandchild)] == ["annulled", "annulled"]
    assert {ruling(q).basis for q in (child, grandchild)} == {"condition"}


def test_correcting_the_parent_undoes_the_annulment() -> None:
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes")
    grandchild = make_question(depends_on=child, depends_on_answer="no")
    resolve(parent, "no")

    correct_resolution(
        question=parent,
        lead=make_user(Role.LEAD),
        answer="yes",
        links=LINKS,
        known_at=DEADLINE,
        reason="We misread it.",
        as_of=AFTER + DAY,
    )

    assert [ruling(q).answer for q in (child, grandchild)] == ["reopened", "reopened"]
    assert set(Question.objects.due(AFTER + DAY)) == {child}


def test_correcting_the_parent_there_and_back_restores_the_ruling() -> None:
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes")
    resolve(parent, "yes")
    resolve(child, "no")
    lead = make_user(Role.LEAD)

    for day, parents in enumerate(["no", "yes"], start=1):
        correct_resolution(
            question=parent,
            lead=lead,
            answer=parents,
            links=LINKS,
            known_at=DEADLINE,
            reason="We misread it.",
            as_of=AFTER + day * DAY,
        )

    assert (ruling(child).answer, ruling(child).known_at) == ("no", DEADLINE)
    assert [r.answer for r in child.resolutions.all()] == ["no", "annulled", "no"]


def test_question_added_after_its_parents_ruling_is_annulled_at_once() -> None:
    parent = make_question()
    resolve(parent, "no")

    child = make_question(depends_on=parent, depends_on_answer="yes", as_of=AFTER)

    assert ruling(child).answer == "annulled"


def test_correction_supersedes_and_keeps_the_old_ruling() -> None:
    question = make_question()
    first = resolve(question, "yes")

    second = correct_resolution(
        question=question,
        lead=make_user(Role.LEAD),
        answer="no",
        links=LINKS,
        known_at=DEADLINE,
        reason="The report was withdrawn.",
        as_of=AFTER + DAY,
    )

    first.refresh_from_db()
    assert first.superseded_at == second.resolved_at
    assert second.supersedes == first
    assert ruling(question) == second


def test_reopened_question_is_due_again_and_may_be_answered_again() -> None:
    question = make_question()
    reviewer = make_user(Role.REVIEWER)
    answer(question, reviewer)

    correct_resolution(
        question=question,
        lead=make_user(Role.LEAD),
        answer="reopened",
        reason="Wrong link.",
        as_of=AFTER + DAY,
    )

    assert list(Question.objects.due(AFTER + DAY)) == [question]
    answer(question, reviewer, answer="no", as_of=AFTER + 2 * DAY)
    assert ruling(question).answer == "no"


def lead_call(**fields: Any) -> dict[str, Any]:
    defaults: dict[str, Any] = {"answer": "no", "known_at": DEADLINE, "reason": "A reason."}
    defaults |= {"links": LINKS, "as_of": AFTER}
    return {"lead": make_user(Role.LEAD), **defaults, **fields}


def test_lead_needs_an_impasse_to_settle() -> None:
    with pytest.raises(NoImpasseError):
        settle_question(question=make_question(), **lead_call())


def test_lead_needs_a_ruling_to_correct() -> None:
    with pytest.raises(NotResolvedError):
        correct_resolution(question=make_question(), **lead_call())


def test_lead_cannot_settle_by_reopening() -> None:
    question = make_question()
    answer(question, answer="ambiguous")

    with pytest.raises(NoImpasseError):
        settle_question(question=question, **lead_call(answer="reopened"))


def test_correction_that_changes_nothing_is_refused() -> None:
    question = make_question()
    resolve(question, "no")

    with pytest.raises(NothingCorrectedError):
        correct_resolution(question=question, **lead_call(answer="no"))


def test_lead_cannot_settle_what_is_resolved() -> None:
    question = make_question()
    resolve(question)

    with pytest.raises(AlreadyResolvedError):
        settle_question(question=question, **lead_call())


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"reason": " "}, ReasonMissingError),
        ({"known_at": None}, KnownAtMissingError),
        ({"known_at": AFTER + DAY}, FutureTimeError),
    ],
    ids=str,
)
def test_leads_ruling_that_breaks_a_rule_is_refused(
    fields: dict[str, Any], error: type[RuleBrokenError]
) -> None:
    question = make_question()
    first = resolve(question)

    with pytest.raises(error):
        correct_resolution(question=question, **lead_call(**fields))

    assert ruling(question) == first


def test_reviewer_cannot_do_a_leads_work() -> None:
    question = make_question()
    resolve(question)

    with pytest.raises(RoleMissingError):
        correct_resolution(question=question, **lead_call(lead=make_user(Role.REVIEWER)))


def test_lead_settles_and_corrects_only_others_verdicts() -> None:
    lead = make_user(Role.LEAD, Role.REVIEWER)
    open_question, resolved = make_question(), make_question()
    answer(open_question, lead, answer="ambiguous")
    answer(resolved, lead)

    with pytest.raises(OwnVerdictError):
        settle_question(question=open_question, **lead_call(lead=lead))
    with pytest.raises(OwnVerdictError):
        correct_resolution(question=resolved, **lead_call(lead=lead))


def test_lead_who_coded_the_question_rules_on_nothing() -> None:
    lead = make_user(Role.LEAD)
    forecast = make_forecast(by=lead)
    resolve(forecast.question)

    with pytest.raises(OwnCodingError):
        correct_resolution(question=forecast.question, **lead_call(lead=lead))


def test_known_at_survives_only_where_it_decides() -> None:
    question = make_question()

    verdict = answer(question, answer="annulled", known_at=AFTER + 9 * DAY)

    assert verdict.known_at is None
