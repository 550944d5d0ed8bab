"""What leads do at their desk: settle, correct, reopen, amend."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forecasts.models import Amendment, Question, Resolution, Role, User
from forecasts.services.resolutions import correct_resolution
from forecasts.services.verdicts import give_verdict
from tests.desk.conftest import sign_in
from tests.factories import AFTER, DEADLINE, make_forecast, make_question, make_user, resolve

pytestmark = pytest.mark.django_db
SETTLED = {
    "action": "settle",
    "answer": "yes",
    "known_at": "2026-01-30T00:00",
    "links": "https://example.org/one\nhttps://example.org/two",
    "reason": "The court's ruling decides it.",
}
CORRECTED = {**SETTLED, "action": "correct", "answer": "no"}


def url_of(question: Question) -> str:
    return reverse("admin:desk_duequestion_change", args=[question.pk])


def disagree(*reviewers: User) -> Question:
    """A question with a yes and a no."""
    question = make_question(required_verdicts=2)
    people = [*reviewers, make_user(Role.REVIEWER), make_user(Role.REVIEWER)]
    for reviewer, answer in zip(people, ("yes", "no"), strict=False):
        give_verdict(
            question=question, reviewer=reviewer, answer=answer, known_at=DEADLINE,
            links=[f"https://example.org/{answer}"], note=f"I say {answer}.", as_of=AFTER,
        )  # fmt: skip
    return question


def ruling(question: Question) -> Resolution:
    return Resolution.objects.in_force().get(question=question)


def evidence(question: Question) -> set[str]:
    """What a lead handed in with the ruling in force."""
    return set(ruling(question).evidence.values_list("url", flat=True))


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def test_a_lead_reads_both_verdicts_side_by_side_and_settles(lead: User) -> None:
    question = disagree()
    client = sign_in(lead)

    page = client.get(url_of(question)).content.decode()
    response = client.post(url_of(question), SETTLED)

    assert "I say yes." in page
    assert "I say no." in page
    assert response.status_code == 302
    assert (ruling(question).answer, ruling(question).basis) == ("yes", "lead")
    assert evidence(question) == {"https://example.org/one", "https://example.org/two"}


def test_settling_needs_a_reason_and_keeps_what_was_typed(lead: User) -> None:
    response = sign_in(lead).post(url_of(disagree()), {**SETTLED, "reason": " "})

    assert errors(response) == {"reason": ["Give a reason: it is shown in public."]}
    assert b'value="2026-01-30T00:00"' in response.content


def test_an_answer_without_evidence_is_refused_at_the_links(lead: User) -> None:
    question = make_question()
    resolve(question, "yes")

    response = sign_in(lead).post(url_of(question), {**CORRECTED, "links": ""})

    assert list(errors(response)) == ["links"]
    assert ruling(question).answer == "yes"


def test_a_link_that_is_none_is_named_and_what_was_typed_stays(lead: User) -> None:
    response = sign_in(lead).post(url_of(disagree()), {**SETTLED, "links": "example"})

    assert list(errors(response)) == ["links"]
    assert b">\nexample</textarea>" in response.content


def test_reviewers_see_what_an_earlier_ruling_of_a_lead_rested_on(
    lead: User, reviewer: User
) -> None:
    question = make_question()
    resolve(question, "yes")
    client = sign_in(lead)
    client.post(url_of(question), CORRECTED)
    client.post(url_of(question), {**CORRECTED, "answer": "reopened", "known_at": "", "links": ""})

    page = sign_in(reviewer).get(url_of(question)).content

    assert b"https://example.org/one" in page


def test_a_lead_who_answered_leaves_settling_to_another() -> None:
    lead = make_user(Role.LEAD, Role.REVIEWER)
    question = disagree(lead)
    client = sign_in(lead)

    page = client.get(url_of(question))
    response = client.post(url_of(question), SETTLED)

    assert b"so another lead has to settle it" in page.content
    assert page.context["form"] is None
    assert "another lead" in errors(response)["__all__"][0]


def test_a_reviewer_cannot_settle_by_a_forged_form(reviewer: User) -> None:
    question = disagree()

    response = sign_in(reviewer).post(url_of(question), SETTLED)

    assert errors(response) == {
        "__all__": ["Only a lead may do this; being an administrator does not make one."]
    }
    assert not Resolution.objects.exists()


def test_a_ruling_is_corrected_in_the_open(lead: User) -> None:
    question = make_question()
    resolve(question)
    client = sign_in(lead)

    page = client.get(url_of(question)).content
    response = client.post(url_of(question), CORRECTED)

    assert b"Correct or reopen" in page
    assert response.status_code == 302
    assert (ruling(question).answer, ruling(question).reason) == ("no", SETTLED["reason"])
    assert evidence(question) == {"https://example.org/one", "https://example.org/two"}
    assert b"https://example.org/two" in client.get(url_of(question)).content
    assert Resolution.objects.count() == 2


def test_a_ruling_is_reopened(lead: User) -> None:
    question = make_question()
    resolve(question)

    page = sign_in(lead).post(
        url_of(question), {**CORRECTED, "answer": "reopened", "known_at": ""}, follow=True
    )

    assert "is open again." in page.content.decode()
    assert Question.objects.unresolved().get() == question


def test_two_corrections_at_once_are_not_stacked_unseen(lead: User) -> None:
    question = make_question()
    resolve(question)
    client = sign_in(lead)
    version = client.get(url_of(question)).context["version"]
    correct_resolution(
        question=question, lead=make_user(Role.LEAD), answer="annulled", reason="Bad question.",
        as_of=AFTER,
    )  # fmt: skip

    response = client.post(url_of(question), {**CORRECTED, "version": version})

    assert response.status_code == 409
    assert "was changed while the form was open" in errors(response)["__all__"][0]
    assert b"Resolved: Annulled" in response.content
    assert ruling(question).answer == "annulled"


def test_a_lead_who_answered_does_not_correct() -> None:
    lead, question = make_user(Role.LEAD, Role.REVIEWER), make_question()
    give_verdict(question=question, reviewer=lead, answer="annulled", links=[], as_of=AFTER)

    page = sign_in(lead).get(url_of(question))

    assert page.context["form"] is None
    assert b"another lead has to settle it" in page.content


def test_a_lead_who_coded_does_not_correct() -> None:
    lead = make_user(Role.LEAD)
    question = make_forecast(by=lead).question
    resolve(question)

    page = sign_in(lead).get(url_of(question))

    assert page.context["form"] is None
    assert b"You coded a forecast on this question" in page.content


class TestAmending:
    """Frozen criteria change in the open only."""

    @pytest.fixture
    def question(self) -> Question:
        return make_forecast().question

    @pytest.fixture
    def client(self, lead: User) -> Client:
        return sign_in(lead)

    def url(self, question: Question) -> str:
        return reverse("admin:forecasts_question_amend", args=[question.pk])

    def typed(self, question: Question, **fields: str) -> dict[str, str]:
        as_they_are = {
            "title": question.title,
            "resolution_criteria": question.resolution_criteria,
            "deadline_date": "2026-01-30",
            "deadline_time": "",
            "reason": "As announced.",
        }
        return as_they_are | fields

    def test_the_form_shows_the_deadline_as_the_day_it_ends(
        self, client: Client, question: Question
    ) -> None:
        page = client.get(self.url(question)).content.decode()

        assert 'value="2026-01-30"' in page
        assert "Without a time: the end of that day, 24:00 UTC." in page

    def test_a_moved_deadline_is_recorded(self, client: Client, question: Question) -> None:
        response = client.post(self.url(question), self.typed(question, deadline_date="2026-03-31"))

        assert response.status_code == 302
        assert Question.objects.get().deadline == datetime.fromisoformat("2026-04-01T00:00Z")
        assert Amendment.objects.get().reason == "As announced."

    def test_what_is_only_spaced_differently_is_not_amended(
        self, client: Client, question: Question
    ) -> None:
        response = client.post(
            self.url(question),
            self.typed(question, resolution_criteria=f" {question.resolution_criteria}\r\n"),
        )

        assert errors(response) == {"__all__": ["The amendment changes nothing."]}

    def test_difference_is_shown_before_anything_is_recorded(
        self, client: Client, question: Question
    ) -> None:
        typed = self.typed(question, resolution_criteria="It happens twice.", deadline_time="12:00")

        response = client.post(self.url(question), {**typed, "_preview": "1"})

        page = response.content.decode()
        assert [row.field for row in response.context["preview"]] == [
            "resolution_criteria",
            "deadline",
        ]
        assert 'happens<ins><span class="visually-hidden">added: </span> twice</ins>.' in page
        assert "30 January 2026" in page
        assert "As announced." in page
        assert not Amendment.objects.exists()

    def test_a_look_at_no_difference_says_so(self, client: Client, question: Question) -> None:
        response = client.post(self.url(question), {**self.typed(question), "_preview": "1"})

        assert errors(response) == {"__all__": ["The amendment changes nothing."]}

    def test_what_was_amended_after_the_look_is_not_overwritten(
        self, client: Client, question: Question
    ) -> None:
        version = client.get(self.url(question)).context["version"]
        client.post(self.url(question), self.typed(question, title="First"))
        typed = {**self.typed(question, title="Second"), "version": version}

        looked = client.post(self.url(question), {**typed, "_preview": "1"})
        response = client.post(self.url(question), {**typed, "version": looked.context["version"]})

        assert response.status_code == 409
        assert Question.objects.get().title == "First"

    def test_nothing_typed_is_lost(self, client: Client, question: Question) -> None:
        response = client.post(
            self.url(question), self.typed(question, title="Another <title>", reason="")
        )

        assert "reason" in errors(response)
        assert b"Another &lt;title&gt;" in response.content
        assert not Amendment.objects.exists()

    def test_an_amendment_upon_another_one_is_refused_once(
        self, client: Client, question: Question
    ) -> None:
        version = client.get(self.url(question)).context["version"]
        client.post(self.url(question), self.typed(question, title="First"))

        response = client.post(
            self.url(question), {**self.typed(question, title="Second"), "version": version}
        )

        assert response.status_code == 409
        assert Question.objects.get().title == "First"

    def test_an_administrator_is_refused_by_the_service(
        self, administrator: User, question: Question
    ) -> None:
        response = sign_in(administrator).post(
            self.url(question), self.typed(question, title="Mine")
        )

        assert errors(response) == {
            "__all__": ["Only a lead may do this; being an administrator does not make one."]
        }

    def test_a_question_that_does_not_exist_is_not_found(self, client: Client) -> None:
        assert client.get("/admin/forecasts/question/999/amend/").status_code == 404

    def test_a_deadline_before_the_opening_is_refused_at_its_field(self, client: Client) -> None:
        question = make_question(opens_at=DEADLINE - timedelta(days=3))

        response = client.post(self.url(question), self.typed(question, deadline_date="2026-01-02"))

        assert list(errors(response)) == ["deadline"]
