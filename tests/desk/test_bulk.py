"""Snoozing and assigning from the queue: nothing half done in silence, nothing overwritten."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.admin import bulk_pages
from desk.bulks import read_questions
from desk.versions import version_of
from forecasts.models import Assignment, Question, Role, Snooze, User
from forecasts.services.assignments import assign_questions
from forecasts.services.snoozes import snooze_questions
from tests.desk.conftest import sign_in
from tests.factories import AFTER, make_forecast, make_question, make_user, resolve

pytestmark = pytest.mark.django_db
QUEUE = "/admin/desk/duequestion/"
SNOOZED = {"kind": "week", "until_0": "", "until_1": "", "reason": "The court is closed."}


def row(question: Question) -> str:
    """As the confirm page carries a question."""
    return f"{question.pk}:{version_of(read_questions([question.pk])[0])}"


def post(user: User, name: str, questions: list[str], **fields: Any) -> Any:
    return sign_in(user).post(f"{QUEUE}{name}/", {"row": questions, **fields})


def test_the_queue_leads_to_a_page_that_says_what_will_happen(reviewer: User) -> None:
    questions = [make_question(title="one"), make_question(title="two")]
    form = {"action": ["", "bulk_snooze", "bulk_assign"], "index": "1", "select_across": "0"}

    response = sign_in(reviewer).post(
        f"{QUEUE}?show=all", {**form, "_selected_action": [q.pk for q in questions]}
    )

    page = response.content.decode()
    assert response.status_code == 200
    assert "Snooze: 2 questions" in page
    assert page.count("Nobody is asked until then.") == 2
    assert not Snooze.objects.exists()


@pytest.mark.parametrize(
    ("n_chosen", "title", "said"),
    [
        (2, "Snooze: 2 questions", ""),
        (3, "Snooze: 2 of 3 questions", "1 question of those you chose is left out"),
        (4, "Snooze: 2 of 4 questions", "2 questions of those you chose are left out"),
    ],
)
def test_rows_beyond_the_most_are_said_to_be_left_out(
    reviewer: User, monkeypatch: pytest.MonkeyPatch, n_chosen: int, title: str, said: str
) -> None:
    monkeypatch.setattr(bulk_pages, "MAX_ROWS", 2)
    form = {"action": ["", "bulk_snooze", "bulk_assign"], "index": "1", "select_across": "1"}
    chosen = [make_question().pk for _ in range(n_chosen)]

    response = sign_in(reviewer).post(f"{QUEUE}?show=all", {**form, "_selected_action": chosen})

    assert response.context["title"] == title
    assert len(response.context["rows"]) == 2
    assert said in response.content.decode()
    assert ("left out" in response.content.decode()) is bool(said)


@pytest.mark.parametrize(
    ("days", "is_told"), [(-1, False), (0, False), (1, True), (365, True), (366, False)]
)
def test_a_snooze_says_that_a_question_may_come_due_meanwhile(
    reviewer: User, days: int, is_told: bool
) -> None:
    question = make_question(deadline=AFTER + timedelta(days=days))

    page = sign_in(reviewer).get(f"{QUEUE}snooze/?row={question.pk}").content.decode()

    assert "Nobody is asked until then." in page
    assert ("it comes due meanwhile, and is asked about after the snooze." in page) is is_told


def test_all_rows_are_snoozed_with_one_reason(reviewer: User) -> None:
    rows = [row(make_question()) for _ in range(3)]

    response = post(reviewer, "snooze", rows, **SNOOZED)

    assert response.headers["Location"] == QUEUE
    reasons = Snooze.objects.values_list("reason", "until")
    assert set(reasons) == {("The court is closed.", AFTER + timedelta(days=7))}
    assert len(reasons) == 3


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": " "}, "reason"),
        ({"kind": ""}, "kind"),
        ({"kind": "date"}, "until"),
        ({"kind": "date", "until_date": "2025-01-01"}, "until"),
        ({"reason": "a\0b"}, "reason"),
    ],
)
def test_what_was_typed_wrongly_is_refused_before_any_row(
    reviewer: User, fields: dict[str, str], field: str
) -> None:
    rows = [row(make_question()), row(make_question())]

    response = post(reviewer, "snooze", rows, **{**SNOOZED, **fields})

    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not Snooze.objects.exists()
    assert [value for _, value in response.context["rows"]] == rows


def test_a_row_that_changed_meanwhile_is_told_and_not_overwritten(reviewer: User) -> None:
    same, changed = make_question(title="same"), make_question(title="changed")
    rows = [row(same), row(changed)]
    snooze_questions(
        questions=[changed], kind="month", reason="A strike.", by=make_user(Role.LEAD), as_of=AFTER
    )

    response = post(reviewer, "snooze", rows, **SNOOZED)

    page = response.content.decode()
    assert response.status_code == 409
    assert "Not done: 1 question" in page
    assert "It was snoozed until 3 March 2026: A strike." in page
    assert "The court is closed." in page
    assert list(Snooze.objects.in_force(AFTER).values_list("question__title", "kind")) == [
        ("changed", "month"),
        ("same", "week"),
    ]
    assert [value for _, value in response.context["rows"]] == [row(changed)]


def test_a_resolved_row_is_left_out_with_the_reason(reviewer: User) -> None:
    open_one, resolved = make_question(title="open"), make_question(title="resolved")
    rows = [row(open_one), row(resolved)]
    resolve(resolved)

    page = sign_in(reviewer).get(f"{QUEUE}snooze/?row={open_one.pk}&row={resolved.pk}")
    response = post(reviewer, "snooze", rows, **SNOOZED)

    assert "Left as it is: Nobody is asked about &quot;resolved&quot; now" in page.content.decode()
    assert page.context["n_possible"] == 1
    assert "It was resolved “yes”" in response.content.decode()
    assert Snooze.objects.get().question == open_one


def test_a_lead_assigns_all_but_those_the_reviewer_coded(lead: User) -> None:
    both = make_user(Role.CODER, Role.REVIEWER)
    free, coded = make_question(title="free"), make_question(title="coded")
    make_forecast(by=both, question=coded)

    response = post(
        lead, "assign", [row(free), row(coded)], reviewer=both.pk, reason="You know it."
    )

    assert "they coded it, or have answered it already" in response.content.decode()
    assert Assignment.objects.open().get().question == free
    assert response.context["refused"][0].question == coded


def test_a_reviewer_takes_for_themselves_only(reviewer: User) -> None:
    other, question = make_user(Role.REVIEWER), make_question()

    to_other = post(reviewer, "assign", [row(question)], reviewer=other.pk, reason="Yours.")
    to_self = post(reviewer, "assign", [row(question)], reviewer=reviewer.pk, reason="")

    assert "reviewer" in to_other.context["form"].errors
    assert to_self.status_code == 302
    assert Assignment.objects.open().get().reviewer == reviewer


def test_snoozing_one_in_a_run_goes_on_to_the_next(reviewer: User) -> None:
    questions = [make_question(title=title) for title in ("one", "two")]
    assign_questions(questions=questions, reviewer=reviewer, by=reviewer, as_of=AFTER)

    response = post(reviewer, "snooze", [row(questions[0])], then="next", **SNOOZED)

    assert response.headers["Location"] == f"{QUEUE}{questions[1].pk}/change/"


@pytest.mark.parametrize(
    "rows", [[], ["x"], ["999999"], ["9" * 30], ["9" * 5000], ["-1:0.0"], ["1:x.y"]]
)
@pytest.mark.parametrize("name", ["snooze", "assign"])
def test_rows_that_are_none_lead_back(reviewer: User, name: str, rows: list[str]) -> None:
    got = sign_in(reviewer).get(f"{QUEUE}{name}/", {"row": rows})
    posted = post(reviewer, name, rows, **SNOOZED, reviewer=reviewer.pk)

    assert got.status_code == 302
    assert posted.status_code in {200, 302}
    assert not Snooze.objects.exists()


@pytest.mark.parametrize("name", ["snooze", "assign"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_more_rows_than_are_done_at_a_time_are_refused(
    reviewer: User, name: str, method: str
) -> None:
    rows = [row(make_question()), *(f"{number}:" for number in range(9_000, 9_200))]
    data = {"row": rows, **SNOOZED, "reviewer": reviewer.pk}

    response = getattr(sign_in(reviewer), method)(f"{QUEUE}{name}/", data, follow=True)

    said = [str(message) for message in response.context["messages"]]
    assert response.redirect_chain == [(QUEUE, 302)]
    assert said == [
        "Nothing was done: you chose 201 questions, and no more than 200 are done at a time."
    ]
    assert not Snooze.objects.exists()
    assert not Assignment.objects.exists()


def test_as_many_rows_as_are_done_at_a_time_are_done(reviewer: User) -> None:
    rows = [row(make_question()), *(f"{number}:" for number in range(9_000, 9_199))]

    response = post(reviewer, "snooze", rows, **SNOOZED)

    assert response.status_code == 302
    assert Snooze.objects.count() == 1


@pytest.mark.parametrize("name", ["snooze", "assign"])
def test_the_confirm_page_asks_as_often_for_sixty_rows_as_for_five(lead: User, name: str) -> None:
    questions, counts = [make_question() for _ in range(60)], []
    client = sign_in(lead)

    for n in (5, 60):
        query = "&".join(f"row={question.pk}" for question in questions[:n])
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{QUEUE}{name}/?{query}")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 15


@pytest.mark.parametrize("chosen", ["abc", "", "-1", "9" * 30, "²"])
def test_a_choice_that_is_no_number_is_refused(reviewer: User, chosen: str) -> None:
    make_question()
    data = {"action": ["", "bulk_snooze", "bulk_assign"], "index": "1", "_selected_action": chosen}

    response = sign_in(reviewer).post(QUEUE, data)

    assert response.status_code == 400
