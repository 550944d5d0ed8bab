"""Whoever keeps a copy asks for what has changed since."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from forecasts.models import Role
from forecasts.services.codings import record_coding
from forecasts.services.questions import amend_question
from forecasts.services.resolutions import correct_resolution
from tests.api.worlds import NOW, correct, number
from tests.factories import LINKS, START, make_forecast, make_question, make_user, resolve

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def updated(reader: Client, path: str, since: datetime = NOW) -> list[Any]:
    query: dict[str, Any] = {
        "updated_since": since.isoformat(),
        "limit": 200,
        "include": "superseded",
    }
    if path != "forecasts/":
        query.pop("include")
    with time_machine.travel(LATER + timedelta(hours=1), tick=False):
        response = reader.get(f"/api/v1/{path}", query)
    assert response.status_code == 200, response.content
    return [row.get("slug", row.get("id")) for row in response.json()["results"]]


def test_what_was_there_before_is_not_repeated(reader: Client) -> None:
    make_forecast("0.7")

    assert [updated(reader, path) for path in ("questions/", "forecasts/", "sources/")] == [[]] * 3


def test_new_rows_are_found(reader: Client) -> None:
    question = make_question(as_of=LATER, deadline=LATER + timedelta(days=30))
    forecast = make_forecast("0.7", question=question, as_of=LATER)

    assert updated(reader, "questions/") == [question.slug]
    assert updated(reader, "forecasts/") == [forecast.pk]


def test_ruling_shows_with_its_question_and_its_forecasts(reader: Client) -> None:
    forecast = make_forecast("0.7")
    resolve(forecast.question, as_of=LATER)

    assert updated(reader, "questions/") == [forecast.question.slug]
    assert updated(reader, "forecasts/") == [forecast.pk]


def test_ruling_shows_with_what_hangs_on_it(reader: Client) -> None:
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes", as_of=START)
    resolve(parent, "yes", as_of=LATER)

    assert set(updated(reader, "questions/")) == {parent.slug, child.slug}


def test_correction_of_a_ruling_shows(reader: Client) -> None:
    question = make_question()
    resolve(question)
    correct_resolution(
        question=question, lead=make_user(Role.LEAD), answer="no", links=LINKS,
        known_at=question.deadline, reason="Misread", as_of=LATER,
    )  # fmt: skip

    assert updated(reader, "questions/") == [question.slug]


def test_amendment_shows(reader: Client) -> None:
    forecast = make_forecast("0.7")
    amend_question(
        question=forecast.question, changes={"title": "Clearer"}, reason="So",
        by=make_user(Role.LEAD), as_of=LATER,
    )  # fmt: skip

    assert updated(reader, "questions/") == [forecast.question.slug]
    assert updated(reader, "forecasts/") == [forecast.pk]


def test_deadline_that_has_passed_shows_and_one_to_come_does_not(reader: Client) -> None:
    passed = make_question(deadline=LATER)
    make_question(deadline=LATER + timedelta(days=30))

    assert updated(reader, "questions/") == [passed.slug]


def test_coding_shows_with_its_forecast(reader: Client) -> None:
    worded = make_forecast(None)
    record_coding(
        forecast=worded, coder=make_user(Role.CODER), low=number(".5"), mid=number(".6"),
        high=number(".7"), as_of=LATER,
    )  # fmt: skip

    assert updated(reader, "forecasts/") == [worded.pk]


def test_corrected_row_shows_with_its_successor(reader: Client) -> None:
    wrong = make_forecast("0.7")
    right = correct(wrong, as_of=LATER)

    assert set(updated(reader, "forecasts/")) == {wrong.pk, right.pk}
