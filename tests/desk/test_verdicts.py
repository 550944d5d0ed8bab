"""Giving a verdict in the admin: what is read, what is refused, and that nothing typed is lost."""

from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from forecasts.models import Evidence, Question, Role, User, Verdict
from forecasts.services.assignments import assign_reviewers
from forecasts.services.questions import amend_question
from forecasts.services.resolutions import correct_resolution
from forecasts.services.verdicts import give_verdict
from tests.desk.conftest import sign_in
from tests.factories import (
    AFTER,
    DEADLINE,
    make_forecast,
    make_question,
    make_user,
    resolve,
)

pytestmark = pytest.mark.django_db
REMOVED, ADDED = (f'<span class="visually-hidden">{what}: </span>' for what in ("removed", "added"))
DAY = timedelta(days=1)
TYPED = {
    "answer": "no",
    "known_at": "2026-01-31T12:30",
    "links": "https://example.org/one\nhttps://example.org/two",
    "note": "The ministry <denied> it.",
}


def url_of(question: Question) -> str:
    return reverse("admin:desk_duequestion_change", args=[question.pk])


def post(client: Client, question: Question, **fields: Any) -> Any:
    return client.post(url_of(question), {"action": "verdict", **TYPED, **fields})


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def assert_kept(response: Any) -> None:
    """The page that comes back holds all that was typed."""
    page = unescape(response.content.decode())
    assert 'value="no" id="id_answer_1"' in page.replace(" required", "")
    assert page.count(" checked") == 1
    for name in ("links", "note"):
        assert TYPED[name] in page
    assert f'value="{TYPED["known_at"]}"' in page


def answer(question: Question, user: User | None = None, says: str = "yes") -> Verdict:
    return give_verdict(
        question=question,
        reviewer=user or make_user(Role.REVIEWER),
        answer=says,
        known_at=DEADLINE,
        links=["https://example.org/"],
        as_of=AFTER,
    )


def test_the_form_shows_all_that_a_reviewer_may_know() -> None:
    reviewer = make_user(Role.REVIEWER, time_zone="Europe/Berlin")
    parent = make_question(title="Does it begin?", synthetic=True)
    question = make_question(
        title="Does it last?", resolution_criteria="It lasts a week.", synthetic=True,
        depends_on=parent, depends_on_answer="yes",
    )  # fmt: skip
    resolve(parent)
    amend_question(
        question=question, changes={"resolution_criteria": "It lasts two weeks."},
        reason="A week is too short.", by=make_user(Role.LEAD), as_of=AFTER,
    )  # fmt: skip

    page = sign_in(reviewer).get(url_of(question)).content.decode()

    for text in (
        "Does it last?",
        'class="badge"',
        "It lasts two weeks.",
        f"<del>{REMOVED}a week</del><ins>{ADDED}two weeks</ins>",
        "A week is too short.",
        "end of 30 January 2026 (UTC)",
        "31 Jan 2026, 01:00 Europe/Berlin",
        "1 day ago",
        "Does it begin?",
        "It was resolved <strong>yes</strong>",
        "In your time zone, Europe/Berlin.",
        "0 of 1 verdict given so far",
    ):
        assert text in page


def test_a_verdict_is_stored_and_resolves_the_question(reviewer: User) -> None:
    question = make_question()
    file = SimpleUploadedFile("../Report\u202e.PDF", b"%PDF-1.7 report")

    response = post(sign_in(reviewer), question, files=[file])

    assert response.status_code == 302
    verdict = Verdict.objects.get()
    assert (verdict.reviewer, verdict.answer, verdict.note) == (reviewer, "no", TYPED["note"])
    assert verdict.known_at == datetime.fromisoformat("2026-01-31T12:30Z")
    assert set(Evidence.objects.values_list("url", "file_name")) == {
        ("https://example.org/one", ""),
        ("https://example.org/two", ""),
        ("", "Report.pdf"),
    }
    assert not Question.objects.unresolved().exists()


