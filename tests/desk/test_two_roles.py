"""Whoever has two roles is as blind as each of them asks."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from forecasts.models import Coding, Forecast, Question, Role, User, Verdict
from forecasts.selectors.undos import UNDO_WINDOW
from forecasts.services.codings import record_coding
from forecasts.services.resolutions import correct_resolution
from forecasts.services.verdicts import give_verdict
from tests.desk.conftest import sign_in
from tests.desk.test_blindness import SECRETS, VERDICT, answer, crawl, crawled, found, plant
from tests.factories import AFTER, make_forecast, make_question, make_source, make_user, resolve

pytestmark = pytest.mark.django_db
OPEN_BOOKS = set(SECRETS) - VERDICT - {"ZzExpert", "ZzAffiliation", "zzcoder"}
SECOND = timedelta(seconds=1)
BOTH = (Role.CODER, Role.REVIEWER)
REVIEWERS_WITH_MORE = pytest.mark.parametrize(
    "roles",
    [BOTH, tuple(Role)],
    ids="+".join,
)


def words(client: Client) -> set[str]:
    """What of a forecast, a coding or a source can be read by following links."""
    return {word for _, word in found(crawl(client, has_filters=False))} & OPEN_BOOKS


def finds(client: Client, *wanted: str) -> bool:
    """Whether all of these can be read; goes on until they are."""
    missing = set(wanted)
    for page in crawled(client, has_filters=False):
        missing -= {word for _, word in found(dict([page]))}
        if not missing:
            return True
    return False


def adopt(question: Question) -> None:
    """Give the second reading of what was said in words."""
    record_coding(
        forecast=Forecast.objects.get(question=question, basis="inferred"),
        coder=make_user(Role.CODER), low=Decimal("0.1"), mid=Decimal("0.2"), high=Decimal("0.3"),
        as_of=AFTER,
    )  # fmt: skip


@REVIEWERS_WITH_MORE
def test_a_reviewer_with_another_role_reads_no_forecast_before_the_verdict_is_in(
    roles: tuple[Role, ...],
) -> None:
    question = plant()
    adopt(question)
    user = make_user(*roles)
    client = sign_in(user)

    before = words(client)
    give_verdict(question=question, reviewer=user, answer="annulled", as_of=AFTER)
    with time_machine.travel(AFTER + UNDO_WINDOW + SECOND, tick=False):
        assert finds(client, "ZzQuote", "ZzOutlet", "ZzArticle", "ZzSourceNote", "0.1357")

    assert before == set()


def test_a_superuser_who_reviews_is_blind_like_any_reviewer() -> None:
    plant()

    pages = crawl(sign_in(make_user(Role.REVIEWER, is_superuser=True)), has_filters=False)

    # Among the users, who say nothing.
    assert {word for _, word in found(pages)} & (VERDICT | OPEN_BOOKS) == {"zzcolleague"}


def test_a_superuser_who_codes_does_not_see_others_codings() -> None:
    plant()
    user = make_user(Role.CODER, is_superuser=True)
    url = reverse("admin:forecasts_coding_change", args=[Coding.objects.get().pk])

    assert sign_in(user).get(url).status_code == 302


def test_an_administrator_without_a_role_sees_everything(administrator: User) -> None:
    plant()
    verdict = reverse("admin:forecasts_verdict_change", args=[Verdict.objects.get().pk])
    coding = reverse("admin:forecasts_coding_change", args=[Coding.objects.get().pk])
    client = sign_in(administrator)

    assert b"ZzVerdictNote" in client.get(verdict).content
    assert b"ZzCodingNote" in client.get(coding).content


def test_forecasts_appear_with_the_ruling_and_go_when_it_is_reopened() -> None:
    forecast = make_forecast()
    resolve(forecast.question)
    url = reverse("admin:forecasts_forecast_change", args=[forecast.pk])
    client = sign_in(make_user(*BOTH))

    # Whoever made the ruling may still undo it, and then this reviewer could answer.
    undoable = client.get(url).status_code
    with time_machine.travel(AFTER + UNDO_WINDOW + SECOND, tick=False):
        ruled = client.get(url).status_code
    correct_resolution(
        question=forecast.question, lead=make_user(Role.LEAD), answer="reopened", reason="Wrong.",
        as_of=AFTER,
    )  # fmt: skip

    assert (undoable, ruled, client.get(url).status_code) == (302, 200, 302)


def test_forecasts_appear_at_once_with_a_ruling_that_no_reviewer_can_undo() -> None:
    forecast = make_forecast()
    resolve(forecast.question)
    correct_resolution(
        question=forecast.question, lead=make_user(Role.LEAD), answer="annulled", reason="Wrong.",
        as_of=AFTER,
    )  # fmt: skip
    url = reverse("admin:forecasts_forecast_change", args=[forecast.pk])

    assert sign_in(make_user(*BOTH)).get(url).status_code == 200


def test_what_one_recorded_stays_readable_with_what_else_was_said_on_that_question() -> None:
    user = make_user(*BOTH)
    mine = make_forecast(by=user)
    source = make_source()
    other = make_forecast(question=mine.question, source=source)
    client = sign_in(user)

    for row in (mine, other, mine.source, source):
        name = f"admin:forecasts_{row._meta.model_name}_change"
        assert client.get(reverse(name, args=[row.pk])).status_code == 200


def test_a_hidden_forecast_can_be_neither_coded_nor_corrected() -> None:
    forecast = make_forecast(None)
    client = sign_in(make_user(*BOTH))

    for page in ("code", "correct"):
        url = reverse(f"admin:forecasts_forecast_{page}", args=[forecast.pk])
        assert client.get(url).status_code == 404


@pytest.mark.parametrize("model", ["forecast", "unscorablestatement"])
def test_the_form_does_not_name_a_hidden_source(model: str) -> None:
    source = make_source(outlet="ZzOutlet")
    make_forecast(source=source)
    url = reverse(f"admin:forecasts_{model}_add")

    page = sign_in(make_user(*BOTH)).get(url, {"source": source.pk})

    assert page.status_code == 200
    assert b"ZzOutlet" not in page.content


def test_a_lead_gives_no_ordinary_verdict(lead: User) -> None:
    question = make_question()
    url = reverse("admin:desk_duequestion_change", args=[question.pk])
    typed: dict[str, Any] = {"action": "verdict", "answer": "annulled"}

    page = sign_in(lead).get(url)
    response = sign_in(lead).post(url, typed)

    assert page.context["form"] is None
    assert "A verdict is given by a reviewer" in page.content.decode()
    assert "A verdict is given by a reviewer" in response.context["form"].errors["__all__"][0]
    assert not Verdict.objects.exists()


def test_a_lead_who_reviews_answers_as_blindly_as_other_reviewers() -> None:
    user = make_user(Role.LEAD, Role.REVIEWER)
    question = make_question()
    url = reverse("admin:desk_duequestion_change", args=[question.pk])

    response = sign_in(user).post(url, {"action": "verdict", "answer": "annulled"})

    assert response.status_code == 302
    assert Verdict.objects.get().reviewer == user


def test_the_queue_tells_a_lead_that_a_question_waits_for_a_reviewer(lead: User) -> None:
    make_question()

    page = sign_in(lead).get("/admin/desk/duequestion/").content.decode()

    assert '<td class="field-standing">a reviewer</td>' in page


def test_planted_secrets_are_there_to_be_found() -> None:
    answer(plant(), make_user(Role.REVIEWER))

    assert finds(sign_in(User.objects.get(username="zzcoder")), "ZzQuote", "ZzOutlet", "0.1357")
