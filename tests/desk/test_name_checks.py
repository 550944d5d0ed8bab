"""Who is recorded already is proposed to whoever types a name like theirs."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forecasts.models import Expert, ExpertAlias, Role, User
from tests.desk.conftest import sign_in
from tests.factories import make_expert, make_user
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
CHECK, ADD = "/admin/forecasts/expert/check/", "/admin/forecasts/expert/add/"
TYPED = {
    "name": "A. Lovelace",
    "slug": "a-lovelace",
    "kind": "person",
    "aliases-TOTAL_FORMS": "0",
    "aliases-INITIAL_FORMS": "0",
}


@pytest.fixture
def client(coder: User) -> Client:
    return sign_in(coder)


@pytest.fixture
def ada() -> Expert:
    return make_expert(name="Ada Lovelace", affiliation="Analytical Society")


def found(response: Any) -> list[tuple[Expert, str]]:
    return [(row.expert, row.name) for row in response.context["check"].likenesses]


def test_experts_with_such_names_are_listed_with_a_link(client: Client, ada: Expert) -> None:
    response = client.post(CHECK, TYPED)

    page = response.content.decode()
    assert found(response) == [(ada, "Ada Lovelace")]
    assert 'data-summary="1 expert has a name like this."' in page
    assert reverse("admin:forecasts_expert_change", args=[ada.pk]) in page
    assert "Analytical Society" in page


def test_the_name_typed_becomes_another_name_of_whom_it_is(client: Client, ada: Expert) -> None:
    url = f"{reverse('admin:forecasts_expert_change', args=[ada.pk])}?also=A.%20Lovelace"
    link = client.post(CHECK, TYPED).content.decode()
    form = client.get(url).context["inline_admin_formsets"][0].formset

    response = client.post(
        url,
        TYPED
        | {"name": ada.name, "aliases-TOTAL_FORMS": "1", "aliases-0-name": "A. Lovelace"}
        | {"aliases-0-expert": ada.pk},
    )

    assert url.replace("&", "&amp;") in link
    assert form.forms[0].initial == {"name": "A. Lovelace"}
    assert response.status_code == 302
    assert [row.name for row in ada.aliases.all()] == ["A. Lovelace"]


@pytest.mark.parametrize("also", ["%00", "%E2%80%AE", "x" * 5000])
def test_no_name_is_filled_in_that_is_stored_unseen(client: Client, ada: Expert, also: str) -> None:
    url = f"{reverse('admin:forecasts_expert_change', args=[ada.pk])}?also={also}"

    assert client.get(url).status_code in {200, 400}
    assert not ExpertAlias.objects.exists()


def test_other_names_are_looked_for_and_looked_at(client: Client, ada: Expert) -> None:
    ExpertAlias.objects.create(expert=ada, name="Augusta Byron")
    other = {"name": "Somebody Else", "aliases-0-name": "byron, augusta"}

    assert found(client.post(CHECK, TYPED | other)) == [(ada, "Augusta Byron")]


def test_synthetic_experts_are_others(client: Client, ada: Expert) -> None:
    assert found(client.post(CHECK, TYPED | {"synthetic": "on"})) == []


def test_who_was_not_shown_them_is_asked_to_save_again(client: Client, ada: Expert) -> None:
    first = client.post(ADD, TYPED)
    again = client.post(ADD, TYPED | {"looked_at": [ada.pk]})

    page = first.content.decode()
    assert "if it is somebody else, save again." in page
    assert f'name="looked_at" value="{ada.pk}"' in page
    assert 'value="A. Lovelace"' in page
    assert again.status_code == 302
    assert Expert.objects.filter(name="A. Lovelace").exists()


def test_who_came_since_the_look_is_shown_first(client: Client, ada: Expert) -> None:
    make_expert(name="Ann Lovelace")

    response = client.post(ADD, TYPED | {"looked_at": [ada.pk, "no number", "9" * 30]})

    assert len(found(response)) == 2
    assert not Expert.objects.filter(name="A. Lovelace").exists()


def test_check_button_shows_the_same_and_saves_nothing(client: Client, ada: Expert) -> None:
    response = client.post(ADD, TYPED | {"_check": "1"})

    page = response.content.decode()
    assert found(response) == [(ada, "Ada Lovelace")]
    assert "errornote" not in page
    assert 'value="A. Lovelace"' in page
    assert Expert.objects.count() == 1


def test_a_name_like_nobodys_is_saved_at_once(client: Client, ada: Expert) -> None:
    response = client.post(ADD, TYPED | {"name": "Charles Babbage"})

    assert response.status_code == 302


def test_a_recorded_expert_is_edited_without_questions(client: Client, ada: Expert) -> None:
    make_expert(name="Ada Lovelace")
    url = reverse("admin:forecasts_expert_change", args=[ada.pk])

    page = client.get(url).content.decode()
    response = client.post(url, TYPED)

    assert "live-check" not in page
    assert response.status_code == 302


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("A" * 5000, "A name has at most 200 characters; this has 5,000."),
        ("Ada\0", "The character U+0000 cannot be stored in a text."),
        ("Ada\u202e", "The character U+202E cannot be stored in a text."),
    ],
)
def test_what_no_name_can_hold_is_refused_clearly(
    client: Client, ada: Expert, name: str, says: str
) -> None:
    checked = client.post(CHECK, TYPED | {"name": name})
    saved = client.post(ADD, TYPED | {"name": name})

    assert checked.context["check"].summary == says
    assert saved.status_code == 200
    assert "name" in saved.context["adminform"].form.errors
    assert Expert.objects.count() == 1


def test_only_those_who_record_may_ask(client: Client, roles: None) -> None:
    assert client.get(CHECK).status_code == 405
    assert sign_in(make_user(Role.REVIEWER)).post(CHECK, TYPED).status_code == 403
    assert Client().post(CHECK, TYPED).status_code == 302


def test_a_check_takes_the_same_few_queries_however_many_names_there_are(
    client: Client, ada: Expert
) -> None:
    def queries(**fields: str) -> int:
        with counted_queries() as made:
            client.post(CHECK, TYPED | fields)
        return len(made)

    few = queries()
    for number in range(5):
        ExpertAlias.objects.create(expert=make_expert(name="Ada Lovelace"), name=f"{number}")

    assert queries(**{"aliases-0-name": "Babbage", "aliases-1-name": "Lovelace"}) == few == 5