def test_known_at_is_typed_in_the_zone_of_the_reviewer() -> None:
    question = make_question()

    post(sign_in(make_user(Role.REVIEWER, time_zone="America/New_York")), question)

    assert Verdict.objects.get().known_at == datetime.fromisoformat("2026-01-31T17:30Z")


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"answer": ""}, "answer", "Choose an answer."),
        ({"answer": "perhaps"}, "answer", "Select a valid choice."),
        ({"links": ""}, "links", "A verdict of yes or no needs evidence"),
        ({"links": "example.org"}, "links", "“example.org” is not a complete address"),
        ({"links": "javascript:alert(1)"}, "links", "is not a complete address"),
        ({"known_at": ""}, "known_at", "Say when the world knew the answer"),
        ({"known_at": "2026-02-02T00:00"}, "known_at", "This time lies in the future."),
        ({"known_at": "9999-12-31T23:59"}, "known_at", "between the years 1990 and 2200"),
        ({"known_at": "0001-01-01T00:00"}, "known_at", "between the years 1990 and 2200"),
        ({"known_at": "soon"}, "known_at", "Enter a valid date/time."),
        ({"note": "evil\u202e"}, "note", "The character U+202E cannot be stored"),
        ({"note": "nul\0"}, "note", "Null characters are not allowed."),
        ({"links": "https://example.org/\0"}, "links", "Null characters are not allowed."),
        ({"note": "x" * 4001}, "note", "at most 4000 characters"),
        ({"links": "https://example.org/" + "x" * 2100}, "links", "is not a complete address"),
        ({"links": "https://example.org/\u202e"}, "links", "U+202E"),
        ({"links": "\n".join(f"https://a.org/{n}" for n in range(21))}, "links", "At most 20"),
    ],
)
def test_what_is_refused_is_said_at_its_field(
    reviewer: User, fields: dict[str, str], field: str, message: str
) -> None:
    question = make_question()

    response = post(sign_in(reviewer), question, **fields)

    assert response.status_code == 200
    assert list(errors(response)) == [field]
    assert message in errors(response)[field][0]
    assert b"Nothing was saved yet" in response.content
    assert not Verdict.objects.exists()


def test_a_refusal_keeps_all_that_was_typed(reviewer: User) -> None:
    question = make_question(depends_on=make_question(), depends_on_answer="yes")

    response = post(sign_in(reviewer), question)

    assert errors(response)["__all__"][0].startswith("This question hangs on")
    assert_kept(response)


def test_an_early_no_without_a_note_is_refused_at_the_note(reviewer: User) -> None:
    question = make_question(deadline=AFTER + DAY)

    response = post(sign_in(reviewer), question, note=" ")

    assert errors(response)["note"][0].startswith("The deadline has not passed: write why")
    assert not Verdict.objects.exists()


def test_a_time_that_the_clocks_skip_is_explained(reviewer: User) -> None:
    user = make_user(Role.REVIEWER, time_zone="Europe/Berlin")

    response = post(sign_in(user), make_question(), known_at="2025-03-30T02:30")

    assert "be interpreted in time zone Europe/Berlin" in errors(response)["known_at"][0]


def test_files_that_no_browser_keeps_are_asked_for_again(reviewer: User) -> None:
    file = SimpleUploadedFile("report.pdf", b"%PDF-1.7")

    response = post(sign_in(reviewer), make_question(), known_at="", files=[file])

    assert b"please choose them again" in response.content
    assert TYPED["note"] in unescape(response.content.decode())


def test_without_files_none_are_asked_for_again(reviewer: User) -> None:
    response = post(sign_in(reviewer), make_question(), known_at="")

    assert b"please choose them again" not in response.content


def test_a_file_of_another_kind_is_refused_by_name(reviewer: User) -> None:
    file = SimpleUploadedFile("page.pdf", b"<script>\x00</script>")

    response = post(sign_in(reviewer), make_question(), files=[file])

    assert errors(response)["files"][0].startswith("“page” is not a file that can be kept")


