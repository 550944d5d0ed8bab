"""Disputes at the desk: what leads see and do, and what reviewers never see."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from forecasts.models import Dispute, DisputeDecision, Role, User
from forecasts.services.disputes import decide_dispute
from mail.disputes import receive_dispute
from mail.models import Delivery, DisputeContact
from tests.desk.conftest import sign_in
from tests.factories import AFTER, make_expert, make_forecast, make_question, make_user
from tests.forecasts.disputes import decide, make_dispute, make_open_dispute
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
LIST = "/admin/forecasts/dispute/"


def page_of(dispute: Dispute, page: str = "change") -> str:
    return reverse(f"admin:forecasts_dispute_{page}", args=[dispute.pk])


def test_lead_acknowledges_and_decides(lead: User) -> None:
    client, dispute = sign_in(lead), make_dispute(make_expert())

    client.post(page_of(dispute, "acknowledge"))
    response = client.post(
        page_of(dispute, "decide"), {"outcome": "partly", "answer": "Half of it."}, follow=True
    )

    decision = DisputeDecision.objects.get()
    assert (decision.decided_by, decision.outcome) == (lead, "partly")
    assert "Half of it." in response.content.decode()


def test_lead_dismisses_with_a_reason(lead: User) -> None:
    client, dispute = sign_in(lead), make_dispute(make_expert())

    refused = client.post(page_of(dispute, "dismiss"), {"reason": " "})
    client.post(page_of(dispute, "dismiss"), {"reason": "Advertising"})

    dispute.refresh_from_db()
    assert b"errornote" in refused.content
    assert dispute.dismissal_reason == "Advertising"


def test_looking_at_a_page_changes_nothing(lead: User) -> None:
    client, dispute = sign_in(lead), make_dispute(make_expert())

    for page in ("acknowledge", "dismiss", "decide", "change"):
        assert client.get(page_of(dispute, page)).status_code == 200

    dispute.refresh_from_db()
    assert (dispute.acknowledged_at, dispute.dismissed_at) == (None, None)


@pytest.mark.parametrize(
    ("page", "typed", "message"),
    [
        ("acknowledge", {}, "dismissed meanwhile"),
        ("dismiss", {"reason": "x"}, "dismissed meanwhile"),
        ("decide", {"outcome": "upheld", "answer": "x"}, "dismissed meanwhile"),
    ],
)
def test_who_comes_second_is_told(
    lead: User, page: str, typed: dict[str, str], message: str
) -> None:
    client, dispute = sign_in(lead), make_dispute(make_expert())
    client.post(page_of(dispute, "dismiss"), {"reason": "Spam"})

    response = client.post(page_of(dispute, page), typed)

    assert response.status_code == 409
    assert message in response.content.decode()


def test_second_decision_shows_the_first_and_loses_nothing(lead: User) -> None:
    client, dispute = sign_in(lead), make_open_dispute(make_expert())
    typed = {"outcome": "rejected", "answer": "My own words."}
    decide_dispute(
        dispute=dispute, lead=make_user(Role.LEAD), outcome="upheld", answer="Somebody else's.",
        as_of=AFTER + timedelta(hours=2),
    )  # fmt: skip

    late = client.post(page_of(dispute, "decide"), typed)
    page = late.content.decode()
    version = page.split('name="version" value="')[1].split('"')[0]
    client.post(page_of(dispute, "decide"), {**typed, "version": version})

    assert late.status_code == 409
    assert "My own words." in page
    assert "Somebody else" in page
    assert dispute.decisions.in_force().get().answer == "My own words."


@pytest.mark.parametrize("version", ["x", "-1", "\0", "9" * 30, "9" * 5000, "٣"])
def test_version_that_cannot_be_is_no_error_of_the_server(lead: User, version: str) -> None:
    client, dispute = sign_in(lead), make_open_dispute(make_expert())
    decide(dispute)

    response = client.post(
        page_of(dispute, "decide"), {"outcome": "upheld", "answer": "x", "version": version}
    )

    assert response.status_code == 409


@pytest.mark.parametrize(
    "typed",
    [
        {"outcome": "perhaps", "answer": "x"},
        {"outcome": "upheld", "answer": ""},
        {"outcome": "upheld", "answer": "a\0b"},
        {"outcome": "upheld", "answer": "a\u202eb"},
        {"outcome": "upheld", "answer": "x" * 4001},
        {},
    ],
)
def test_answer_that_cannot_be_stored_is_refused(lead: User, typed: dict[str, str]) -> None:
    client, dispute = sign_in(lead), make_open_dispute(make_expert())

    response = client.post(page_of(dispute, "decide"), typed)

    assert response.status_code == 200
    assert not DisputeDecision.objects.exists()


def test_lead_is_told_that_another_decides_about_their_own_work(lead: User) -> None:
    make_user(Role.LEAD)
    dispute = make_open_dispute(make_forecast(by=lead))
    client = sign_in(lead)

    page = client.get(page_of(dispute)).content.decode()
    response = client.post(page_of(dispute, "decide"), {"outcome": "upheld", "answer": "x"})

    assert "another lead decides it" in page
    assert page_of(dispute, "decide") not in page
    assert "another lead has to deal with it" in " ".join(response.content.decode().split())
    assert not DisputeDecision.objects.exists()


def test_list_says_what_is_due_and_what_is_overdue(lead: User) -> None:
    make_dispute(make_expert(), as_of=AFTER - timedelta(days=20))
    make_dispute(make_expert())
    client = sign_in(lead)

    rows = client.get(LIST).content.decode()
    index = client.get("/admin/").content.decode()

    assert rows.count("pill-due") == 1
    assert rows.count("acknowledge by") == 2
    assert "<strong>2</strong> new" in index
    assert "1 overdue" in index


def test_overdue_begins_with_the_target_time(lead: User) -> None:
    dispute = make_open_dispute(make_expert())
    client = sign_in(lead)

    def is_overdue(seconds: int) -> bool:
        with time_machine.travel(dispute.decide_by + timedelta(seconds=seconds), tick=False):
            client.force_login(lead)
            return b"pill-due" in client.get(LIST).content

    assert [is_overdue(-1), is_overdue(0)] == [False, True]


def test_list_takes_the_same_queries_for_many(lead: User) -> None:
    client = sign_in(lead)

    def cost(most: int) -> int:
        for _ in range(most):
            for record in (make_forecast(), make_question(), make_expert()):
                make_open_dispute(record)
        with counted_queries() as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    few, many = cost(1), cost(5)

    assert few == many <= 10


def sees(user: User, dispute: Dispute) -> bool:
    client = sign_in(user)
    return client.get(page_of(dispute)).status_code == 200


@pytest.mark.parametrize("roles", [(Role.REVIEWER,), (Role.CODER,), (Role.REVIEWER, Role.CODER)])
def test_who_is_no_lead_sees_no_dispute(roles: tuple[Role, ...]) -> None:
    user, dispute = make_user(*roles), make_open_dispute(make_question())
    client = sign_in(user)

    assert client.get(page_of(dispute)).status_code == 403
    assert client.get(LIST).status_code == 403
    assert "Disputes" not in client.get("/admin/").content.decode()


def test_administrator_who_reviews_sees_no_dispute(roles: None) -> None:
    user = make_user(Role.REVIEWER, is_superuser=True)

    assert not sees(user, make_open_dispute(make_question()))


def test_lead_who_reviews_sees_no_dispute_about_an_open_question(roles: None) -> None:
    user = make_user(Role.LEAD, Role.REVIEWER)
    forecast = make_forecast()
    about = {
        "question": forecast.question,
        "forecast": forecast,
        "source": forecast.source,
        "expert": forecast.expert,
    }

    seen = {name: sees(user, make_open_dispute(record)) for name, record in about.items()}

    assert seen == {"question": False, "forecast": False, "source": False, "expert": True}


def test_question_under_review_says_nothing_of_a_dispute(reviewer: User) -> None:
    question = make_question()
    make_open_dispute(question, text="It happened in May.")
    make_open_dispute(make_forecast(question=question), text="I said 90 percent.")
    client = sign_in(reviewer)

    for path in (f"/admin/desk/duequestion/{question.pk}/change/", "/admin/desk/duequestion/"):
        page = client.get(path).content.decode()

        assert "ispute" not in page
        assert "in May" not in page
        assert "90 percent" not in page


def with_address() -> Dispute:
    return receive_dispute(
        record=make_expert(), text="No.", nonce=uuid4(), network="n", email="ada@ada.org",
        as_of=AFTER,
    )  # fmt: skip


@pytest.mark.parametrize("role", ["lead", "administrator"])
def test_address_stands_on_the_leads_page_only(role: str, request: pytest.FixtureRequest) -> None:
    client: Client = sign_in(request.getfixturevalue(role))
    dispute = with_address()

    def shows(path: str) -> bool:
        return b"ada@ada.org" in client.get(path).content

    assert shows(page_of(dispute)) is (role == "lead")
    assert not shows(LIST)
    assert not shows("/admin/mail/delivery/")
    assert DisputeContact.objects.get().email == "ada@ada.org"


def test_code_is_shown_to_no_administrator(administrator: User) -> None:
    with_address()
    client = sign_in(administrator)
    delivery = reverse("admin:mail_delivery_changelist")
    row = Delivery.objects.get()
    code = row.text.split("Code: ")[1][:6]
    paths = (
        delivery,
        reverse("admin:mail_delivery_change", args=[row.pk]),
        reverse("admin:mail_delivery_html", args=[row.pk]),
    )

    pages = [client.get(path).content.decode() for path in paths]

    assert not any(code in page or "ada@ada.org" in page for page in pages)
