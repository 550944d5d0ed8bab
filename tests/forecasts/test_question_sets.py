"""Questions that belong together are recorded all or none, and once."""

from datetime import timedelta
from typing import Any

import pytest

from forecasts.exceptions import RoleMissingError
from forecasts.models import Question, QuestionFamily, Role
from forecasts.refusals import DuplicateFamilyError, DuplicateQuestionError, RowsRefusedError
from forecasts.services.question_sets import record_conditional_questions, record_question_family
from tests.factories import DEADLINE, START, make_question, make_user, resolve
from tests.forecasts.test_races import at_once

pytestmark = pytest.mark.django_db


def question(slug: str, **fields: Any) -> Question:
    defaults = {"title": f"Will {slug}?", "resolution_criteria": "So.", "deadline": DEADLINE}
    return Question(slug=slug, **{**defaults, **fields})


def record(*slugs: str, family: str = "bridge", role: Role = Role.CODER) -> QuestionFamily:
    return record_question_family(
        family=QuestionFamily(slug=family, title=family),
        questions=[(question(slug), ()) for slug in slugs],
        by=make_user(role),
        as_of=START,
    )


def test_a_family_is_recorded_with_its_questions() -> None:
    family = record("a", "b")

    assert {row.slug: row.family for row in Question.objects.all()} == {"a": family, "b": family}


def test_nothing_is_recorded_where_one_question_is_refused() -> None:
    make_question(slug="b")

    with pytest.raises(RowsRefusedError) as refused:
        record("a", "b")

    assert [(n, type(why)) for n, why in refused.value.refused.items()] == [
        (1, DuplicateQuestionError)
    ]
    assert not QuestionFamily.objects.exists()
    assert [row.slug for row in Question.objects.all()] == ["b"]


def test_a_family_is_named_once() -> None:
    record("a")

    with pytest.raises(DuplicateFamilyError):
        record("b")

    assert [row.slug for row in Question.objects.all()] == ["a"]


def test_only_coders_and_leads_record_a_family() -> None:
    with pytest.raises(RoleMissingError):
        record("a", role=Role.REVIEWER)


def test_what_hangs_on_a_question_that_is_answered_follows_its_ruling() -> None:
    parent = make_question()
    resolve(parent, "no")
    by, later = make_user(Role.CODER), DEADLINE + timedelta(days=9)
    children = [
        (question(needs, depends_on_answer=needs, deadline=later), ()) for needs in ("yes", "no")
    ]

    record_conditional_questions(
        parent=parent, topics=(), questions=children, by=by, as_of=DEADLINE + timedelta(days=2)
    )

    assert [row.slug for row in Question.objects.answerable()] == ["no"]


def test_no_condition_is_recorded_without_what_hangs_on_it() -> None:
    make_question(slug="child")

    with pytest.raises(RowsRefusedError):
        record_conditional_questions(
            parent=question("parent"),
            topics=(),
            questions=[(question("child", depends_on_answer="yes"), ())],
            by=make_user(Role.CODER),
            as_of=START,
        )

    assert [row.slug for row in Question.objects.all()] == ["child"]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_record_the_same_family_at_once_one_does() -> None:
    by = make_user(Role.CODER)

    def once() -> QuestionFamily:
        return record_question_family(
            family=QuestionFamily(slug="bridge", title="The bridge"),
            questions=[(question(slug), ()) for slug in ("a", "b")],
            by=by,
            as_of=START,
        )

    results = at_once(*[once] * 8)

    assert results == {"ok": 1, "duplicate_family": 7}
    assert (QuestionFamily.objects.count(), Question.objects.count()) == (1, 2)