def test_who_loses_a_race_is_told_by_409_and_keeps_what_was_typed(reviewer: User) -> None:
    question = make_question()
    client = sign_in(reviewer)
    client.get(url_of(question))
    resolve(question)

    response = post(client, question)

    assert response.status_code == 409
    assert errors(response)["__all__"] == [
        (
            'This question was resolved meanwhile as "yes" on 2026-02-01 00:00 UTC. '
            "Nothing was changed; what you typed is still in the form."
        )
    ]
    assert_kept(response)
    assert Verdict.objects.filter(reviewer=reviewer).count() == 0
    assert question.resolutions.count() == 1


def test_an_impasse_that_came_meanwhile_is_a_lost_race(reviewer: User) -> None:
    question = make_question(required_verdicts=2)
    answer(question, says="ambiguous")

    response = post(sign_in(reviewer), question)

    assert response.status_code == 409
    assert "a lead has to settle it" in errors(response)["__all__"][0]
    assert_kept(response)


def test_criteria_amended_meanwhile_have_to_be_read_first(reviewer: User) -> None:
    question = make_question()
    client = sign_in(reviewer)
    version = client.get(url_of(question)).context["version"]
    amend_question(
        question=question, changes={"resolution_criteria": "It happens twice."},
        reason="As meant.", by=make_user(Role.LEAD), as_of=AFTER,
    )  # fmt: skip

    refused = post(client, question, version=version)
    accepted = post(client, question, version=refused.context["version"])

    assert refused.status_code == 409
    assert "was changed while the form was open" in errors(refused)["__all__"][0]
    assert_kept(refused)
    assert b"It happens twice." in refused.content
    assert accepted.status_code == 302


def test_who_coded_the_question_is_told_instead_of_asked() -> None:
    both = make_user(Role.CODER, Role.REVIEWER)
    question = make_forecast(by=both).question
    client = sign_in(both)

    page = client.get(url_of(question))
    posted = post(client, question)

    assert b"You coded a forecast on this question" in page.content
    assert page.context["form"] is None
    assert "You coded a forecast on this question" in errors(posted)["__all__"][0]
    assert not Verdict.objects.exists()


def test_an_administrator_is_not_an_editor(administrator: User) -> None:
    question = make_question()
    client = sign_in(administrator)

    page = client.get(url_of(question))
    posted = post(client, question)

    assert b"being an administrator does not make one" in page.content
    assert page.context["form"] is None
    assert posted.status_code == 200
    assert "Only a reviewer may do this" in errors(posted)["__all__"][0]
    assert not Verdict.objects.exists()


def test_a_question_that_is_not_due_can_be_answered_early(reviewer: User) -> None:
    question = make_question(deadline=AFTER + DAY)
    client = sign_in(reviewer)

    page = client.get(url_of(question))
    early = post(client, question, answer="yes")

    assert b"a question can only be resolved yes or annulled" in page.content
    assert early.status_code == 302
    assert Question.objects.resolved().get() == question


def test_a_question_that_waits_for_its_condition_can_only_be_annulled(reviewer: User) -> None:
    parent = make_question(title="Does it begin?")
    question = make_question(depends_on=parent, depends_on_answer="yes")
    client = sign_in(reviewer)

    page = client.get(url_of(question)).content.decode()
    refused = post(client, question)
    annulled = post(client, question, answer="annulled")

    assert "It has not been resolved yet." in page
    assert "Until then it can only be annulled." in page
    assert "hangs on" in errors(refused)["__all__"][0]
    assert annulled.status_code == 302


def test_a_resolved_question_shows_its_ruling_and_no_form(reviewer: User) -> None:
    question = make_question()
    resolve(question)

    response = sign_in(reviewer).get(url_of(question))

    assert response.status_code == 200
    assert b"Resolved: Yes" in response.content
    assert response.context["form"] is None


