"""What a coder is told about a question before it is saved."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forecasts.models import Question, QuestionFamily, Role, User
from tests.desk.conftest import sign_in
from tests.factories import DEADLINE, make_forecast, make_question, make_user, resolve
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
CHECK, ADD = "/admin/forecasts/question/check/", "/admin/forecasts/question/add/"
VAGUE = {
    "title": "Will a major storm come soon?",
    "slug": "storm",
    "resolution_criteria": "A storm comes.",
    "deadline_date": "2026-12-31",
    "required_verdicts": "1",
}


@pytest.fixture
def client(coder: User) -> Client:
    return sign_in(coder)


def found(response: Any) -> list[tuple[str, str]]:
    return [(row.code, row.field) for row in response.context["check"].findings]


def test_check_names_what_is_unclear_with_its_words(client: Client) -> None:
    response = client.post(CHECK, VAGUE)

    assert found(response) == [
        ("vague", "title"),
        ("vague", "title"),
        ("no_source", "resolution_criteria"),
        ("no_topic", "topics"),
    ]
    page = response.content.decode()
    assert 'data-summary="4 things to look at again."' in page
    assert "<mark>major</mark>" in page
    assert 'data-shows="#id_title"' in page


def test_question_that_asks_the_same_is_shown_without_its_outcome(client: Client) -> None:
    family = QuestionFamily.objects.create(slug="storms", title="Storms")
    twin = make_question(title="Will a storm hit the coast by 1 March 2026?", family=family)
    resolve(make_forecast(question=twin).question, "no")
    make_question(title="Will a storm hit the coast?", synthetic=True)

    response = client.post(CHECK, VAGUE | {"title": "Will a storm hit the coast by 1 May 2026?"})

    page = response.content.decode()
    assert [row.question for row in response.context["check"].twins] == [twin]
    assert reverse("admin:forecasts_question_change", args=[twin.pk]) in page
    assert "end of 30 January 2026 (UTC), family “Storms”" in page
    assert "resolved" not in page


def test_a_question_is_not_its_own_twin(client: Client) -> None:
    question = make_question(title="Will a storm hit the coast?")

    other = client.post(CHECK, VAGUE | {"title": question.title})
    own = client.post(f"{CHECK}?but={question.pk}", VAGUE | {"title": question.title})

    assert [row.question for row in other.context["check"].twins] == [question]
    assert own.context["check"].twins == []


def test_check_button_shows_the_same_and_loses_nothing(client: Client) -> None:
    typed = VAGUE | {"said_on": "2027-01-01", "opens_at": "", "interim_days": "7"}

    response = client.post(ADD, typed | {"_check": "1"})

    page = response.content.decode()
    assert response.status_code == 200
    assert not Question.objects.exists()
    assert found(response) == [*found(client.post(CHECK, typed))]
    assert ("before_statement", "deadline") in found(response)
    assert 'value="Will a major storm come soon?"' in page
    assert "A storm comes.</textarea>" in page
    assert 'value="2026-12-31"' in page
    assert 'value="2027-01-01"' in page
    assert "errornote" not in page


def test_findings_do_not_keep_a_question_from_being_saved(client: Client) -> None:
    response = client.post(ADD, VAGUE | {"said_on": "2026-01-01"})

    assert response.status_code == 302
    assert Question.objects.get().title == VAGUE["title"]


def test_what_is_refused_and_what_is_unclear_are_shown_together(client: Client) -> None:
    response = client.post(ADD, VAGUE | {"deadline_date": ""})

    assert "This field is required." in response.content.decode()
    assert ("vague", "title") in found(response)


def test_recorded_question_is_checked_while_it_can_be_edited(client: Client) -> None:
    question = make_question(title="Will a major storm come?")
    url = reverse("admin:forecasts_question_change", args=[question.pk])

    before = client.get(url)
    make_forecast(question=question)
    after = client.get(url)

    assert found(before)[0] == ("vague", "title")
    assert f"{CHECK}?but={question.pk}" in before.content.decode()
    assert "check" not in after.context
    assert "live-check" not in after.content.decode()


def test_nothing_typed_is_nothing_to_check(client: Client) -> None:
    page = client.get(ADD)

    assert page.context["check"].summary == "Nothing to check yet."
    assert found(page) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": "Will\0 it?"}, ("unreadable", "title")),
        ({"title": "Will \u202eit?"}, ("unreadable", "title")),
        ({"title": "W" * 301}, ("too_long", "title")),
        ({"resolution_criteria": "x" * 20_001}, ("too_long", "resolution_criteria")),
    ],
)
def test_what_no_form_takes_is_said_and_not_looked_into(
    client: Client, fields: dict[str, str], expected: tuple[str, str]
) -> None:
    response = client.post(CHECK, VAGUE | fields)

    assert response.status_code == 200
    assert found(response) == [expected]


@pytest.mark.parametrize("date", ["9999-12-31", "0001-01-01", "\0", "soon", "2026-02-30"])
def test_dates_that_are_none_are_left_to_the_form(client: Client, date: str) -> None:
    response = client.post(
        CHECK, VAGUE | {"deadline_date": date, "said_on": date, "opens_at": date}
    )

    assert response.status_code == 200


def test_ten_megabytes_are_refused_before_anything_is_read(client: Client) -> None:
    with counted_queries() as made:
        response = client.post(CHECK, VAGUE | {"resolution_criteria": "x" * 10_000_000})

    assert response.status_code == 400
    assert len(made) == 2  # who is signed in


def test_check_is_for_those_who_record_and_only_asked_by_post(client: Client, roles: None) -> None:
    reviewer = sign_in(make_user(Role.REVIEWER))

    assert client.get(CHECK).status_code == 405
    assert reviewer.post(CHECK, VAGUE).status_code == 403
    assert Client().post(CHECK, VAGUE).status_code == 302


def test_a_check_takes_the_same_few_queries_however_many_questions_there_are(
    client: Client,
) -> None:
    def queries() -> int:
        with counted_queries() as made:
            client.post(CHECK, VAGUE)
        return len(made)

    make_question(title=VAGUE["title"])
    few = queries()
    for number in range(5):
        make_question(title=VAGUE["title"], deadline=DEADLINE + timedelta(number))

    assert queries() == few == 6
