"""The page of one question: what can be done beside answering, and in how many queries."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forecasts.models import BlindnessLift, Evidence, HandOn, Question, Role, Snooze, User, Verdict
from forecasts.services.assignments import assign_questions
from forecasts.services.evidence import collect_evidence
from forecasts.services.questions import amend_question
from forecasts.services.snoozes import snooze_questions
from forecasts.services.undos import undo_verdict
from forecasts.services.verdicts import give_verdict
from mail.arming import arm_prompts
from mail.models import Prompt
from tests.desk.conftest import sign_in
from tests.factories import AFTER, DEADLINE, make_forecast, make_question, make_user, resolve

pytestmark = pytest.mark.django_db
REMOVED, ADDED = (f'<span class="visually-hidden">{what}: </span>' for what in ("removed", "added"))
LINK = "https://example.org/found"


def url_of(question: Question) -> str:
    return f"/admin/desk/duequestion/{question.pk}/change/"


def do(client: Client, question: Question, action: str, **fields: Any) -> Any:
    return client.post(url_of(question), {"action": action, **fields}, follow=True)


def test_unsure_hands_on_and_keeps_the_links_for_others(reviewer: User) -> None:
    question = make_question()
    make_user(Role.REVIEWER)

    response = do(
        sign_in(reviewer), question, "verdict", answer="unsure", links=LINK, note="Two readings."
    )

    assert "is handed on to somebody else." in response.content.decode()
    assert HandOn.objects.get().note == "Two readings."
    assert Evidence.objects.get().question == question


def test_evidence_is_added_without_an_answer(reviewer: User) -> None:
    question = make_question()

    response = do(sign_in(reviewer), question, "evidence", **{"collect-links": LINK})

    assert LINK in response.content.decode()
    assert not Verdict.objects.exists()


def test_evidence_form_without_anything_is_refused_beside_the_verdict(reviewer: User) -> None:
    response = do(sign_in(reviewer), make_question(), "evidence", **{"collect-links": ""})

    assert "links" in response.context["evidence_form"].errors
    assert response.context["form"].errors == {}


def test_a_snooze_is_shown_and_lifted(reviewer: User) -> None:
    question = make_question()
    snooze_questions(
        questions=[question], kind="month", reason="A strike.", by=reviewer, as_of=AFTER
    )
    client = sign_in(reviewer)

    page = client.get(url_of(question)).content.decode()
    do(client, question, "lift_snooze")

    assert "Snoozed until 3 March 2026" in page
    assert "A strike." in page
    assert Snooze.objects.get().lifted_at == AFTER


@pytest.mark.parametrize(("days", "is_told"), [(-1, False), (6, True), (8, False)])
def test_a_snooze_past_the_deadline_is_remarked(reviewer: User, days: int, is_told: bool) -> None:
    question = make_question(deadline=AFTER + timedelta(days=days))
    snooze_questions(questions=[question], kind="week", reason="Wait.", by=reviewer, as_of=AFTER)

    page = sign_in(reviewer).get(url_of(question)).content.decode()

    assert "Snoozed until 8 February 2026" in page
    assert ("It comes due meanwhile, and is asked about after the snooze." in page) is is_told


def test_a_verdict_is_undone_from_its_page_for_ten_minutes(reviewer: User) -> None:
    question = make_question()
    give_verdict(
        question=question, reviewer=reviewer, answer="yes", known_at=DEADLINE, links=[LINK],
        as_of=AFTER,
    )  # fmt: skip
    client = sign_in(reviewer)

    page = client.get(url_of(question)).content.decode()
    with time_machine.travel(AFTER + timedelta(minutes=11), tick=False):
        later = client.get(url_of(question)).content.decode()
    undone = do(client, question, "undo")

    assert "You can take your verdict back for 10 more minutes" in page
    assert "Undo my verdict" not in later
    assert "is taken back." in undone.content.decode()
    assert Question.objects.unresolved().get() == question


@pytest.mark.parametrize("name", ["x", "٣", "9" * 19, "9" * 30, "9" * 5000])
def test_address_of_no_question_leads_back(reviewer: User, name: str) -> None:
    response = sign_in(reviewer).get(f"/admin/desk/duequestion/{name}/change/")

    assert response.status_code == 302


def test_lifted_blindness_is_said_once(reviewer: User, lead: User) -> None:
    question = make_question()
    do(sign_in(lead), question, "lift_blindness", **{"blind-reason": "The quote is the claim."})

    page = sign_in(reviewer).get(url_of(question)).content.decode()

    assert page.count("The quote is the claim.") == 1


def test_only_a_lead_lifts_blindness_and_says_why(reviewer: User, lead: User) -> None:
    question = make_question()

    refused = do(sign_in(reviewer), question, "lift_blindness", **{"blind-reason": "I may."})
    empty = do(sign_in(lead), question, "lift_blindness", **{"blind-reason": ""})
    assert not BlindnessLift.objects.exists()
    do(sign_in(lead), question, "lift_blindness", **{"blind-reason": "The quote is the claim."})

    assert "Only a lead may do this" in refused.content.decode()
    assert "reason" in empty.context["lift_form"].errors
    assert BlindnessLift.objects.get().reason == "The quote is the claim."


def test_the_plan_of_checks_is_shown_to_reviewers_and_in_the_admin(
    reviewer: User, lead: User
) -> None:
    question = make_question()
    arm_prompts(as_of=AFTER)

    for user, url in (
        (reviewer, url_of(question)),
        (lead, f"/admin/forecasts/question/{question.pk}/change/"),
    ):
        page = sign_in(user).get(url).content.decode()

        for text in ("Notice, 14 days before", "The answer, on the day", "The answer, 30 days"):
            assert text in page


def test_a_look_before_the_deadline_is_answered_with_one_button(reviewer: User) -> None:
    question = make_question(deadline=AFTER + timedelta(days=200), interim_days=7)
    arm_prompts(as_of=AFTER)
    client = sign_in(reviewer)

    page = client.get(url_of(question)).content.decode()
    response = do(client, question, "interim")

    assert 0 < page.index("Looked: not yet") < page.index("Your verdict")
    assert "has not happened yet" in response.content.decode()
    assert Prompt.objects.filter(answered_by=reviewer).exists()


def test_who_comes_second_sees_the_difference_and_loses_nothing(reviewer: User) -> None:
    question = make_question(resolution_criteria="It happens once.")
    client = sign_in(reviewer)
    version = client.get(url_of(question)).context["version"]
    amend_question(
        question=question, changes={"resolution_criteria": "It happens twice."},
        reason="As meant.", by=make_user(Role.LEAD), as_of=AFTER,
    )  # fmt: skip

    response = do(
        client, question, "verdict", version=version, answer="yes",
        known_at="2026-01-31T00:00", links=LINK, note="As typed.",
    )  # fmt: skip

    page = response.content.decode()
    changes = page.partition("What changed while you were writing")[2]
    assert response.status_code == 409
    assert f"<del>{REMOVED}once</del><ins>{ADDED}twice</ins>" in changes
    assert "As typed." in page
    assert LINK in page


def test_who_answers_after_the_ruling_is_told_of_it(reviewer: User) -> None:
    question = make_question()
    client = sign_in(reviewer)
    version = client.get(url_of(question)).context["version"]
    resolve(question)

    response = do(
        client, question, "verdict", version=version, answer="no",
        known_at="2026-01-31T00:00", links=LINK,
    )  # fmt: skip

    page = response.content.decode()
    assert response.status_code == 409
    assert "It was resolved “yes” (agreeing verdicts)." in page
    assert "This question is resolved: nothing of this form is saved" in " ".join(page.split())
    assert LINK in page
    assert 'name="_save"' not in page
    assert f'href="{url_of(question)}">See how it stands now' in " ".join(page.split())


def test_a_form_that_can_still_be_sent_keeps_its_buttons(reviewer: User) -> None:
    response = do(sign_in(reviewer), make_question(), "verdict", answer="yes")

    page = response.content.decode()
    assert not response.context["is_too_late"]
    assert 'name="_save"' in page
    assert "nothing of this form is saved" not in page


def test_a_lead_who_settles_what_is_settled_finds_no_button(lead: User) -> None:
    question = make_question()
    give_verdict(
        question=question, reviewer=make_user(Role.REVIEWER), answer="ambiguous", as_of=AFTER
    )
    settle: dict[str, Any] = {"answer": "annulled", "reason": "Unclear."}
    do(sign_in(lead), question, "settle", **settle)

    page = do(sign_in(make_user(Role.LEAD)), question, "settle", **settle).content.decode()

    assert "it cannot be sent again" in page
    assert 'name="_save"' not in page


@pytest.mark.parametrize("version", ["xx", "0.0", "9" * 5_000])
def test_a_form_whose_version_cannot_be_read_has_to_be_sent_again(
    reviewer: User, version: str
) -> None:
    question = make_question()

    response = do(
        sign_in(reviewer), question, "verdict", version=version, answer="yes",
        known_at="2026-01-31T00:00", links=LINK,
    )  # fmt: skip

    assert response.status_code == 409
    assert not question.verdicts.exists()


def test_nothing_of_a_forecast_is_on_the_page_of_who_could_answer(reviewer: User) -> None:
    question = make_question()
    forecast = make_forecast("0.73", question=question, quote="It will surely happen.")

    page = sign_in(reviewer).get(url_of(question)).content.decode()

    for secret in (forecast.quote, forecast.expert.name, forecast.source.title, "0.73"):
        assert secret not in page


def fill(question: Question, n: int, reviewer: User) -> None:
    lead = make_user(Role.LEAD)
    for number in range(n):
        amend_question(
            question=question, changes={"title": f"Will {number} be?"}, reason="A typo.",
            by=lead, as_of=AFTER,
        )  # fmt: skip
        collect_evidence(question=question, by=lead, links=[f"{LINK}/{number}"], as_of=AFTER)
        snooze_questions(questions=[question], kind="week", reason="Wait.", by=lead, as_of=AFTER)
        assign_questions(
            questions=[question], reviewer=reviewer, by=lead, reason="Yours.", as_of=AFTER
        )


@pytest.mark.parametrize("n", [1, 8])
@pytest.mark.parametrize("roles", [(Role.REVIEWER,), (Role.REVIEWER, Role.LEAD)])
def test_the_page_makes_at_most_fifteen_queries(roles: tuple[Role, ...], n: int) -> None:
    parent = make_question()
    resolve(parent)
    question = make_question(depends_on=parent, depends_on_answer="yes", required_verdicts=2)
    user = make_user(*roles)
    fill(question, n, user)
    say_yes(question, make_user(Role.REVIEWER))
    arm_prompts(as_of=AFTER)

    response = look_in_fifteen_queries(question, user)

    assert response.context["form"] is not None


@pytest.mark.parametrize("roles", [(Role.REVIEWER,), (Role.REVIEWER, Role.LEAD)])
def test_the_page_makes_no_more_queries_while_undo_is_offered(roles: tuple[Role, ...]) -> None:
    question, user = make_question(), make_user(*roles)
    fill(question, 1, user)
    say_yes(question, user)
    arm_prompts(as_of=AFTER)

    response = look_in_fifteen_queries(question, user)

    assert response.context["undo_minutes"] == 10


def say_yes(question: Question, user: User) -> None:
    give_verdict(
        question=question, reviewer=user, answer="yes", known_at=DEADLINE, links=[LINK],
        as_of=AFTER,
    )  # fmt: skip


def look_in_fifteen_queries(question: Question, user: User) -> Any:
    client = sign_in(user)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url_of(question))
    assert len(queries) <= 15, [query["sql"][:90] for query in queries]
    return response


def test_a_plan_armed_anew_shows_each_check_once_and_says_from_when(reviewer: User) -> None:
    question = make_question()
    arm_prompts(as_of=AFTER)
    snooze_questions(questions=[question], kind="week", reason="Wait.", by=reviewer, as_of=AFTER)
    arm_prompts(as_of=AFTER)

    page = sign_in(reviewer).get(url_of(question)).content.decode()

    assert page.count("The answer, 30 days after") == 1
    assert page.count("The answer, once it is wanted") == 1
    assert "The answer, on the day" not in page
    assert "Snoozed on " in page
    assert "an answer was not possible, or not asked for, before" in page


def test_who_settles_is_told_when_the_verdicts_are_others_now(reviewer: User, lead: User) -> None:
    question = make_question()
    doubt: dict[str, Any] = {"question": question, "reviewer": reviewer, "answer": "ambiguous"}
    slip = give_verdict(**doubt, as_of=AFTER)
    client = sign_in(lead)
    version = client.get(url_of(question)).context["version"]
    undo_verdict(verdict=slip, by=reviewer, as_of=AFTER)
    give_verdict(**doubt, note="I meant this.", as_of=AFTER)

    response = do(client, question, "settle", version=version, answer="annulled", reason="Unclear.")

    page = response.content.decode()
    assert response.status_code == 409
    assert "A verdict was taken back." in page
    assert "I meant this." in page
    assert Question.objects.unresolved().get() == question