def test_after_the_verdict_the_page_shows_it_and_waits_for_a_second_opinion(
    reviewer: User,
) -> None:
    question = make_question(required_verdicts=2)
    client = sign_in(reviewer)

    page = client.post(
        url_of(question), {"action": "verdict", **TYPED}, follow=True
    ).content.decode()

    assert "Your verdict is in. “Will" in page
    assert "waits for a second opinion" in page
    assert "You answered: No, it did not happen" in page
    assert "1 of 2 verdicts are in." in page
    assert "The ministry &lt;denied&gt; it." in page


def test_an_answer_that_leads_to_an_impasse_says_so(reviewer: User) -> None:
    question = make_question()

    page = sign_in(reviewer).post(
        url_of(question), {"action": "verdict", **TYPED, "answer": "ambiguous"}, follow=True
    )

    assert "now goes to a lead." in page.content.decode()
    assert "You answered: Ambiguous: it cannot be told" in page.content.decode()


def test_save_and_next_goes_to_the_next_question_of_mine(reviewer: User) -> None:
    first = make_question(title="first", deadline=DEADLINE - 2 * DAY)
    second = make_question(title="second", deadline=DEADLINE - DAY)
    assign_reviewers(as_of=AFTER)
    make_question(title="nobody's", deadline=DEADLINE - 3 * DAY)
    client = sign_in(reviewer)

    to_second = post(client, first, _next="")
    to_queue = client.post(url_of(second), {"action": "verdict", **TYPED, "_next": ""}, follow=True)

    assert to_second.headers["Location"] == url_of(second)
    assert to_queue.redirect_chain == [("/admin/desk/duequestion/?show=mine", 302)]
    assert "That was the last question that waits for you." in to_queue.content.decode()


def test_save_and_next_is_offered_only_where_there_is_a_next_one(reviewer: User) -> None:
    question = make_question()
    assign_reviewers(as_of=AFTER)
    client = sign_in(reviewer)

    alone = client.get(url_of(question)).content
    make_question()
    assign_reviewers(as_of=AFTER)
    with_another = client.get(url_of(question)).content

    assert (b"Save and next" in alone, b"Save and next" in with_another) == (False, True)


def test_a_question_answered_twice_is_answered_once(reviewer: User) -> None:
    question = make_question(required_verdicts=2)
    client = sign_in(reviewer)
    post(client, question)

    response = post(client, question)

    assert response.status_code == 409
    assert errors(response)["__all__"] == ["You have already given your verdict on this question."]
    assert Verdict.objects.count() == 1


def test_a_reopened_question_is_answered_anew_with_the_earlier_evidence_in_sight(
    reviewer: User,
) -> None:
    question = make_question()
    answer(question, reviewer)
    correct_resolution(
        question=question, lead=make_user(Role.LEAD), answer="reopened", reason="Retracted.",
        as_of=AFTER,
    )  # fmt: skip
    client = sign_in(reviewer)

    page = client.get(url_of(question)).content
    response = post(client, question)

    assert b"Collected before the question was reopened." in page
    assert b'href="https://example.org/"' in page
    assert response.status_code == 302
    assert list(Verdict.objects.values_list("round", flat=True)) == [0, 2]


@pytest.mark.parametrize("pk", ["0", "999999", "99999999999999999999999", "x", "%00", "-1"])
def test_a_question_that_does_not_exist_leads_back_with_a_message(reviewer: User, pk: str) -> None:
    response = sign_in(reviewer).get(f"/admin/desk/duequestion/{pk}/change/")

    assert response.status_code == 302


def test_a_request_too_large_to_be_read_is_refused_and_not_a_failure(reviewer: User) -> None:
    question = make_question()

    response = post(sign_in(reviewer), question, note="x" * 10_000_000)

    assert response.status_code == 400
    assert not Verdict.objects.exists()


def test_an_unknown_action_is_taken_for_a_verdict_and_checked(reviewer: User) -> None:
    response = sign_in(reviewer).post(url_of(make_question()), {"action": "drop\0"})

    assert response.status_code == 200
    assert errors(response)["answer"] == ["Choose an answer."]


def test_a_form_forged_from_another_site_is_refused(reviewer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(reviewer)

    assert post(client, make_question()).status_code == 403
    assert not Verdict.objects.exists()
