"""Merging experts at the desk: a look first, then the merge, and the way back."""

import pytest
from django.test import Client
from django.urls import reverse

from forecasts.models import Expert, ExpertMerge, ExpertMergeUndo, Forecast, Role, User
from forecasts.services.merges import merge_experts, undo_merge
from tests.desk.conftest import sign_in
from tests.factories import AFTER, START, make_expert, make_forecast, make_question, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Expert:
    return make_expert(slug="ada", name="Ada Lovelace")


@pytest.fixture
def al() -> Expert:
    return make_expert(slug="al", name="A. Lovelace")


def page_of(expert: Expert, page: str = "merge") -> str:
    return reverse(f"admin:forecasts_expert_{page}", args=[expert.pk])


def looked_at(client: Client, expert: Expert, into: Expert) -> dict[str, str]:
    """What the form holds that shows what changes."""
    typed = {"into": str(into.pk), "reason": "The same person."}
    response = client.post(page_of(expert), typed)
    return typed | {"version": response.context["version"]}


def test_lead_looks_and_then_merges(lead: User, ada: Expert, al: Expert) -> None:
    said = make_forecast("0.7", expert=al)
    client = sign_in(lead)

    typed = looked_at(client, al, ada)
    said.refresh_from_db()
    assert (ExpertMerge.objects.count(), said.expert) == (0, al)
    response = client.post(page_of(al), typed, follow=True)

    said.refresh_from_db()
    assert said.expert == ada
    assert "A. Lovelace was merged into Ada Lovelace." in response.content.decode()
    assert response.redirect_chain[-1][0] == page_of(ada, "change")


def test_look_shows_what_both_said_and_where_it_differs(
    lead: User, ada: Expert, al: Expert
) -> None:
    question = make_question(title="Will it rain?")
    for expert, number in ((ada, "0.2"), (al, "0.9")):
        make_forecast(number, expert=expert, question=question, stated_at=START)

    response = sign_in(lead).post(page_of(al), {"into": ada.pk, "reason": "One."})

    text = response.content.decode()
    assert "1 question that both answered" in text
    assert "Will it rain?" in text
    assert "Said at the same time and not the same" in text
    plan = response.context["plan"]
    assert [side.n_forecasts for side in (plan.expert, plan.into, plan.merged)] == [1, 1, 2]


def test_look_at_what_has_changed_since_is_another_look(
    lead: User, ada: Expert, al: Expert
) -> None:
    client = sign_in(lead)
    typed = looked_at(client, al, ada)
    make_forecast("0.7", expert=al)

    response = client.post(page_of(al), typed)

    assert ExpertMerge.objects.count() == 0
    assert "has changed since you looked at it" in response.content.decode()


def test_choosing_another_expert_after_the_look_is_another_look(
    lead: User, ada: Expert, al: Expert
) -> None:
    client, other = sign_in(lead), make_expert()
    typed = looked_at(client, al, ada) | {"into": str(other.pk)}

    client.post(page_of(al), typed)

    assert ExpertMerge.objects.count() == 0


def test_merge_is_undone_from_either_page(lead: User, ada: Expert, al: Expert) -> None:
    said = make_forecast("0.7", expert=al)
    merge_experts(expert=al, into=ada, reason="One.", by=lead, as_of=AFTER)
    client = sign_in(lead)

    pages = [client.get(page_of(one, "change")).content.decode() for one in (ada, al)]
    response = client.post(page_of(al, "part"), {"reason": "Two."}, follow=True)

    said.refresh_from_db()
    assert all(page_of(al, "part") in page for page in pages)
    assert "counts by themselves again" in response.content.decode()
    assert said.expert == al
    assert client.get(page_of(al, "part")).status_code == 404


def test_who_comes_second_to_undo_is_told(lead: User, ada: Expert, al: Expert) -> None:
    merge = merge_experts(expert=al, into=ada, reason="One.", by=lead, as_of=AFTER)
    client = sign_in(lead)
    client.get(page_of(al, "part"))
    undo_merge(merge=merge, reason="Two.", by=lead, as_of=AFTER)

    assert client.post(page_of(al, "part"), {"reason": "Two."}).status_code == 404
    assert ExpertMergeUndo.objects.count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"into": "", "reason": "x"},
        {"into": "999999999", "reason": "x"},
        {"into": "1\0", "reason": "x"},
        {"into": "9" * 30, "reason": "x"},
        {"reason": "x" * 2001},
    ],
)
def test_what_cannot_be_meant_is_refused(lead: User, al: Expert, typed: dict[str, str]) -> None:
    response = sign_in(lead).post(page_of(al), typed)

    assert response.status_code == 200
    assert response.context["plan"] is None
    assert ExpertMerge.objects.count() == 0


def test_nul_in_a_reason_is_refused_and_everything_typed_stays(
    lead: User, ada: Expert, al: Expert
) -> None:
    response = sign_in(lead).post(page_of(al), {"into": ada.pk, "reason": "One\0."})

    assert ExpertMerge.objects.count() == 0
    assert "Ada Lovelace" in response.content.decode()
    assert response.context["form"].errors["reason"]


def test_expert_is_not_merged_into_themselves(lead: User, al: Expert) -> None:
    response = sign_in(lead).post(page_of(al), {"into": al.pk, "reason": "One."})

    assert "nobody can be merged into themselves" in response.content.decode()


def test_only_leads_merge(coder: User, reviewer: User, ada: Expert, al: Expert) -> None:
    typed = {"into": ada.pk, "reason": "One."}

    for user in (coder, reviewer):
        client = sign_in(user)
        assert client.get(page_of(al)).status_code == 403
        assert client.post(page_of(al), typed).status_code == 403
        assert client.post(page_of(al, "part"), typed).status_code == 403
    assert page_of(al) not in sign_in(coder).get(page_of(al, "change")).content.decode()


def test_administrator_is_no_lead(administrator: User, ada: Expert, al: Expert) -> None:
    response = sign_in(administrator).post(page_of(al), {"into": ada.pk, "reason": "One."})

    assert ExpertMerge.objects.count() == 0
    assert "Only a lead may do this" in response.content.decode()


def test_who_chooses_an_expert_is_not_offered_the_merged(
    lead: User, ada: Expert, al: Expert
) -> None:
    merge_experts(expert=al, into=ada, reason="One.", by=lead, as_of=AFTER)
    asked = {"app_label": "forecasts", "model_name": "forecast", "field_name": "expert"}

    found = sign_in(lead).get(reverse("admin:autocomplete"), {**asked, "term": "lovelace"})

    assert [one["text"] for one in found.json()["results"]] == ["Ada Lovelace"]
    assert Forecast.objects.count() == 0


def test_who_may_have_to_resolve_a_question_is_not_shown_what_both_said(
    roles: None, ada: Expert, al: Expert
) -> None:
    both = make_user(Role.LEAD, Role.REVIEWER)
    question = make_question(title="Will it rain?")
    for expert in (ada, al):
        make_forecast("0.2", expert=expert, question=question, quote="It may pour.")

    response = sign_in(both).post(page_of(al), {"into": ada.pk, "reason": "One."})

    plan = response.context["plan"]
    assert (plan.n_shared, plan.shared) == (1, [])
    assert "Will it rain?" not in response.content.decode()
