"""What stays as it is once something rests on it."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from forecasts.exceptions import CriteriaFrozenError
from forecasts.models import AdoptedRange, Forecast, Question, QuestionFamily, Role, Topic
from forecasts.selectors.scores import topics_of
from forecasts.services.codings import record_coding
from forecasts.services.hand_ons import hand_on_question
from forecasts.services.questions import edit_question
from forecasts.services.verdicts import give_verdict
from tests.factories import AFTER, START, make_forecast, make_question, make_user, resolve

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = AFTER + DAY
FIXED_CHANGES: dict[str, Any] = {
    "slug": "another",
    "opens_at": START + DAY,
    "depends_on_answer": "no",
    "required_verdicts": 2,
    "synthetic": True,
    "title": "Put otherwise",
}


@pytest.mark.parametrize("has", ["forecast", "verdict", "hand-on", "ruling"])
def test_what_scores_rest_on_is_fixed_once_anything_rests_on_it(has: str) -> None:
    parent = make_question()
    resolve(parent)
    question = make_question(
        depends_on=parent, depends_on_answer="yes", required_verdicts=2 if has == "verdict" else 1
    )
    if has == "forecast":
        make_forecast(question=question)
    elif has == "verdict":
        give_verdict(
            question=question, reviewer=make_user(Role.REVIEWER), answer="annulled", as_of=AFTER
        )
    elif has == "hand-on":
        hand_on_question(question=question, reviewer=make_user(Role.REVIEWER), as_of=AFTER)
    else:
        resolve(question)
    changes = {
        **FIXED_CHANGES,
        "required_verdicts": 3 - question.required_verdicts,
        "family": QuestionFamily.objects.create(slug="f", title="F"),
        "depends_on": make_question(),
    }
    coder, told = make_user(Role.CODER), {}

    for field, value in changes.items():
        edited = Question.objects.get(pk=question.pk)
        setattr(edited, field, value)
        with pytest.raises(CriteriaFrozenError) as error:
            edit_question(question=edited, topics=[], by=coder, as_of=AFTER)
        told[field] = error.value.field, error.value.facts

    assert told == {field: (field, {"fields": field}) for field in changes}


def test_topics_of_a_frozen_question_can_be_edited() -> None:
    question = make_forecast().question
    topic = Topic.objects.create(slug="t", name="T")

    edit_question(question=question, topics=[topic], by=make_user(Role.CODER), as_of=AFTER)

    assert list(question.topics.all()) == [topic]


def test_topics_that_a_question_came_on_or_left_are_kept_with_the_time() -> None:
    question = make_forecast().question
    one, other = (Topic.objects.create(slug=slug, name=slug) for slug in ("one", "other"))
    for moment, topics in ((AFTER, [one]), (LATER, [other]), (LATER, [other])):
        edit_question(question=question, topics=topics, by=make_user(Role.CODER), as_of=moment)

    changes = question.topic_changes.values_list("topic__slug", "was_on", "changed_at")
    assert list(changes) == [
        ("one", False, AFTER),
        ("one", True, LATER),
        ("other", False, LATER),
    ]
    ids = np.array([question.pk])
    found = {moment: topics_of(ids, as_of=moment) for moment in (START, AFTER, LATER, None)}
    assert {
        moment: [topics.names[code] for code in topics.code] for moment, topics in found.items()
    } == {START: [], AFTER: ["one"], LATER: ["other"], None: ["other"]}


def code(forecast: Forecast, number: str, as_of: datetime = START) -> None:
    record_coding(
        forecast=forecast,
        coder=make_user(Role.CODER),
        low=Decimal(number),
        mid=Decimal(number),
        high=Decimal(number),
        as_of=as_of,
    )


@pytest.mark.parametrize(("answer", "n_ranges"), [("yes", 1), ("no", 1), ("annulled", 2)])
def test_coding_after_the_answer_moves_no_score(answer: str, n_ranges: int) -> None:
    forecast = make_forecast(None)
    for _ in range(2):
        code(forecast, "0.2")
    resolve(forecast.question, answer)

    code(forecast, "0.9", as_of=AFTER)

    assert AdoptedRange.objects.count() == n_ranges
    assert forecast.codings.count() == 3


def test_codings_after_the_answer_adopt_where_nothing_was_adopted() -> None:
    forecast = make_forecast(None)
    resolve(forecast.question)

    for _ in range(2):
        code(forecast, "0.2", as_of=AFTER)

    assert AdoptedRange.objects.get().adopted_at == AFTER
